"""The lasso on all weights by proximal gradient (Tibshirani 1996; Daubechies, Defrise and De Mol 2004)."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.proximal import Proximal
from suite.penalties import L1


@dataclass(unsafe_hash=True, kw_only=True)
class LassoProximal(Proximal):
    """Loss + lambda ||W||_1: a step on the loss, then the soft threshold w <- sgn(w) (|w| - gamma lambda)_+; exact zeros.

    "l1" in the comparison of Ma et al. 2019. Departure: they do not say how they minimise it; here it is by the same proximal
    gradient as their own method. `l1` is the same penalty by subgradient.
    """

    title = "l1 (proximal)"

    lam: float = 3e-4
    absolute: bool = True

    def regularizer(self, layer: int, layers: int) -> L1:
        return L1()
