"""The nonconvex sparse group lasso: group lasso on W, an inner penalty on its copy V (Bui, Park, Zhang, Qi and Xin 2021)."""

from __future__ import annotations

from dataclasses import dataclass

from suite.penalties import Penalty, named
from suite.proposed.sgl0 import SparseGroupL0asso


@dataclass(unsafe_hash=True, kw_only=True)
class NonconvexSparseGroupLasso(SparseGroupL0asso):
    """min_W Loss(W) + lambda sum_l [ sum_g sqrt(|g|) ||w_g||_2 + P(W_l) ] by splitting, as `sgl0` with another P.

    threshold    P: "l0" (then this is `sgl0`), "tl1", "l1-l2", "scad", or "l1" for the convex sparse group lasso
    shape        parameter of P; None: that of the authors' code (TL1 a = 1, SCAD a = 3.7, L1 - L2 alpha = 1)
    """

    title = "nonconvex sparse group lasso"

    threshold: str = "tl1"
    shape: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.inner()  # refuses an unknown penalty and a shape out of its range

    def inner(self) -> Penalty:
        return named(self.threshold, self.shape)
