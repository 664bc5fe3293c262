"""How many weights, neurons and parameters are zero; shares are in percent.

Weights are read as `layer.weight`, in the mode (train or eval) that the model is in: a parametrised weight counts as it acts.
Each function needs one transfer from the device.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized

from suite.models.layers import weight_layers
from suite.models.neurons import neurons

ZERO = 1e-5  # a weight counts as zero if |w| is below this: Bui et al. 2019, section 3


@torch.no_grad()
def zero_counts(tensors: Iterable[Tensor], threshold: float = ZERO) -> list[int]:
    """For each tensor the number of entries with |w| < threshold; a threshold of 0 counts those that are exactly 0."""
    masks = (tensor == 0 if threshold == 0 else tensor.abs() < threshold for tensor in tensors)
    return torch.stack([torch.count_nonzero(mask) for mask in masks]).tolist()


def weight_sparsity(model: nn.Module, threshold: float = ZERO) -> float:
    """Percent of the weights (biases apart) with |w| < threshold; a threshold of 0 counts those that are exactly 0."""
    weights = [layer.weight for layer in weight_layers(model).values()]
    return 100 * sum(zero_counts(weights, threshold)) / sum(weight.numel() for weight in weights)


def weight_sparsity_exact(model: nn.Module) -> float:
    """Percent of the weights (biases apart) that are exactly 0."""
    return weight_sparsity(model, threshold=0)


def layer_sparsity(model: nn.Module, threshold: float = ZERO) -> dict[str, float]:
    """`weight_sparsity` of each layer by name."""
    weights = {name: layer.weight for name, layer in weight_layers(model).items()}
    counts = zero_counts(weights.values(), threshold)
    return {name: 100 * zeros / weight.numel() for (name, weight), zeros in zip(weights.items(), counts, strict=True)}


@torch.no_grad()
def neuron_sparsity(model: nn.Module, convention: str = "sgl0") -> float:
    """Percent of the neurons whose mean |w| is below 1e-5; what a neuron is, `suite.models.neurons` says.

    The paper (Bui et al. 2019, section 3) writes the normalised sum of |w|, which its code computes as this mean.
    """
    means = [neurons(layer, convention).abs().mean(1) for layer in weight_layers(model).values()]
    return 100 * sum(zero_counts(means)) / sum(mean.numel() for mean in means)


def parameters_left(model: nn.Module) -> float:
    """Percent of all parameters, biases included, with |p| >= 1e-5.

    The code of Bui et al. (2019) counts |p| > 1e-5; a parameter of exactly 1e-5 is left here, so that left + zero = all.
    """
    parameters = list(acting_parameters(model))
    size = sum(parameter.numel() for parameter in parameters)
    return 100 * (size - sum(zero_counts(parameters))) / size


@torch.no_grad()
def last_layer(model: nn.Module) -> dict[str, float]:
    """What Ma et al. (2019, Table 3) count of the last layer, Conv2d or Linear; zero is exactly 0, and biases do not count.

    - last_layer_sparsity: percent of its weights that are 0
    - last_layer_neurons: its input units (channels of a convolution)
    - last_layer_neurons_removed: how many of these have outgoing weights of 0 only, or incoming ones of 0 only (section 3.1); the
      incoming ones are looked at where the layer before is linear
    - last_layer_sparsity_of_rest: percent of the weights of the input units that remain that are 0; 0 where none remains
    """
    *before, last = weight_layers(model).values()
    zero = last.weight == 0
    by_unit = zero.transpose(0, 1).flatten(1)
    removed = by_unit.all(1)
    if before and isinstance(before[-1], nn.Linear) and before[-1].out_features == len(removed):
        removed |= (before[-1].weight == 0).all(1)
    zeros, dead, among_rest = torch.stack([zero.sum(), removed.sum(), (by_unit & ~removed[:, None]).sum()]).tolist()
    rest = (len(removed) - dead) * by_unit.shape[1]
    return {
        "last_layer_sparsity": 100 * zeros / zero.numel(),
        "last_layer_neurons": len(removed),
        "last_layer_neurons_removed": dead,
        "last_layer_sparsity_of_rest": 100 * among_rest / rest if rest else 0.0,
    }


def acting_parameters(module: nn.Module) -> Iterator[Tensor]:
    """The parameters as the forward pass sees them: a parametrised one is its value, not the tensors behind it."""
    yield from module.parameters(recurse=False)
    for name, child in module.named_children():
        if name == "parametrizations" and is_parametrized(module) and isinstance(child, nn.ModuleDict):
            yield from (getattr(module, tensor) for tensor in child)
        else:
            yield from acting_parameters(child)
