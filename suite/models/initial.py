"""How the weights of a network are drawn."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable

import torch
from torch import Tensor, nn


def he(weight: Tensor) -> float:
    """The standard deviation sqrt(2 / fan_in) of He et al. (2015); fans are counted with the kernel."""
    return math.sqrt(2 / weight[0].numel())


def glorot(weight: Tensor) -> float:
    """The standard deviation sqrt(2 / (fan_in + fan_out)) of Glorot and Bengio (2010); fans are counted with the kernel."""
    return math.sqrt(2 / (weight[0].numel() + weight[:, 0].numel()))


def he_out(weight: Tensor) -> float:
    """The standard deviation sqrt(2 / fan_out), the other form of He et al. (2015), as in the code of Liu et al. (2017)."""
    return math.sqrt(2 / weight[:, 0].numel())


SCALE = 0.5
"""Where the scales of batch normalisation start, in place of 1: a better baseline, say Liu et al. (2017, section 4.2)."""


def scaled_down(model: nn.Module, linear: Callable[[nn.Linear, torch.Generator], None], generator: torch.Generator) -> None:
    """The start of Liu et al. (2017): convolutions normal by `he_out`, scales of batch normalisation at `SCALE`, shifts at 0.

    Drawn in the order of the layers; `linear` draws a linear layer. No convolution has a bias.
    """
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.normal_(layer.weight, std=he_out(layer.weight), generator=generator)
        elif isinstance(layer, nn.Linear):
            linear(layer, generator)
        elif isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.constant_(layer.weight, SCALE)


def normal(std: Callable[[Tensor], float]) -> Callable[[nn.Linear, torch.Generator], None]:
    """A linear layer with normal weights of the standard deviation `std(weight)`, and biases of zero."""

    def draw(layer: nn.Linear, generator: torch.Generator) -> None:
        nn.init.normal_(layer.weight, std=std(layer.weight), generator=generator)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)

    return draw


def uniform(layer: nn.Linear, generator: torch.Generator) -> None:
    """A linear layer as PyTorch starts it: weights and biases uniform between plus and minus 1 / sqrt(fan_in)."""
    for parameter in layer.parameters():
        nn.init.uniform_(parameter, -(layer.in_features**-0.5), layer.in_features**-0.5, generator=generator)


def initialised(layers: dict[str, nn.Module], std: Callable[[Tensor], float], generator: torch.Generator) -> nn.Sequential:
    """The layers as one network: weights normal with mean 0 and the standard deviation `std(weight)`, biases zero.

    Drawn in the order of the layers and before the memory format is chosen, on which no value depends. channels_last is the
    faster format for these convolutions on a CPU.
    """
    model = nn.Sequential(OrderedDict(layers))
    for parameter in model.parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, std=std(parameter), generator=generator)
        else:
            nn.init.zeros_(parameter)
    return model.to(memory_format=torch.channels_last)
