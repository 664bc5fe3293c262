"""Multiply-adds of a network: the dense count by fvcore, and the share of it that a sparse network needs."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping

import torch
from torch import nn

from suite.metrics.sparsity import layer_sparsity, prunable_layers


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
    return {name: int(by_module[name]) for name in prunable_layers(model)}


def flops_left(model: nn.Module, in_shape: tuple[int, ...], dense: Mapping[str, int] | None = None) -> float:
    """Percent of the dense multiply-adds that are left if each zero weight (|w| < 1e-5) saves its own.

        100 sum_l F_l (1 - s_l) / sum_l F_l,   F_l: dense multiply-adds of layer l, s_l: share of its weights that are zero

    A rule, not a measurement: what hardware gains is told by `suite.metrics.compact`. dense: `dense_flops`, if known.
    """
    dense = dense or dense_flops(model, in_shape)
    sparsity = layer_sparsity(model)
    return sum(flops * (100 - sparsity[name]) for name, flops in dense.items()) / sum(dense.values())
