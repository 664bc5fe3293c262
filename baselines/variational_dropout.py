"""Sparse variational dropout (Molchanov, Ashukha and Vetrov 2017)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from types import MethodType
from typing import TYPE_CHECKING, Any

from suite.base.lazy import LazyModule, torch
from suite.duality import approximate_kl
from suite.methods.base import Context, View
from suite.methods.subgradient import Penalised
from suite.penalties.base import positive

if TYPE_CHECKING:
    from torch import Tensor, nn

    from suite.methods import noise
else:
    noise = LazyModule("suite.methods.noise")

SAMPLES = ("local", "weights")
ADDITIVE = {"log_sigma2": 1.0, "log_sigma": 2.0}
"""Parameters of additive noise, and how many of each log sigma^2 is."""
TINY = 1e-16
"""Added to w^2 in its logarithm: at w = 0 log alpha is large and beyond the clamp, where its gradient is 0."""


@dataclass(unsafe_hash=True, kw_only=True)
class VariationalDropout(Penalised):
    """Loss + lambda KL / N with a normal posterior N(w, sigma^2) of each weight, alpha = sigma^2 / w^2, and the log-uniform prior:

        KL = sum [ k1 - k1 sigmoid(k2 + k3 log alpha) + 1/2 log(1 + 1 / alpha) ],   k = 0.63576, 1.8732, 1.48695

    (equation 14 with C = -k1, N training images; `suite.duality.approximate_kl`). Training draws noise, on the linear and convolution
    layers and not on biases; the network is scored without, with those weights at zero whose log alpha exceeds the threshold. The view
    "no threshold" keeps all.

    lam          factor on the KL term: 0.8 scales it for N = 60,000 where 48,000 images are trained on
    sample       "local": pre-activations N(W x + b, sigma^2 x^2), one draw an image (the local reparametrisation: Kingma, Salimans
                 and Welling 2015); "weights": the weights, one draw a batch
    parameter    what is trained: "log_sigma2" or "log_sigma" (additive noise, log alpha = log sigma^2 - log w^2), or "log_alpha"
                 (noise in proportion to the weight, sigma^2 = alpha w^2)
    start        initial value of that parameter
    clamp        log alpha stays within plus and minus this: where it is derived its gradient is 0 beyond, and where it is trained each
                 step ends there
    bounded      additive noise too: sigma^2 lies between w^2 exp(-clamp) and w^2 exp(clamp), as in the authors' code
    train_clip   weights beyond the threshold are taken out of the mean in training too, as in the authors' scripts for the LeNets
    bulk         the noise of a convolution's pre-activations is drawn in one call: several times faster, other numbers. False is how
                 earlier runs were drawn, and keeps their keys
    threshold    on log alpha: 3 in the paper, log(0.95 / 0.05) = 2.944 for a keep level 1 / (1 + alpha) below 0.05
    warm_from, warm_to    shares of the epochs between which the factor on the KL term rises on a line from 0 to 1, epoch by epoch; 0.025
                 and 0.1 in the authors' code (epochs 5 and 20 of 200)
    """

    title = "variational dropout"
    viewed = ("no threshold",)

    lam: float = 1.0
    sample: str = "local"
    parameter: str = "log_sigma2"
    start: float = -10.0
    clamp: float = 8.0
    threshold: float = 3.0
    warm_from: float = 0.0
    warm_to: float = 0.0
    bounded: bool = False
    train_clip: bool = False
    bulk: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(clamp=self.clamp)
        for name, known in (("sample", SAMPLES), ("parameter", (*ADDITIVE, "log_alpha"))):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, got {getattr(self, name)!r}")
        if self.bounded and self.parameter not in ADDITIVE:
            raise ValueError(f"bounded is for additive noise, parameter={' or '.join(ADDITIVE)}")
        if not math.isfinite(self.start):
            raise ValueError(f"start must be finite, got {self.start}")
        if not abs(self.threshold) < self.clamp:
            raise ValueError(f"threshold must lie within the clamp of {self.clamp:g}, got {self.threshold}")
        if not 0 <= self.warm_from <= self.warm_to <= 1:
            raise ValueError(f"warm_from and warm_to must be shares in this order, got {self.warm_from} and {self.warm_to}")

    def prepare(self, model: nn.Module, context: Context) -> None:
        super().prepare(model, context)
        self.warmth = 1.0
        self.trained: dict[str, nn.Parameter] = {}
        for name, layer in self.layers.items():
            self.stream = context.streams.generator("noise", device=layer.weight.device)
            self.trained[name] = torch.nn.Parameter(torch.full_like(layer.weight, self.start))
            self.after_step()
            setattr(layer, "forward", MethodType(self.noisy(name), layer))  # noqa: B010 - copies of the layer keep it, on their own weights

    def parameters(self) -> Iterable[nn.Parameter]:
        return self.trained.values()

    def log_alpha(self, name: str) -> Tensor:
        """log alpha of each weight of a layer; where it is derived it may lie beyond the clamp."""
        if self.parameter == "log_alpha":
            return self.trained[name]
        log_sigma2 = ADDITIVE[self.parameter] * self.trained[name]
        return log_sigma2 - (self.layers[name].weight.square() + TINY).log()

    def sigma(self, name: str) -> Tensor:
        """sigma of each weight of a layer, with the sign of the weight where the noise is in proportion to it."""
        if self.bounded:
            return self.sigma2(name).sqrt()
        root = (ADDITIVE.get(self.parameter, 1.0) / 2 * self.trained[name]).exp()
        return root * self.layers[name].weight if self.parameter == "log_alpha" else root

    def sigma2(self, name: str) -> Tensor:
        if self.parameter == "log_alpha":
            return self.trained[name].exp() * self.layers[name].weight.square()
        variance = (ADDITIVE[self.parameter] * self.trained[name]).exp()
        if not self.bounded:
            return variance
        square = self.layers[name].weight.square() + TINY
        return variance.maximum(square * math.exp(-self.clamp)).minimum(square * math.exp(self.clamp))

    def mean(self, name: str) -> Tensor:
        """The weights that training adds noise to."""
        weight = self.layers[name].weight
        return weight.masked_fill(self.log_alpha(name).detach() > self.threshold, 0) if self.train_clip else weight

    def noisy(self, name: str):
        """The forward pass of a layer: its own in evaluation, with noise in training."""

        def forward(layer: nn.Conv2d | nn.Linear, x: Tensor) -> Tensor:
            if not layer.training:
                return applied(layer, x, layer.weight, layer.bias)
            if self.sample == "weights":
                weight = torch.addcmul(self.mean(name), self.sigma(name), self.normal(layer.weight))
                return applied(layer, x, weight, layer.bias)
            mean = applied(layer, x, self.mean(name), layer.bias)
            variance = applied(layer, noise.squared(x, self.bulk), self.sigma2(name), None)
            return noise.drawn(mean, variance, self.normal(mean))

        return forward

    def normal(self, like: Tensor) -> Tensor:
        """Standard normal noise in the shape, on the device and from the stream of this run."""
        return noise.normal(like, self.stream, self.bulk)

    def penalty(self) -> Tensor | None:
        factor = self.strength * self.warmth
        if not factor:
            return None
        return factor * torch.stack([approximate_kl(self.log_alpha(name), self.clamp) for name in self.layers]).sum()

    def after_step(self) -> None:
        if self.parameter == "log_alpha":
            with torch.no_grad():
                for value in self.trained.values():
                    value.clamp_(-self.clamp, self.clamp)

    def before_epoch(self, epoch: int) -> None:
        self.stream.manual_seed(self.context.streams.number("noise", epoch))
        begin, end = (share * self.context.epochs for share in (self.warm_from, self.warm_to))
        self.warmth = 1.0 if epoch >= end else max(0.0, (epoch - begin) / (end - begin))

    def state_dict(self) -> dict[str, Any]:
        return {"trained": {name: value.detach() for name, value in self.trained.items()}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        with torch.no_grad():
            for name, value in state["trained"].items():
                self.trained[name].copy_(value)

    def scored(self) -> View:
        with torch.no_grad():
            dead = {name: self.log_alpha(name) > self.threshold for name in self.layers}
        return View({f"{n}.weight": m.weight.detach().masked_fill(dead[n], 0) for n, m in self.layers.items()})

    def views(self) -> dict[str, View]:
        return {"no threshold": View({})}


def applied(layer: nn.Conv2d | nn.Linear, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """What a layer makes of x with these weights in place of its own."""
    if isinstance(layer, torch.nn.Linear):
        return torch.nn.functional.linear(x, weight, bias)
    return torch.nn.functional.conv2d(x, weight, bias, layer.stride, layer.padding, layer.dilation, layer.groups)
