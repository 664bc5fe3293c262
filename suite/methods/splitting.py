"""Variable splitting: the penalty acts on an auxiliary copy of the weights, tied to them by a quadratic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from suite.base.lazy import torch
from suite.methods.base import Context, Method, View
from suite.methods.subgradient import Penalised
from suite.penalties import Grouped, Penalty, named

if TYPE_CHECKING:
    from torch import Tensor, nn

GROWTH = ("conv", "all")
TIES = ("loss", "step")


@dataclass(unsafe_hash=True, kw_only=True)
class Splitting(Penalised):
    """min over W, V of Loss(W) + R(W) + lambda sum_l P(V_l) + sum_l beta_l / 2 ||V_l - W_l||^2.

    W takes a step of the optimiser on everything that depends on it, then V <- argmin of the rest, the proximal map of P with step
    lambda / beta at the new W (Bui et al. 2019, equations 10a and 10b; Dinh and Xin 2018). R is 0, or what the next base class adds
    to the loss. With lambda = beta = 0 the optimiser's steps are those on the loss alone, bit for bit.

    beta          strength of the quadratic, in the units of lam
    ratio         > 0: beta is this many times lam, so that lam scales the penalty as a whole and the threshold stays
    growth        factor on beta each time it grows
    grow_every    share of the training's epochs between growths (0.2: every 40 of 200 epochs); rounded up to an epoch, once in it
    grow          "conv": beta grows on convolutions only (the code of Bui et al.); "all": on every layer (their text)
    tie           "loss": the quadratic is part of what the optimiser differentiates; "step": W <- W - eta beta (W - V) from the same
                  W beside the optimiser's step, outside its momentum (the code of Dinh et al.)
    """

    viewed: ClassVar[tuple[str, ...]] = ("V",)

    beta: float = 2.5
    ratio: float = 0.0
    growth: float = 1.25
    grow_every: float = 0.2
    grow: str = "conv"
    tie: str = "loss"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("beta", "ratio"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} must not be negative or infinite, got {getattr(self, name)}")
        if self.lam and not self.pull:
            raise ValueError("beta must be positive where lam is: without the quadratic the penalty does not reach the weights")
        for name in ("growth", "grow_every"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        for name, known in (("grow", GROWTH), ("tie", TIES)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, got {getattr(self, name)!r}")

    @property
    def pull(self) -> float:
        """beta as it acts at the start, in the units of lam."""
        return self.ratio * self.lam if self.ratio else self.beta

    def inner(self) -> Penalty:
        """P, the penalty on V."""
        raise NotImplementedError

    def split(self, w: Tensor, step: float) -> Tensor:
        """The next V, given W and step = lambda / beta."""
        return self.inner_penalty.prox(w, step) if step else w.clone()

    def first(self) -> dict[str, Tensor]:
        """V before the first step, by layer: uniform on [0, 1), as in the code of Bui et al."""
        stream = self.context.streams.generator("splitting")
        drawn = {name: torch.empty(m.weight.shape).uniform_(0, 1, generator=stream) for name, m in self.layers.items()}
        return {name: torch.empty_like(self.layers[name].weight).copy_(v) for name, v in drawn.items()}

    def target(self, name: str) -> Tensor:
        """What the quadratic of a layer pulls W to."""
        return self.v[name]

    def update(self, name: str, w: Tensor) -> None:
        """Bring the auxiliary variables of a layer up to date with its new W."""
        self.v[name] = self.split(w, self.step(name))

    def step(self, name: str) -> float:
        """lambda / beta of a layer, 0 where lambda is."""
        return self.strength / self.betas[name] if self.strength else 0.0

    def prepare(self, model: nn.Module, context: Context) -> None:
        super().prepare(model, context)
        self.inner_penalty = self.inner()
        self.betas = dict.fromkeys(self.layers, self.scaled(self.pull))
        with torch.no_grad():
            self.v = self.first()

    def penalty(self) -> Tensor | None:
        rest = super().penalty()
        if self.tie != "loss" or not self.pull:
            return rest
        distance = torch.nn.functional.mse_loss
        ties = [self.betas[n] / 2 * distance(m.weight, self.target(n), reduction="sum") for n, m in self.layers.items()]
        tie = torch.stack(ties).sum()
        return tie if rest is None else rest + tie

    def before_step(self) -> None:
        if self.tie == "step" and self.pull:
            eta = self.context.learning_rate
            with torch.no_grad():
                self.moves = {n: (self.target(n) - m.weight).mul_(eta * self.betas[n]) for n, m in self.layers.items()}

    def after_step(self) -> None:
        with torch.no_grad():
            for name, layer in self.layers.items():
                if self.tie == "step" and self.pull:
                    layer.weight += self.moves[name]
                self.update(name, layer.weight)

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

    def copy(self) -> View:
        """The network with V in place of W."""
        return View({f"{name}.weight": v for name, v in self.v.items()})

    def views(self) -> dict[str, View]:
        return {"V": self.copy()}

    def measured(self) -> dict[str, float]:
        """splitting_gap: 100 ||V - W|| / ||W|| over all layers, to which Bui et al. (2019, Theorem 2) give the limit 0 as beta grows."""
        w = torch.cat([layer.weight.detach().flatten() for layer in self.layers.values()])
        v = torch.cat([self.v[name].flatten() for name in self.layers])
        norm = float(w.norm())
        return {"splitting_gap": 100 * float((v - w).norm()) / norm} if norm else {}


@dataclass(unsafe_hash=True, kw_only=True)
class Thresholding(Method):
    """The choice of P by name, beside `Splitting`.

    threshold    the penalty P whose proximal map gives the copy: "l0", "l1", "tl1" or another that `suite.penalties.named` knows
    shape        parameter of P, such as a of TL1; None: the usual one (TL1 a = 1, SCAD a = 3.7, L1 - L2 alpha = 1, MCP gamma = 3)
    """

    threshold: str = "l0"
    shape: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[misc]  # of the splitting beside which this stands
        self.inner()  # refuses an unknown penalty and a shape out of its range

    def inner(self) -> Penalty:
        """P. Raises ValueError for one that needs groups: the copy has the shape of the weights."""
        found = named(self.threshold, self.shape)
        if isinstance(found, Grouped):
            raise ValueError(f"threshold must be a penalty of single weights, not {self.threshold!r}; `splitting` takes groups too")
        return found
