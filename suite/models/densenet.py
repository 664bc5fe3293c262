"""Densely connected networks (Huang et al. 2017, arXiv 1608.06993) without bottlenecks and compression, as Liu et al. (2017) prune them."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from suite.base.errors import SuiteError
from suite.models.initial import scaled_down, uniform
from suite.models.preresnet import head

GROWTH = 12
"""Channels that a layer adds, where the name gives no number."""
STAGES = 3


def convolved(before: int, after: int, kernel: int) -> dict[str, nn.Module]:
    """Batch normalisation, ReLU and a convolution that keeps the size of the image."""
    return {
        "bn": nn.BatchNorm2d(before),
        "relu": nn.ReLU(inplace=True),
        "conv": skip_init(nn.Conv2d, before, after, kernel, padding=kernel // 2, bias=False),
    }


class Layer(nn.Module):
    """x with the channels of branch(x) behind it."""

    def __init__(self, before: int, growth: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(OrderedDict(convolved(before, growth, 3)))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.branch(x)], 1)


class DenseNet(nn.Module):
    """A 3x3 convolution of `stem` channels, three stages of n layers, a transition (1x1, mean over 2x2) after the first two, a `head`.

    branches    the parts in front of which channels can be selected: see `suite.metrics.compact`
    """

    def __init__(self, channels: int, n_classes: int, n: int, growth: int, stem: int) -> None:
        super().__init__()
        self.conv = skip_init(nn.Conv2d, channels, stem, 3, padding=1, bias=False)
        parts: list[nn.Module] = []
        branches, width = [], stem
        for stage in range(STAGES):
            if stage:
                branches.append(f"parts.{len(parts)}")
                parts.append(nn.Sequential(OrderedDict(convolved(width, width, 1) | {"mean": nn.AvgPool2d(2)})))
            for _ in range(n):
                branches.append(f"parts.{len(parts)}.branch")
                parts.append(Layer(width, growth))
                width += growth
        self.parts = nn.Sequential(*parts)
        self.head = head(width, n_classes)
        self.branches = (*branches, "head")

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.head(self.parts(self.conv(x)))
        return y


def densenet(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator, *numbers: int) -> DenseNet:
    """DenseNet-d, d = 3 n + 4. numbers: depth d and, where they are not 12 and twice that, growth and channels of the first convolution.

    DenseNet-40 on 3x32x32 images has 1,059,298 parameters for 10 classes, as the code of Liu et al. (2017); densenet_40_12_16 has
    1,019,722, as their Table 1. The start is that of their code, the classifier as PyTorch draws it. Raises SuiteError for an
    impossible depth or width, and unless `in_shape` is (channels, height, width) with height and width of at least 4.
    """
    name = "_".join(map(str, ("densenet", *numbers)))
    if not 1 <= len(numbers) <= 3:
        raise SuiteError(f"unknown model {name!r}", "call it densenet_<depth>, as densenet_40, or densenet_<depth>_<growth>_<stem>")
    depth, growth = (*numbers, GROWTH)[:2]
    stem = numbers[2] if len(numbers) == 3 else 2 * growth
    if depth < 7 or depth % 3 != 1:
        raise SuiteError(f"{name}: a depth of {depth} is not 3 n + 4", f"use densenet_{max(7, 3 * round((depth - 4) / 3) + 4)}")
    if min(growth, stem) < 1:
        raise SuiteError(f"{name} has a layer without channels", "use a growth and a stem of at least 1")
    if len(in_shape) != 3 or min(in_shape[1:]) < 4:
        raise SuiteError(f"{name} takes images of at least 4x4, not {in_shape}", "use (channels, height, width)")
    model = DenseNet(in_shape[0], n_classes, (depth - 4) // STAGES, growth, stem)
    scaled_down(model, uniform, generator)
    return model.to(memory_format=torch.channels_last)
