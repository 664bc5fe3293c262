"""Relaxed variable splitting for any penalty (Dinh and Xin 2018), with u the proximal map of the present w."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from suite.base.lazy import torch
from suite.methods.anypenalty import AnyPenalty
from suite.methods.relaxed import Relaxed
from suite.models.neurons import neurons_of
from suite.penalties import Grouped, Penalty

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(unsafe_hash=True, kw_only=True)
class VariableSplitting(AnyPenalty, Relaxed):
    """min over w, u of Loss(w) + lambda sum_l P(u_l) + beta/2 ||w - u||^2: a step on w, then u <- the proximal map of P at w.

    P acts on the weights of a layer, or on its neurons (the convention "sgl0" of `suite.models.neurons`) where it is one of groups.
    The network is scored on u; the view "w" scores the weights that are trained. `rvsm`, `rvscgd`, `admm`, `sgl0` and `nonconvex_sgl`
    are relatives, each with a step of its own.
    """

    title = "variable splitting"

    def inner(self) -> Penalty:
        return self.regulariser

    def split(self, w: Tensor, step: float) -> Tensor:
        if not (step and isinstance(self.regulariser, Grouped)):
            return super().split(w, step)
        u = torch.empty_like(w)
        neurons_of(u, "sgl0").copy_(self.regulariser.prox(neurons_of(w, "sgl0"), step))
        return u
