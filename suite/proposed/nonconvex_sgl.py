"""The nonconvex sparse group lasso: group lasso on W, an inner penalty on its copy V (Bui, Park, Zhang, Qi and Xin 2021)."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.splitting import Splitting, Thresholding
from suite.methods.subgradient import Subgradient
from suite.penalties import GroupLasso


@dataclass(unsafe_hash=True, kw_only=True)
class NonconvexSparseGroupLasso(Thresholding, Splitting, Subgradient):
    """min_W Loss(W) + lambda sum_l [ sum_g sqrt(|g|) ||w_g||_2 + P(W_l) ] by splitting: V is the proximal map of P with lambda / beta.

    P is "l0" (then this is `sgl0`), "tl1", "l1-l2", "scad", or "l1" for the convex sparse group lasso; the usual shapes are those of
    the authors' code. The network is scored on W, as in the papers; the view V scores the copy.
    """

    title = "nonconvex sparse group lasso"

    threshold: str = "tl1"

    def regularizer(self, layer: int, layers: int) -> GroupLasso:
        return GroupLasso()
