"""Sparse group l0asso: group lasso on W, the L0 penalty on its copy V (Bui, Park, Zhang, Qi and Xin 2019, Algorithm 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from suite.proposed.nonconvex_sgl import NonconvexSparseGroupLasso


@dataclass(unsafe_hash=True, kw_only=True)
class SparseGroupL0asso(NonconvexSparseGroupLasso):
    """min_W Loss(W) + lambda sum_l [ sum_g sqrt(|g|) ||w_g||_2 + ||W_l||_0 ] by splitting (equations 6 to 11).

    The nonconvex sparse group lasso with P = L0: V is the hard threshold of W at sqrt(2 lambda / beta).
    """

    title = "sparse group l0asso"

    threshold: ClassVar[str] = "l0"  # type: ignore[misc]  # no option here
    shape: ClassVar[None] = None  # type: ignore[misc]
