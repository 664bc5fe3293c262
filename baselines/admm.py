"""The alternating direction method of multipliers, as it is adapted to networks (Dinh and Xin 2020, section 3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from suite.base.lazy import torch
from suite.methods.relaxed import Relaxed
from suite.methods.splitting import Thresholding

if TYPE_CHECKING:
    from torch import Tensor, nn

    from suite.methods.base import Context


@dataclass(unsafe_hash=True, kw_only=True)
class ADMM(Thresholding, Relaxed):
    """w' = w - eta grad f(w) - eta beta (w - u + y),   u' = threshold(w' + y),   y' = y + w' - u',   y^0 = 0.

    The splitting of RVSM with multipliers z = beta y, the argmin over w replaced by one step of the optimiser. The
    multipliers close the gap between w and u.
    """

    title = "ADMM"

    def prepare(self, model: nn.Module, context: Context) -> None:
        super().prepare(model, context)
        self.y = {name: torch.zeros_like(layer.weight) for name, layer in self.layers.items()}

    def target(self, name: str) -> Tensor:
        return self.v[name] - self.y[name]

    def update(self, name: str, w: Tensor) -> None:
        shifted = w + self.y[name]
        super().update(name, shifted)
        self.y[name] = shifted - self.v[name]

    def state_dict(self) -> dict[str, Any]:
        return super().state_dict() | {"y": self.y}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        super().load_state_dict(state)
        self.y = state["y"]
