"""Penalties that act through their proximal map after each step of the optimiser."""

from __future__ import annotations

from dataclasses import dataclass

from suite.lazy import torch
from suite.methods.subgradient import Regularised


@dataclass(unsafe_hash=True, kw_only=True)
class Proximal(Regularised):
    """Stochastic proximal gradient: a step of the optimiser on the loss, then W <- prox_{t * strength * R}(W).

    step_ratio    t over the learning rate of the epoch (1 for plain proximal gradient descent)

    t follows the learning-rate schedule. Under an adaptive optimiser this is the proximal map in the unscaled metric.
    """

    step_ratio: float = 1.0

    def after_step(self) -> None:
        step = self.context.learning_rate * self.step_ratio * self.strength
        if not step:
            return
        with torch.no_grad():
            for penalty, layer in zip(self.penalties, self.layers.values(), strict=True):
                members = self.members(layer)
                members.copy_(penalty.prox(members, step))
