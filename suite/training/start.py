"""Other starts of a network's weights than its own, where a paper's results depend on them."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn


@torch.no_grad()
def restart(model: nn.Module, start: tuple[Any, ...], generator: torch.Generator) -> None:
    """Draw the weights and biases of every Conv2d and Linear anew, bottom to top. start: kind and scale.

    "normal"     weights normal with mean 0 and standard deviation `scale`, biases 0
    "uniform"    weights and biases uniform between plus and minus scale / sqrt(fan_in), fan_in counted with the kernel: at 1 the start
                 of PyTorch's own layers
    "glorot"     convolutions uniform between plus and minus sqrt(6 / (fan_in + fan_out)), both counted with the kernel (Glorot and
                 Bengio 2010), linear layers normal with standard deviation `scale`, biases 0
    """
    kind, scale = start
    for layer in model.modules():
        if not isinstance(layer, nn.Conv2d | nn.Linear):
            continue
        fan_in, fan_out = layer.weight[0].numel(), layer.weight[:, 0].numel()
        convolution = isinstance(layer, nn.Conv2d)
        bound = math.sqrt(6 / (fan_in + fan_out)) if kind == "glorot" else scale / math.sqrt(fan_in)
        for parameter in layer.parameters(recurse=False):
            drawn = torch.zeros(parameter.shape)
            if kind == "uniform" or (kind == "glorot" and convolution and parameter is layer.weight):
                drawn.uniform_(-bound, bound, generator=generator)
            elif parameter is layer.weight:
                drawn.normal_(0, scale, generator=generator)
            parameter.copy_(drawn)
