"""Penalties that act through their proximal map after each step of the optimiser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from suite.base.errors import SuiteError
from suite.base.lazy import torch
from suite.methods.base import Context
from suite.methods.subgradient import Regularised
from suite.models.neurons import CONVENTIONS
from suite.penalties.base import positive

if TYPE_CHECKING:
    from torch import nn


@dataclass(unsafe_hash=True, kw_only=True)
class Proximal(Regularised):
    """Stochastic proximal gradient: a step of the optimiser on the loss, then W_l <- prox_{t * strength * factor_l * R_l}(W_l).

    step_ratio    t over the learning rate of the epoch (1 for plain proximal gradient descent)
    convention    which weights form a group: "input", "output" or "sgl0", see `suite.models.neurons`
    factors       factor_l, a factor on the strength for each regularised layer, bottom to top; () is 1 for all

    t follows the learning-rate schedule. Under an adaptive optimiser this is the proximal map in the unscaled metric.
    `prepare` raises SuiteError when the number of factors is not that of the layers.
    """

    step_ratio: float = 1.0
    convention: str = "input"
    factors: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(step_ratio=self.step_ratio)
        if self.convention not in CONVENTIONS:
            raise ValueError(f"convention must be one of {', '.join(CONVENTIONS)}, got {self.convention!r}")
        self.factors = tuple(map(float, self.factors))
        for factor in self.factors:
            positive(factors=factor)
        self.regularizer(0, 1)  # the penalty refuses a parameter that is out of its range

    def prepare(self, model: nn.Module, context: Context) -> None:
        super().prepare(model, context)
        given, wanted = len(self.factors), len(self.layers)
        if self.factors and given != wanted:
            raise SuiteError(f"{self.name}: {given} factors for {wanted} regularised layers", f"one for each of {', '.join(self.layers)}")
        self.strengths = [self.strength * factor for factor in self.factors or (1.0,) * wanted]

    def after_step(self) -> None:
        t = self.context.learning_rate * self.step_ratio
        with torch.no_grad():
            for strength, penalty, layer in zip(self.strengths, self.penalties, self.layers.values(), strict=True):
                if t * strength:
                    members = self.members(layer)
                    members.copy_(penalty.prox(members, t * strength))


def growing(mu_low: float, layer: int, layers: int) -> float:
    """mu_l = m + (1 - 2m) l / (L - 1), l = 0, ..., L - 1: from m at the bottom to 1 - m at the top, and m for a single layer.

    0.2, 0.4, 0.6, 0.8 for m = 0.2 and four layers, as in the code of Yoon and Hwang (2017) and in the script that appears to be
    that of Ma et al. (2019). ValueError unless 0 <= m <= 0.5.
    """
    if not 0 <= mu_low <= 0.5:
        raise ValueError(f"mu_low must lie between 0 and 0.5, got {mu_low}")
    return mu_low + (1 - 2 * mu_low) * layer / max(layers - 1, 1)
