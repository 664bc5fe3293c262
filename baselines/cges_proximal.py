"""Combined group and exclusive sparsity by proximal steps, as its authors train it (Yoon and Hwang 2017)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from suite.methods.proximal import Proximal, growing
from suite.penalties import CGES


@dataclass(unsafe_hash=True, kw_only=True)
class CombinedSparsityProximal(Proximal):
    """A step on the loss, then the proximal map of CGES(mu_l) layer by layer; weights become exactly zero.

    mu_l grows from `mu_low` at the bottom to 1 - mu_low at the top (`growing`): 0.2, 0.4, 0.6, 0.8 for four layers, as in the
    authors' code. Groups are the weights that share every index but the output one (`convention`). lambda is the authors' 6e-5 at
    N = 60,000 and the proximal step their 0.05 at an initial rate of 1e-3 (`step_ratio`).

    mu_low       mu_l at the bottom layer, at most 0.5; it grows from layer to layer to 1 - mu_low at the top
    exclusive    "exact": the proximal map of 1/2 ||w_g||_1^2; "authors": sgn(w) (|w| - t ||w_g||_1)_+, which is not one
    """

    title = "CGES (proximal)"

    lam: float = 3.6
    step_ratio: float = 50.0
    mu_low: float = 0.2
    exclusive: Literal["exact", "authors"] = "exact"

    def regularizer(self, layer: int, layers: int) -> CGES:
        return CGES(mu=growing(self.mu_low, layer, layers), exclusive=self.exclusive)
