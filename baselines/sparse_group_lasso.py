"""Sparse group lasso (Simon et al. 2013; Scardapane et al. 2017; Bui et al. 2019, equation 3)."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.subgradient import Subgradient
from suite.penalties import L1, GroupLasso, SparseGroup


@dataclass(unsafe_hash=True, kw_only=True)
class SparseGroupLasso(Subgradient):
    """Loss + lambda [ sum_g sqrt(|g|) ||w_g||_2 + ||W||_1 ], by subgradient."""

    title = "sparse group lasso"

    def regularizer(self, layer: int, layers: int) -> SparseGroup:
        return SparseGroup(L1(), GroupLasso())
