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


def scaled_layers(model: nn.Module) -> dict[str, nn.BatchNorm1d | nn.BatchNorm2d]:
    """Every batch normalisation that has a scale, by name, bottom to top."""
    kinds = (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)
    return {name: layer for name, layer in model.named_modules() if isinstance(layer, kinds) and layer.affine}


def sequences(model: nn.Module) -> dict[str, nn.Sequential]:
    """The parts of a network, by name, in which every layer reads the layer before it and nothing else does.

    Those that the model names in an attribute `branches` (a residual network its residual branches), or else the model itself, as "".
    """
    names: tuple[str, ...] = getattr(model, "branches", ("",))
    found = {name: model.get_submodule(name) for name in names}
    return {name: part for name, part in found.items() if isinstance(part, torch.nn.Sequential)}


def neighbours(model: nn.Module) -> dict[str, tuple[nn.Conv2d | nn.Linear | None, nn.Conv2d | nn.Linear | None]]:
    """For each batch normalisation within a sequence, by name, the layers with weights that write and that read its channels."""
    found: dict[str, tuple[nn.Conv2d | nn.Linear | None, nn.Conv2d | nn.Linear | None]] = {}
    for prefix, sequence in sequences(model).items():
        before: nn.Conv2d | nn.Linear | None = None
        between: list[str] = []
        for child, layer in sequence.named_children():
            if isinstance(layer, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
                between.append(f"{prefix}.{child}" if prefix else child)
            elif isinstance(layer, (torch.nn.Conv2d, torch.nn.Linear)):
                found |= dict.fromkeys(between, (before, layer))
                before, between = layer, []
        found |= dict.fromkeys(between, (before, None))
    return found


def weight_layers(model: nn.Module) -> dict[str, nn.Conv2d | nn.Linear]:
    """Every convolution and linear layer by name, bottom to top."""
    return {n: m for n, m in model.named_modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))}
