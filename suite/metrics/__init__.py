"""What is measured on a network: sparsity, multiply-adds, and the physically smaller network."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from suite.metrics.compact import architecture, compact_metrics, masked
from suite.metrics.flops import dense_flops, flops_left
from suite.metrics.sparsity import (
    ZERO,
    layer_sparsity,
    neuron_sparsity,
    parameters_left,
    prunable_layers,
    weight_sparsity,
    weight_sparsity_exact,
)

__all__ = [
    "ZERO",
    "architecture",
    "compact_metrics",
    "dense_flops",
    "flops_left",
    "layer_sparsity",
    "masked",
    "measure",
    "neuron_sparsity",
    "parameters_left",
    "prunable_layers",
    "weight_sparsity",
    "weight_sparsity_exact",
]


def measure(model: nn.Module, in_shape: tuple[int, ...], dense: Mapping[str, int] | None = None) -> dict[str, float]:
    """The cheap metrics, in percent. in_shape: one example, without the batch; dense: the model's `dense_flops`, if known."""
    return {
        "weight_sparsity": weight_sparsity(model),
        "weight_sparsity_exact": weight_sparsity_exact(model),
        "neuron_sparsity": neuron_sparsity(model),
        "parameters_left": parameters_left(model),
        "flops_left": flops_left(model, in_shape, dense),
    }
