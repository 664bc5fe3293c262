"""Combined group and exclusive sparsity, by subgradient, as in the SGL0 paper's comparison."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.subgradient import Subgradient
from suite.penalties import CGES


@dataclass(unsafe_hash=True, kw_only=True)
class CombinedSparsity(Subgradient):
    """Loss + lambda sum_l [ (1 - mu_l) sum_g ||w_g||_2 + mu_l / 2 sum_g ||w_g||_1^2 ] with mu_l = l / L, l = 0, ..., L - 1.

    Penalty: Yoon and Hwang 2017. This use of it, by subgradient inside Adam with the groups of group lasso and no factor
    sqrt(|g|), is that of the code of Bui et al. 2019, whose table calls it CGES; its authors take proximal steps (`cges_proximal`).
    """

    title = "CGES"

    def regularizer(self, layer: int, layers: int) -> CGES:
        return CGES(mu=layer / layers)
