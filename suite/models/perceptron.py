"""Multilayer perceptrons with batch normalisation, whose units network slimming can prune by their scales."""

from __future__ import annotations

import math
from collections import OrderedDict

import torch
from torch import nn
from torch.nn.utils import skip_init

from suite.base.errors import SuiteError
from suite.models.initial import he, normal, scaled_down


def mlp(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator, *numbers: int) -> nn.Sequential:
    """Hidden layers of so many units, each with batch normalisation and ReLU, then the classes; on images or on feature vectors.

    mlp_500_300 on 784 pixels has the widths of Liu et al. (2017, Table 3) and 545,000 weights. They say nothing of batch normalisation
    here, but it is its scales that they prune. A hidden layer has the shift of its batch normalisation in place of a bias. Weights
    start by He et al. (2015), scales at 0.5. Raises SuiteError without a hidden layer or with an empty one.
    """
    if not numbers or min(numbers) < 1:
        raise SuiteError(f"{'_'.join(map(str, ('mlp', *numbers)))} has no hidden units", "call it mlp_<units>_<units>..., as mlp_500_300")
    layers: dict[str, nn.Module] = {"flatten": nn.Flatten()}
    before = math.prod(in_shape)
    for number, after in enumerate(numbers, 1):
        layers[f"fc{number}"] = skip_init(nn.Linear, before, after, bias=False)
        layers[f"bn{number}"] = nn.BatchNorm1d(after)
        layers[f"relu{number}"] = nn.ReLU()
        before = after
    layers[f"fc{len(numbers) + 1}"] = skip_init(nn.Linear, before, n_classes)
    model = nn.Sequential(OrderedDict(layers))
    scaled_down(model, normal(he), generator)
    return model
