"""Multiply-adds of a network, and the share of them that a sparse network needs: fvcore's count, and those of two papers' code."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from suite.metrics.sparsity import ZERO, layer_sparsity
from suite.models.layers import weight_layers


def dense_flops(model: nn.Module, in_shape: tuple[int, ...]) -> dict[str, int]:
    """Multiply-adds for one example, by layer (every Conv2d and Linear), biases apart, counted by fvcore on a trace in eval mode.

    Depends on the architecture alone: fvcore returns the same number when weights are zero. It takes some milliseconds and, the
    first time, the import of fvcore: compute it once and pass it on. in_shape: one example, without the batch.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fvcore is built on torch.jit, which is deprecated
        from fvcore.nn import FlopCountAnalysis

        traced = copy.deepcopy(model).eval()
        example = next(traced.parameters()).new_zeros((1, *in_shape))
        count = FlopCountAnalysis(traced, example).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        with torch.no_grad():
            by_module = count.tracer_warnings("none").by_module()
    return {name: int(by_module[name]) for name in weight_layers(model)}


@torch.no_grad()
def valid_flops(model: nn.Module, in_shape: tuple[int, ...]) -> dict[str, int]:
    """Multiply-adds for one example, by layer, as the code of Yoon and Hwang (2017, CGES) and of Ma et al. (2019) counts them.

        convolution:  (H - k + 1) (W - k + 1) k k C_in C_out        linear layer:  inputs * outputs

    H, W: size of the layer's input. That is the output size without padding, although their networks pad, and it knows no stride;
    `dense_flops` counts what is computed. A kernel larger than its input costs 0. Depends on the architecture alone, as
    `dense_flops`: compute it once and pass it on. in_shape: one example, without the batch.
    """
    traced = copy.deepcopy(model).eval()
    names: dict[nn.Module, str] = {layer: name for name, layer in weight_layers(traced).items()}
    costs = dict.fromkeys(names.values(), 0)

    def record(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(layer, nn.Conv2d | nn.Linear)
        positions = 1
        if isinstance(layer, nn.Conv2d):
            positions = math.prod(max(side - k + 1, 0) for side, k in zip(inputs[0].shape[2:], layer.kernel_size, strict=True))
        costs[names[layer]] = positions * layer.weight.numel()

    for layer in names:
        layer.register_forward_pre_hook(record)
    traced(next(traced.parameters()).new_zeros((1, *in_shape)))
    return costs


@torch.no_grad()
def slimming_operations(model: nn.Module, in_shape: tuple[int, ...]) -> int:
    """Operations for one example as the code of Liu et al. (2017, network slimming) and of Bui et al. (2021) counts its "FLOPs".

        convolution          2 k k C_in / groups for each entry of its output, and 1 where it has a bias
        linear layer         2 for each weight, 1 for each bias
        batch normalisation  2 for each entry of its input
        ReLU                 1 for each entry
        pooling              max: the size of its window for each entry of its output; mean over the image: 1 for each entry of it

    So a multiply-add counts as 2. Sums over branches and the selection of channels count as nothing, and so do means over windows
    (AvgPool2d), which are calls of a function in their networks that the count does not see. in_shape: one example, without the batch.
    """
    traced, counts = copy.deepcopy(model).eval(), list[int]()
    for layer in traced.modules():
        layer.register_forward_hook(lambda layer, inputs, output: counts.append(_operations(layer, inputs[0], output)))
    traced(next(traced.parameters()).new_zeros((1, *in_shape)))
    return sum(counts)


def _operations(layer: nn.Module, x: Tensor, y: Tensor) -> int:
    """Those of one layer that makes y of x, see `slimming_operations`; 0 for parts that are made of layers."""
    match layer:
        case nn.Conv2d():
            return y.numel() * (2 * layer.weight[0].numel() + (layer.bias is not None))
        case nn.Linear():
            return 2 * layer.weight.numel() + (0 if layer.bias is None else layer.bias.numel())
        case nn.BatchNorm1d() | nn.BatchNorm2d():
            return 2 * x.numel()
        case nn.ReLU() | nn.AdaptiveAvgPool2d():
            return x.numel()
        case nn.MaxPool2d(kernel_size=size):
            return y.numel() * (math.prod(size) if isinstance(size, tuple) else size**2)
    return 0


def flops_left(model: nn.Module, in_shape: tuple[int, ...], dense: Mapping[str, int] | None = None) -> float:
    """Percent of the dense multiply-adds that are left if each zero weight (|w| < 1e-5) saves its own.

        100 sum_l F_l (1 - s_l) / sum_l F_l,   F_l: dense multiply-adds of layer l, s_l: share of its weights that are zero

    A rule, not a measurement: what hardware gains is told by `suite.metrics.compact`. dense: `dense_flops`, if known.
    """
    return _left(dense or dense_flops(model, in_shape), model, ZERO)


def flops_left_valid(model: nn.Module, in_shape: tuple[int, ...], valid: Mapping[str, int] | None = None) -> float:
    """`flops_left` as the code of Yoon and Hwang (2017) and of Ma et al. (2019) has it: costs F_l by `valid_flops`, and a weight
    is zero if it is exactly 0. For FLOP shares that are to be held against theirs. valid: `valid_flops`, if known.
    """
    return _left(valid or valid_flops(model, in_shape), model, 0)


def _left(flops: Mapping[str, int], model: nn.Module, threshold: float) -> float:
    sparsity = layer_sparsity(model, threshold)
    return sum(cost * (100 - sparsity[name]) for name, cost in flops.items()) / sum(flops.values())
