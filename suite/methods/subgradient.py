"""Penalties on the neurons of each layer, and their use as a term of the loss."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from suite.base.errors import SuiteError
from suite.base.lazy import torch
from suite.methods.base import Context, Method
from suite.models.layers import regularised_layers, weight_layers
from suite.models.neurons import neurons

if TYPE_CHECKING:
    from torch import Tensor, nn

    from suite.penalties import Penalty


@dataclass(unsafe_hash=True, kw_only=True)
class Penalised(Method):
    """A method with a strength and the layers it acts on.

    lam         penalty strength
    absolute    False: lam is a multiple of 1/N (N training images), as the SGL0 and L0 papers give it; True: the strength itself

    A schedule's penalty factor multiplies it in either case.
    """

    lam: float = 0.1
    absolute: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.lam < math.inf:
            raise ValueError(f"lam must not be negative or infinite, got {self.lam}")

    def prepare(self, model: nn.Module, context: Context) -> None:
        super().prepare(model, context)
        self.layers = self.penalised(model)
        self.strength = self.scaled(self.lam)

    def penalised(self, model: nn.Module) -> dict[str, Any]:
        """The layers, by name and bottom to top, whose `weight` the penalty acts on. Raises SuiteError where there is none."""
        found = regularised_layers(model)
        if not found:
            raise SuiteError(f"{self.name}: the network has no convolution or linear layer to regularise")
        return found

    def scaled(self, strength: float) -> float:
        """A strength as the options give it, in the units of the loss."""
        return strength * self.factor / (1 if self.absolute else self.context.n_train)


@dataclass(unsafe_hash=True, kw_only=True)
class Regularised(Penalised):
    """A penalty on the neurons of every regularised layer, biases apart."""

    convention = "sgl0"  # no option here, but one of `Proximal`

    def regularizer(self, layer: int, layers: int) -> Penalty:
        """The penalty of one layer on a matrix whose rows are neurons. `layer`: its place, counted from 0 at the bottom, among all
        `layers` of the network, those without a penalty included.
        """
        raise NotImplementedError

    def prepare(self, model: nn.Module, context: Context) -> None:
        super().prepare(model, context)
        places = list(weight_layers(model) | self.layers)  # scales of batch normalisation stand behind all weights
        self.penalties = [self.regularizer(places.index(name), len(places)) for name in self.layers]

    def members(self, layer: nn.Conv2d | nn.Linear) -> Tensor:
        """The layer's weights as a matrix with one row per neuron (a view)."""
        return neurons(layer, self.convention)


@dataclass(unsafe_hash=True, kw_only=True)
class Subgradient(Regularised):
    """Loss + strength * sum over layers of the penalty's value, by automatic differentiation inside the optimiser."""

    def penalty(self) -> Tensor | None:
        if not self.strength:
            return None
        values = [p.value(self.members(m)) for p, m in zip(self.penalties, self.layers.values(), strict=True)]
        return self.strength * torch.stack(values).sum()
