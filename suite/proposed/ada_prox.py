"""Adaptive proximal gradient: every weight is shrunk by its keep level after each step (LeJeune, Javadi and Baraniuk 2021)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from suite.base.lazy import torch
from suite.duality import keep_level, scale_of
from suite.proposed._adaptive import Adaptive

if TYPE_CHECKING:
    from torch import Tensor

RULES = ("level", "step")


@dataclass(unsafe_hash=True, kw_only=True)
class AdaProx(Adaptive):
    """w <- alpha w after each step of the optimiser, alpha = eta / (eta + t lambda / s), eta = eta_hat(w): a reweighted ridge's prox.

    idle    share of an epoch's steps by which the map is applied alone, at the end of each epoch: 0.25 in the paper's code, which applies
            it after every batch, the quarter as many of the validation among them
    rule    "level": a weight counts as zero where eta / (eta + lambda) is below `least`, as with the other methods; "step": where this
            alpha is, as in the paper's code, which leaves more of them at the small last rates

    t is the learning rate and s the scale of the optimiser's metric: sqrt(v / (1 - beta_2^k)) of Adam, v its second moment of the
    weight after k steps, and 1 under an optimiser that keeps none. A weight whose gradient has always been 0 has s = 0 and becomes 0.
    """

    title = "AdaProx"

    idle: float = 0.0
    rule: str = "level"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.idle < math.inf:
            raise ValueError(f"idle must not be negative or infinite, got {self.idle}")
        if self.rule not in RULES:
            raise ValueError(f"rule must be one of {', '.join(RULES)}, got {self.rule!r}")

    def scale(self, w: Any) -> Tensor | float:
        """s of each weight."""
        optimizer = self.context.optimizer
        state = optimizer.state.get(w, {}) if optimizer else {}
        if not optimizer or "exp_avg_sq" not in state:
            return 1.0
        _, beta = optimizer.param_groups[0]["betas"]
        correction = 1 - beta ** state["step"].double()  # in float32 the first steps' has four digits
        return (state["exp_avg_sq"] / correction).sqrt_()

    def after_step(self) -> None:
        pull = self.context.learning_rate * self.strength
        if not pull:
            return
        with torch.no_grad():
            for layer in self.layers.values():
                kept = self.eta(layer.weight) * self.scale(layer.weight)
                layer.weight *= keep_level(kept, pull)

    def after_epoch(self, epoch: int) -> None:
        for _ in range(round(self.idle * self.context.steps)):
            self.after_step()

    def dead(self, name: str) -> Tensor:
        if self.rule == "level":
            return super().dead(name)
        w = self.layers[name].weight
        kept = self.eta(w.detach()) * self.scale(w)
        return (w == 0) | (kept < scale_of(self.least, self.context.learning_rate * self.strength))
