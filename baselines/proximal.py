"""Proximal gradient for any penalty (Combettes and Wajs 2005; with mini-batches Duchi and Singer 2009)."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.anypenalty import AnyPenalty
from suite.methods.proximal import Proximal
from suite.penalties import Penalty


@dataclass(unsafe_hash=True, kw_only=True)
class ProximalGradient(AnyPenalty, Proximal):
    """A step on the loss, then w <- argmin_z  gamma lambda P(z) + 1/2 ||z - w||^2, layer by layer, on a matrix whose rows are neurons.

    `method("proximal", penalty=...)` is `l1_proximal`, `transformed_l1`, `l2`, ... where the penalty has such a name of its own.
    """

    title = "proximal gradient"

    lam: float = 3e-4
    absolute: bool = True

    def regularizer(self, layer: int, layers: int) -> Penalty:
        return self.regulariser
