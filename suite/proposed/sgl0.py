"""Sparse group l0asso: group lasso on W, the L0 penalty on its copy V (Bui, Park, Zhang, Qi and Xin 2019, Algorithm 1)."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.splitting import Splitting
from suite.methods.subgradient import Subgradient
from suite.penalties import L0, GroupLasso, Penalty


@dataclass(unsafe_hash=True, kw_only=True)
class SparseGroupL0asso(Splitting, Subgradient):
    """min_W Loss(W) + lambda sum_l [ sum_g sqrt(|g|) ||w_g||_2 + ||W_l||_0 ] by splitting (equations 6 to 11).

    V is the hard threshold of W at sqrt(2 lambda / beta). The network is scored on W, as in the paper; the view V scores the copy.
    """

    title = "sparse group l0asso"

    def regularizer(self, layer: int, layers: int) -> GroupLasso:
        return GroupLasso()

    def inner(self) -> Penalty:
        return L0()
