"""What is measured on a network: sparsity, multiply-adds, and the physically smaller network."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from suite.metrics.compact import masked
from suite.metrics.flops import dense_flops, flops_left, flops_left_valid, slimming_operations, valid_flops
from suite.metrics.network import describe
from suite.metrics.savings import architecture, compact_metrics
from suite.metrics.sparsity import (
    ZERO,
    last_layer,
    layer_sparsity,
    neuron_sparsity,
    parameters_left,
    weight_sparsity,
    weight_sparsity_exact,
)

__all__ = [
    "ZERO",
    "architecture",
    "compact_metrics",
    "dense_flops",
    "describe",
    "flops_left",
    "flops_left_valid",
    "last_layer",
    "layer_sparsity",
    "masked",
    "measure",
    "neuron_sparsity",
    "parameters_left",
    "slimming_operations",
    "valid_flops",
    "weight_sparsity",
    "weight_sparsity_exact",
]


def measure(
    model: nn.Module,
    in_shape: tuple[int, ...],
    dense: Mapping[str, int] | None = None,
    valid: Mapping[str, int] | None = None,
) -> dict[str, float]:
    """The cheap metrics: shares in percent, and two numbers of neurons of the last layer.

    in_shape: one example, without the batch; dense, valid: the model's `dense_flops` and `valid_flops`, if known.
    """
    return {
        "weight_sparsity": weight_sparsity(model),
        "weight_sparsity_exact": weight_sparsity_exact(model),
        "neuron_sparsity": neuron_sparsity(model),
        "parameters_left": parameters_left(model),
        "flops_left": flops_left(model, in_shape, dense),
        "flops_left_valid": flops_left_valid(model, in_shape, valid),
        **last_layer(model),
    }
