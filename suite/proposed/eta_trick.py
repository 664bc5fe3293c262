"""The eta-trick with a learned eta: a ridge whose weights are trained beside the network's (LeJeune, Javadi and Baraniuk 2021)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from suite.base.lazy import torch
from suite.duality import scale_of
from suite.methods.base import Context
from suite.proposed._adaptive import Adaptive

if TYPE_CHECKING:
    from torch import Tensor, nn

DUALS = {"logsum": 1.0, "authors": 2.0}  # factor on the last term of f
LIMIT = 40.0
"""Each step ends with |log(eta / lambda)| up to here, where float32 squares still hold; Adam at the paper's rates does not come as far."""


@dataclass(unsafe_hash=True, kw_only=True)
class EtaTrick(Adaptive):
    """Loss + lambda/2 sum [ w^2 / eta + f(eta) + drift log(eta / lambda) ], minimised over w and rho = log(eta / lambda) together.

    f(eta) = 2 log((r + eps) / 2) - (r - eps)^2 / (4 eta), r = sqrt(eps^2 + 4 eta), is the dual of LogSum: without the drift the
    minimum over eta is lambda LogSum(w). See `suite.duality.LogSumDual.uncentred_f`.
    A weight counts as zero where eta / (eta + lambda) = sigmoid(rho) is below `least`.

    start    initial value of rho
    drift    "eta weight decay" in the paper's code: a slope in rho, not a square, that pulls eta to zero
    dual     "logsum": f as above; "authors": with its last term twice, as in the code that the paper's network was trained with.
             Then f is flat at 0, f(eta) - f(0) ~ eta^2 / eps^4, and what makes the weights sparse is the drift.
    """

    title = "eta-trick"

    start: float = 5.0
    drift: float = 1e-3
    dual: str = "logsum"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not abs(self.start) < LIMIT:
            raise ValueError(f"start must lie between {-LIMIT:g} and {LIMIT:g}, got {self.start}")
        if not 0 <= self.drift < math.inf:
            raise ValueError(f"drift must not be negative or infinite, got {self.drift}")
        if self.dual not in DUALS:
            raise ValueError(f"dual must be one of {', '.join(DUALS)}, got {self.dual!r}")

    def prepare(self, model: nn.Module, context: Context) -> None:
        super().prepare(model, context)
        self.rho = {n: torch.nn.Parameter(torch.full_like(m.weight, self.start)) for n, m in self.layers.items()}

    def parameters(self) -> Iterable[nn.Parameter]:
        return self.rho.values()

    def f(self, eta: Tensor) -> Tensor:
        return self.pair.uncentred_f(eta, last=DUALS[self.dual])

    def penalty(self) -> Tensor | None:
        if not self.strength:
            return None
        terms = []
        for name, layer in self.layers.items():
            ratio = self.rho[name].exp()
            ridge = (layer.weight.square() / ratio).sum()  # lambda w^2 / eta
            terms.append(ridge + self.strength * (self.f(self.strength * ratio).sum() + self.drift * self.rho[name].sum()))
        return torch.stack(terms).sum() / 2

    def after_step(self) -> None:
        with torch.no_grad():
            for rho in self.rho.values():
                rho.clamp_(-LIMIT, LIMIT)

    def dead(self, name: str) -> Tensor:
        return self.rho[name].detach().exp() < scale_of(self.least, 1.0)

    def state_dict(self) -> dict[str, Any]:
        return {"rho": {name: rho.detach() for name, rho in self.rho.items()}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        with torch.no_grad():
            for name, value in state["rho"].items():
                self.rho[name].copy_(value)
