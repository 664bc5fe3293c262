"""The control for SGL0: the same training with the auxiliary copy V held at zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from suite.base.lazy import torch
from suite.methods.base import View
from suite.proposed.sgl0 import SparseGroupL0asso


@dataclass(unsafe_hash=True, kw_only=True)
class GroupLassoWeightDecay(SparseGroupL0asso):
    """Loss + lambda sum_g sqrt(|g|) ||w_g||_2 + beta / 2 ||W||^2, with the beta and the growth of SGL0.

    Where the threshold sqrt(2 lambda / beta) leaves almost no weight alive, V is almost zero and SGL0 is almost this. A
    difference between the two is what the L0 term does.
    """

    title = "group lasso + L2 (control)"
    viewed: ClassVar[tuple[str, ...]] = ()

    def prepare(self, model, context) -> None:
        super().prepare(model, context)
        self.v = {name: torch.zeros_like(v) for name, v in self.v.items()}

    def split(self, w, step):
        return torch.zeros_like(w)

    def views(self) -> dict[str, View]:
        return {}
