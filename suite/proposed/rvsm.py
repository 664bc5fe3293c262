"""The relaxed variable splitting method (Dinh and Xin 2018, arXiv 1812.05719)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from suite.methods.base import Context
from suite.methods.relaxed import Relaxed
from suite.methods.splitting import Thresholding

if TYPE_CHECKING:
    from torch import nn


@dataclass(unsafe_hash=True, kw_only=True)
class RVSM(Thresholding, Relaxed):
    """w' = w - eta grad f(w) - eta beta (w - u),   u' = threshold(w),   u^0 = threshold(w^0), on every batch.

    Both new iterates come from the old ones, as Dinh, Wang, Bertozzi and Osher (2020) print the method: w is pulled to the
    threshold of the iterate before it. The default strengths are those of the released code, a hard threshold of 0.014. That code
    acts on convolutions alone, puts u in the place of w at the end of every epoch and starts the momentum anew; here u is kept
    beside w, on every convolution and linear layer.
    """

    title = "RVSM"

    def prepare(self, model: nn.Module, context: Context) -> None:
        super().prepare(model, context)
        self.ahead = dict(self.v)

    def after_step(self) -> None:
        super().after_step()  # u of the new w
        self.v, self.ahead = self.ahead, self.v

    def state_dict(self) -> dict[str, Any]:
        return super().state_dict() | {"ahead": self.ahead}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        super().load_state_dict(state)
        self.ahead = state["ahead"]
