"""The lasso on all weights (Tibshirani 1996)."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.subgradient import Subgradient
from suite.penalties import L1


@dataclass(unsafe_hash=True, kw_only=True)
class Lasso(Subgradient):
    """Loss + lambda ||W||_1, by subgradient."""

    title = "l1"

    def regularizer(self, layer: int, layers: int) -> L1:
        return L1()
