"""The size of a network in numbers."""

from __future__ import annotations

from torch import nn

from suite.metrics.flops import dense_flops, valid_flops
from suite.models.layers import weight_layers


def describe(model: nn.Module, in_shape: tuple[int, ...]) -> dict[str, int]:
    """A row of a table of networks. in_shape: one example, without the batch.

    - conv_layers, fc_layers: layers of type Conv2d and Linear
    - weights, biases: entries of their weights and of their biases
    - multiply_adds: for one example, all layers, by `dense_flops` (fvcore)
    - multiply_adds_valid: the same by `valid_flops`, the count of the CGES code
    """
    layers = list(weight_layers(model).values())
    convolutions = sum(isinstance(layer, nn.Conv2d) for layer in layers)
    return {
        "conv_layers": convolutions,
        "fc_layers": len(layers) - convolutions,
        "weights": sum(layer.weight.numel() for layer in layers),
        "biases": sum(layer.bias.numel() for layer in layers if layer.bias is not None),
        "multiply_adds": sum(dense_flops(model, in_shape).values()),
        "multiply_adds_valid": sum(valid_flops(model, in_shape).values()),
    }
