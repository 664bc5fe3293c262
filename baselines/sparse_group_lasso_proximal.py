"""Sparse group lasso by proximal gradient (Simon et al. 2013; Scardapane et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.proximal import Proximal
from suite.penalties import L1, GroupLasso, SparseGroup


@dataclass(unsafe_hash=True, kw_only=True)
class SparseGroupLassoProximal(Proximal):
    """Loss + lambda [ sum_g sqrt(|g|) ||w_g||_2 + ||W||_1 ]: a step on the loss, then the exact proximal map of the sum.

    That map is the soft threshold, then the group map (Friedman, Hastie and Tibshirani 2010): weights and groups become exactly
    zero. "SGL" in the comparison of Ma et al. 2019. Departure from Scardapane et al.: there each bias is a group of
    its own, here biases are free. `sparse_group_lasso` is the same penalty by subgradient.
    """

    title = "sparse group lasso (proximal)"

    lam: float = 3e-4
    absolute: bool = True

    def regularizer(self, layer: int, layers: int) -> SparseGroup:
        return SparseGroup(L1(), GroupLasso())
