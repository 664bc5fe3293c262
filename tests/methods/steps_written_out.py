"""A perceptron and its optimiser by formulas, to compare runs of methods with."""

from __future__ import annotations

import torch
from torch.nn.functional import cross_entropy

RATE = 0.02
LAYERS = ("fc1", "fc2", "fc3")
BETAS, ADAM_EPS = (0.9, 0.999), 1e-8


class Written:
    """The perceptron and Adam (or, without moments, plain gradient descent) by formulas, with parameters beside the network's."""

    def __init__(self, run, more=(), adam=True) -> None:
        self.p = {name: p.detach().clone() for name, p in run.model.named_parameters()} | dict(more)
        self.m, self.v = ({name: torch.zeros_like(p) for name, p in self.p.items()} for _ in range(2))
        self.k, self.adam = 0, adam

    def loss(self, x, y) -> dict:
        """Gradient of the cross-entropy."""
        leaves = {name: p.clone().requires_grad_() for name, p in self.p.items() if name.startswith("fc")}
        h = x.flatten(1)
        for name in LAYERS:
            h = torch.nn.functional.linear(h, leaves[f"{name}.weight"], leaves[f"{name}.bias"])
            h = h if name == LAYERS[-1] else h.clamp(min=0)
        return dict(zip(leaves, torch.autograd.grad(cross_entropy(h, y), list(leaves.values())), strict=True))

    def step(self, x, y, penalty: dict) -> None:
        gradients = self.loss(x, y)
        self.k += 1
        for name, p in self.p.items():
            g = gradients.get(name, 0) + penalty.get(name, 0)
            if not self.adam:
                self.p[name] = p - RATE * g
                continue
            self.m[name] = BETAS[0] * self.m[name] + (1 - BETAS[0]) * g
            self.v[name] = BETAS[1] * self.v[name] + (1 - BETAS[1]) * g**2
            m, v = self.m[name] / (1 - BETAS[0] ** self.k), self.scale(name)
            self.p[name] = p - RATE * m / (v + ADAM_EPS)

    def scale(self, name):
        """sqrt(v-hat)."""
        return (self.v[name] / (1 - BETAS[1] ** self.k)).sqrt()

    def weights(self) -> dict:
        return {name: p for name, p in self.p.items() if name.endswith(".weight")}
