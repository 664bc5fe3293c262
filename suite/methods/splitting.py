"""Relaxed variable splitting: the penalty acts on an auxiliary copy of the weights, tied to them by a quadratic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from suite.lazy import torch
from suite.methods.base import Context, View
from suite.methods.subgradient import Subgradient

if TYPE_CHECKING:
    from torch import Tensor, nn

    from suite.penalties import Penalty

GROWTH = ("conv", "all")


@dataclass(unsafe_hash=True, kw_only=True)
class Splitting(Subgradient):
    """min over W, V of Loss(W) + lambda sum_l [R(W_l) + P(V_l)] + sum_l beta_l / 2 ||V_l - W_l||^2.

    W takes a step of the optimiser on everything that depends on it, then V <- argmin of the rest, the proximal map of P with step
    lambda / beta at the new W (Bui et al. 2019, equations 10a and 10b; Dinh and Xin 2018).

    beta          strength of the quadratic as a multiple of 1/N
    growth        factor on beta each time it grows
    grow_every    share of the training's epochs between growths (0.2: every 40 of 200 epochs); rounded up to an epoch, once in it
    grow          "conv": beta grows on convolutions only (the authors' code); "all": on every layer (the paper's text)
    """

    beta: float = 2.5
    growth: float = 1.25
    grow_every: float = 0.2
    grow: str = "conv"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.beta > 0:
            raise ValueError(f"beta must be positive, got {self.beta}")
        if not self.grow_every > 0:
            raise ValueError(f"grow_every must be positive, got {self.grow_every}")
        if self.grow not in GROWTH:
            raise ValueError(f"grow must be one of {', '.join(GROWTH)}, got {self.grow!r}")

    def inner(self) -> Penalty:
        """P, the penalty on V."""
        raise NotImplementedError

    def split(self, w: Tensor, step: float) -> Tensor:
        """The next V, given W and step = lambda / beta."""
        return self.inner_penalty.prox(w, step) if step else w.clone()

    def prepare(self, model: nn.Module, context: Context) -> None:
        super().prepare(model, context)
        self.inner_penalty = self.inner()
        scale = context.penalty_factor / context.n_train
        self.betas = dict.fromkeys(self.layers, self.beta * scale)
        stream = context.streams.generator("splitting")
        self.v = {name: torch.empty(m.weight.shape).uniform_(0, 1, generator=stream) for name, m in self.layers.items()}
        self.v = {name: torch.empty_like(self.layers[name].weight).copy_(v) for name, v in self.v.items()}

    def penalty(self) -> Tensor:
        distance = torch.nn.functional.mse_loss
        ties = [self.betas[n] / 2 * distance(m.weight, self.v[n], reduction="sum") for n, m in self.layers.items()]
        tie = torch.stack(ties).sum()
        penalty = super().penalty()
        return tie if penalty is None else penalty + tie

    def after_step(self) -> None:
        with torch.no_grad():
            for name, layer in self.layers.items():
                self.v[name] = self.split(layer.weight, self.strength / self.betas[name])

    def after_epoch(self, epoch: int) -> None:
        period = self.grow_every * self.context.epochs
        if math.floor((epoch + 1) / period + 1e-9) == math.floor(epoch / period + 1e-9):
            return
        for name, layer in self.layers.items():
            if self.grow == "all" or isinstance(layer, torch.nn.Conv2d):
                self.betas[name] *= self.growth

    def state_dict(self) -> dict[str, Any]:
        return {"v": self.v, "betas": self.betas}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.v, self.betas = state["v"], state["betas"]

    def views(self) -> dict[str, View]:
        return {"V": View({f"{name}.weight": v for name, v in self.v.items()})}
