"""What the compact network saves, measured, and whether it says what the masked one says."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from suite.metrics.compact import compact, masked
from suite.metrics.flops import dense_flops, slimming_operations
from suite.models.layers import weight_layers

WARM_UP = 3


def architecture(model: nn.Module) -> str:
    """The neurons by layer: output channels of a convolution, inputs of a linear layer; "20-50-800-500" for LeNet-5-Caffe."""
    layers = weight_layers(model).values()
    return "-".join(str(layer.out_channels if isinstance(layer, nn.Conv2d) else layer.in_features) for layer in layers)


def compact_metrics(
    model: nn.Module,
    x_test: Tensor,
    in_shape: tuple[int, ...],
    dense: Mapping[str, int] | None = None,
) -> dict[str, float | int | str]:
    """What the compact network saves, and whether it agrees with the masked one.

    x_test: (examples, *in_shape) as the model takes it; dense: `dense_flops(model, in_shape)`, if known. Gives

    - compact_parameters_left, compact_flops_left: percent of the model's parameters and of fvcore's count of the model
    - compact_operations_left: the same by `slimming_operations`
    - compact_disagreements: test examples to which masked and compact give different classes: 0, or something is wrong, save
      for single examples that rounding moves across a step (see `compact`) or between two equal logits
    - compact_max_difference: largest absolute difference of two logits
    - latency_dense_ms, latency_compact_ms: forward pass of a batch of (at most) 100, median of alternating repetitions, with the
      threads that torch has; "dense" is the masked network, which is as large as the model
    - architecture: see `architecture`

    Raises NotImplementedError as `compact`.
    """
    full, small = masked(model), compact(model)
    expected, found = _logits(full, x_test), _logits(small, x_test)
    metrics: dict[str, float | int | str] = {
        "compact_parameters_left": 100 * _size(small) / _size(full),
        "compact_flops_left": 100 * sum(dense_flops(small, in_shape).values()) / sum((dense or dense_flops(full, in_shape)).values()),
        "compact_operations_left": 100 * slimming_operations(small, in_shape) / slimming_operations(full, in_shape),
        "compact_disagreements": int((expected.argmax(1) != found.argmax(1)).sum()),
        "compact_max_difference": float((expected - found).abs().max()),
        "architecture": architecture(small),
    }
    metrics["latency_dense_ms"], metrics["latency_compact_ms"] = _latencies([full, small], x_test[:100])
    return metrics


def _size(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@torch.inference_mode()
def _logits(network: nn.Module, x: Tensor, batch: int = 500) -> Tensor:
    device = next(network.parameters()).device
    return torch.cat([network(part.to(device)) for part in x.split(batch)])


@torch.inference_mode()
def _latencies(networks: list[nn.Module], batch: Tensor, seconds: float = 1.0, most: int = 50) -> list[float]:
    """Median milliseconds of a forward pass; the networks take turns, so that a slower spell of the machine meets all of them."""
    batch = batch.to(next(networks[0].parameters()).device)
    times: list[list[float]] = [[] for _ in networks]
    start = time.perf_counter()
    while len(times[0]) < WARM_UP + 3 or (len(times[0]) < WARM_UP + most and time.perf_counter() - start < seconds):
        for network, column in zip(networks, times, strict=True):
            _synchronise(batch)
            began = time.perf_counter()
            network(batch)
            _synchronise(batch)
            column.append(1000 * (time.perf_counter() - began))
    return [statistics.median(column[WARM_UP:]) for column in times]


def _synchronise(tensor: Tensor) -> None:
    if tensor.is_cuda:
        torch.cuda.synchronize(tensor.device)
