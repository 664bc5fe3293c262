"""Proximal network slimming (Bui, Xue, Park, Qi and Xin 2023, arXiv 2307.00684)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from suite.base.lazy import torch
from suite.methods.anypenalty import SCALES, AnyPenalty
from suite.methods.relaxed import Relaxed
from suite.penalties import L1, Penalty

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(unsafe_hash=True, kw_only=True)
class ProximalSlimming(AnyPenalty, Relaxed):
    """min over gamma, xi of Loss(gamma) + lambda P(xi) + beta/2 ||gamma - xi||^2, gamma being all scales of batch normalisation.

    After each step of the optimiser, at the rate eta, alpha = 1/eta:
        gamma <- (alpha gamma + beta xi) / (alpha + beta)
        xi    <- the proximal map of P with step lambda / (alpha + beta) at (alpha xi + beta gamma) / (alpha + beta)
    xi starts uniform between 0.47 and 0.53. The network is scored on xi, whose zeros are exact; the view "w" scores gamma. Of Lp, p = 1/2
    and 2/3 have a proximal map. Defaults are those of the authors' script for VGG-19.
    """

    title = "proximal network slimming"
    on: ClassVar[str] = SCALES  # type: ignore[misc]  # no options here
    tie: ClassVar[str] = "step"  # type: ignore[misc]

    regulariser: Penalty = field(default_factory=L1, metadata={"option": "penalty"})
    lam: float = 0.0045
    beta: float = 100.0

    def inner(self) -> Penalty:
        return self.regulariser

    def first(self) -> dict[str, Tensor]:
        stream = self.context.streams.generator("splitting")
        drawn = {name: torch.empty(m.weight.shape).uniform_(0.47, 0.53, generator=stream) for name, m in self.layers.items()}
        return {name: v.to(self.layers[name].weight) for name, v in drawn.items()}

    def before_step(self) -> None:
        """The quadratic acts after the step."""

    def after_step(self) -> None:
        if not self.pull:
            return
        eta = self.context.learning_rate
        with torch.no_grad():
            for name, layer in self.layers.items():
                scale = 1 + eta * self.betas[name]
                share = eta * self.betas[name] / scale
                layer.weight.lerp_(self.v[name], share)
                self.v[name] = self.split(self.v[name].lerp(layer.weight, share), eta * self.strength / scale)
