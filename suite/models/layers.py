"""The layers that penalties and counts apply to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suite.base.lazy import torch

if TYPE_CHECKING:
    from torch import nn


def regularised_layers(model: nn.Module) -> dict[str, nn.Conv2d | nn.Linear]:
    """The layers a penalty acts on, by name, bottom to top.

    Every convolution and linear layer, or those the model names in an attribute `regularised` (wide residual networks: only the
    convolution followed by dropout, Bui et al. 2019, section 3.2).
    """
    chosen = getattr(model, "regularised", None)
    return {name: layer for name, layer in weight_layers(model).items() if chosen is None or name in chosen}


def weight_layers(model: nn.Module) -> dict[str, nn.Conv2d | nn.Linear]:
    """Every convolution and linear layer by name, bottom to top."""
    return {n: m for n, m in model.named_modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))}
