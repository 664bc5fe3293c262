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
