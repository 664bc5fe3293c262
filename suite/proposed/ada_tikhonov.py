"""Adaptive Tikhonov regularisation: a ridge whose weights follow the weights of the network (LeJeune, Javadi and Baraniuk 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from suite.base.lazy import torch
from suite.duality import scale_of
from suite.proposed._adaptive import Adaptive

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(unsafe_hash=True, kw_only=True)
class AdaTikhonov(Adaptive):
    """Loss + lambda/2 sum w^2 / eta, with eta = eta_hat(w) of the present weights held fixed in the step: iteratively reweighted ridge.

    The gradient of the penalty is lambda w / eta_hat(w), that of lambda LogSum(w) where the floor does not hold.

    alpha_min    floor of the keep level alpha = eta / (eta + lambda), so that eta >= lambda alpha_min / (1 - alpha_min)

    The paper's code has no penalty in its first step, its eta being that of the step before.
    """

    title = "AdaTikhonov"

    alpha_min: float = 1e-3

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.alpha_min < 1:
            raise ValueError(f"alpha_min must lie strictly between 0 and 1, got {self.alpha_min}")

    def penalty(self) -> Tensor | None:
        if not self.strength:
            return None
        floor = scale_of(self.alpha_min, self.strength)
        weights = [layer.weight for layer in self.layers.values()]
        ridges = [(w.square() / self.eta(w.detach()).clamp_(min=floor)).sum() for w in weights]
        return self.strength / 2 * torch.stack(ridges).sum()
