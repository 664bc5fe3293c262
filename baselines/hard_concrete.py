"""L0 regularisation by hard-concrete gates (Louizos, Welling and Kingma 2018)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from suite.base.lazy import torch
from suite.duality import HardConcreteDual
from suite.methods.base import Context, View
from suite.methods.subgradient import Penalised

if TYPE_CHECKING:
    from torch import Tensor, nn

GATE = HardConcreteDual(beta=2 / 3, gamma=-0.1, zeta=1.1)
EPS = 1e-6
LOG_ALPHA_RANGE = (math.log(1e-2), math.log(1e2))


@dataclass(unsafe_hash=True, kw_only=True)
class HardConcrete(Penalised):
    """Loss + lambda sum over gates of (weights behind the gate) * P(gate != 0), with one gate per neuron.

    Gates: input unit of a linear layer, output filter of a convolution (its bias is gated too). In training
    z = clip(s (zeta - gamma) + gamma, 0, 1), s = sigmoid((log u - log(1 - u) + log alpha) / b), u ~ U(0, 1) (equations 10 and 11),
    P(z != 0) = sigmoid(log alpha - b log(-gamma / zeta)) (equation 12); in evaluation z = clip(sigmoid(log alpha) (zeta - gamma)
    + gamma, 0, 1) (equation 13), folded into the weights. b = 2/3, gamma = -0.1, zeta = 1.1.

    drop_rate    log alpha starts at log((1 - p) / p) with normal noise of SD 0.01
    local        a gate sample for every image rather than one for the batch
    average      decay of the moving average of all parameters that is scored (0 scores the last iterate)

    Departures from the authors' code: the gated convolution keeps its bias in training (theirs drops it there only), and the
    prior's L2 term, 5e-4 / N for LeNet-5, is left out; biases behind a gate are not counted in the penalty.
    """

    title = "hard-concrete L0"
    viewed = ("gates ignored in the count",)

    drop_rate: float = 0.5
    local: bool = False
    average: float = 0.999

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.drop_rate < 1:
            raise ValueError(f"drop_rate must lie strictly between 0 and 1, got {self.drop_rate}")
        if not 0 <= self.average < 1:
            raise ValueError(f"average must lie in [0, 1), got {self.average}")

    def prepare(self, model: nn.Module, context: Context) -> None:
        super().prepare(model, context)
        start = math.log((1 - self.drop_rate) / self.drop_rate)
        stream = context.streams.generator("gates/init")
        self.log_alpha = {}
        for name, layer in self.layers.items():
            self.stream = context.streams.generator("gates", device=layer.weight.device)
            gates = layer.out_channels if isinstance(layer, torch.nn.Conv2d) else layer.in_features
            noise = torch.empty(gates).normal_(0, 0.01, generator=stream).to(layer.weight.device)
            self.log_alpha[name] = torch.nn.Parameter(start + noise)
            if isinstance(layer, torch.nn.Conv2d):
                layer.register_forward_hook(self.gate_output(name))
            else:
                layer.register_forward_pre_hook(self.gate_input(name))
        self.trained = {**dict(model.named_parameters()), **{f"{n}.log_alpha": a for n, a in self.log_alpha.items()}}
        self.mean = {name: torch.zeros_like(p) for name, p in self.trained.items()}
        self.steps = 0

    def parameters(self) -> Iterable[nn.Parameter]:
        return self.log_alpha.values()

    def sample(self, name: str, batch: int) -> Tensor:
        """Gates of one layer, shape (batch or 1, gates)."""
        log_alpha = self.log_alpha[name]
        u = log_alpha.new_empty(batch if self.local else 1, len(log_alpha)).uniform_(EPS, 1 - EPS, generator=self.stream)
        return stretch(torch.sigmoid((torch.logit(u) + log_alpha) / GATE.beta))

    def gate_output(self, name: str):
        def hook(layer, inputs, output):
            return output * self.sample(name, len(output))[:, :, None, None] if layer.training else output

        return hook

    def gate_input(self, name: str):
        def hook(layer, inputs):
            return inputs[0] * self.sample(name, len(inputs[0])) if layer.training else inputs[0]

        return hook

    def penalty(self) -> Tensor:
        behind = {name: layer.weight.numel() / len(self.log_alpha[name]) for name, layer in self.layers.items()}
        expected = [n * GATE.open(self.log_alpha[name]).sum() for name, n in behind.items()]
        return self.strength * torch.stack(expected).sum()

    def before_epoch(self, epoch: int) -> None:
        self.stream.manual_seed(self.context.streams.number("gates", epoch))

    def after_step(self) -> None:
        with torch.no_grad():
            for log_alpha in self.log_alpha.values():
                log_alpha.clamp_(*LOG_ALPHA_RANGE)
            torch._foreach_lerp_(list(self.mean.values()), list(self.trained.values()), 1 - self.average)
        self.steps += 1

    def state_dict(self) -> dict[str, Any]:
        return {"log_alpha": {n: a.detach() for n, a in self.log_alpha.items()}, "mean": self.mean, "steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        with torch.no_grad():
            for name, value in state["log_alpha"].items():
                self.log_alpha[name].copy_(value)
        self.mean, self.steps = state["mean"], state["steps"]

    def averaged(self) -> dict[str, Tensor]:
        """The moving average of every parameter, its bias towards the zero start removed."""
        if not self.steps:
            return {name: p.detach() for name, p in self.trained.items()}
        return {name: m / (1 - self.average**self.steps) for name, m in self.mean.items()}

    def scored(self) -> View:
        values = self.averaged()
        weights = {name: value for name, value in values.items() if not name.endswith(".log_alpha")}
        for name, layer in self.layers.items():
            gate = stretch(torch.sigmoid(values[f"{name}.log_alpha"]))
            if isinstance(layer, torch.nn.Conv2d):
                weights[f"{name}.weight"] = weights[f"{name}.weight"] * gate[:, None, None, None]
                if layer.bias is not None:
                    weights[f"{name}.bias"] = weights[f"{name}.bias"] * gate
            else:
                weights[f"{name}.weight"] = weights[f"{name}.weight"] * gate
        return View(weights)

    def views(self) -> dict[str, View]:
        raw = {name: value for name, value in self.averaged().items() if not name.endswith(".log_alpha")}
        return {"gates ignored in the count": View(self.scored().weights, counted=raw)}


def stretch(s: Tensor) -> Tensor:
    """Stretch a concrete variable to (gamma, zeta) and fold it into [0, 1]."""
    return torch.clamp(s * (GATE.zeta - GATE.gamma) + GATE.gamma, 0, 1)
