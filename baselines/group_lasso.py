"""Group lasso on neurons (Yuan and Lin 2006; Bui et al. 2019, equation 2)."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.subgradient import Subgradient
from suite.penalties import GroupLasso


@dataclass(unsafe_hash=True, kw_only=True)
class GroupLassoTraining(Subgradient):
    """Loss + lambda sum_g sqrt(|g|) ||w_g||_2, by subgradient."""

    title = "group lasso"

    def regularizer(self, layer: int, layers: int) -> GroupLasso:
        return GroupLasso()
