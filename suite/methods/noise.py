"""Noise in training: standard normal draws, and pre-activations that are drawn in place of weights."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

FLOOR = 1e-8
"""Added to the variance of a pre-activation, whose root has no gradient at 0."""


def normal(like: Tensor, stream: torch.Generator, bulk: bool = True) -> Tensor:
    """Standard normal noise in the shape, layout and type of `like`, a tensor without gaps in memory.

    bulk    one draw of the memory as it lies. Without it torch draws the numbers of a channels_last tensor one by one, which takes
            tens of times as long and gives others; those of a contiguous tensor are the same either way
    """
    noise = torch.empty_like(like)
    (noise.as_strided((noise.numel(),), (1,)) if bulk else noise).normal_(generator=stream)
    return noise


def squared(x: Tensor, bulk: bool = True) -> Tensor:
    """x^2. In bulk, inputs that need no gradient keep their layout, so that a convolution of either gives the same one.

    The layout of images with one channel is ambiguous, and torch takes it for another once they are squared.
    """
    return torch.square(x, out=torch.empty_like(x)) if bulk and not x.requires_grad else x.square()


def drawn(mean: Tensor, variance: Tensor, noise: Tensor) -> Tensor:
    """mean + sqrt(variance + FLOOR) noise: the local reparametrisation (Kingma, Salimans and Welling 2015, equation 6).

    All of one shape. Differentiable once, with respect to mean and variance.
    """
    return _Drawn.apply(mean, variance, noise)


class _Drawn(torch.autograd.Function):
    """As autograd would have it, to the last bit, with fewer passes over memory and fewer tensors kept."""

    @staticmethod
    def forward(ctx: Any, mean: Tensor, variance: Tensor, noise: Tensor) -> Tensor:
        root = (variance + FLOOR).sqrt_()
        ctx.save_for_backward(root, noise)
        return torch.addcmul(mean, root, noise)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        root, noise = ctx.saved_tensors
        return gradient, (gradient * noise).div_(root).mul_(0.5), None
