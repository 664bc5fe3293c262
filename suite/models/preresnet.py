"""Residual networks with pre-activation and bottlenecks (He et al. 2016, arXiv 1603.05027), as Liu et al. (2017) prune them."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from suite.base.errors import SuiteError
from suite.models.initial import scaled_down, uniform

STEM = 16
"""Channels of the first convolution, and of the bottlenecks of the first stage."""
EXPANSION = 4
"""Channels of a stage over those of its bottlenecks."""


def head(channels: int, n_classes: int) -> nn.Sequential:
    """Batch normalisation, ReLU, the mean over the image and the classifier."""
    layers = {
        "bn": nn.BatchNorm2d(channels),
        "relu": nn.ReLU(inplace=True),
        "mean": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
        "fc": skip_init(nn.Linear, channels, n_classes),
    }
    return nn.Sequential(OrderedDict(layers))


class Bottleneck(nn.Module):
    """x + branch(x); where the number of channels or the size changes, shortcut(x), a 1x1 convolution, takes the place of x.

    The branch is thrice batch normalisation, ReLU and convolution, 1x1, 3x3 (with the stride) and 1x1.
    """

    def __init__(self, before: int, inner: int, stride: int) -> None:
        super().__init__()
        after = EXPANSION * inner
        layers = {
            "bn1": nn.BatchNorm2d(before),
            "relu1": nn.ReLU(inplace=True),
            "conv1": skip_init(nn.Conv2d, before, inner, 1, bias=False),
            "bn2": nn.BatchNorm2d(inner),
            "relu2": nn.ReLU(inplace=True),
            "conv2": skip_init(nn.Conv2d, inner, inner, 3, stride=stride, padding=1, bias=False),
            "bn3": nn.BatchNorm2d(inner),
            "relu3": nn.ReLU(inplace=True),
            "conv3": skip_init(nn.Conv2d, inner, after, 1, bias=False),
        }
        self.branch = nn.Sequential(OrderedDict(layers))
        changes = before != after or stride != 1
        self.shortcut = skip_init(nn.Conv2d, before, after, 1, stride=stride, bias=False) if changes else None

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.branch(x)
        return y + (x if self.shortcut is None else self.shortcut(x))


class PreResNet(nn.Module):
    """A 3x3 convolution of 16 channels, three stages of n bottlenecks of 16, 32 and 64 channels, and a `head`.

    branches    the parts within which channels can be removed, and in front of which they can be selected: see `suite.metrics.compact`
    """

    def __init__(self, channels: int, n_classes: int, n: int) -> None:
        super().__init__()
        self.conv = skip_init(nn.Conv2d, channels, STEM, 3, padding=1, bias=False)
        blocks, before = [], STEM
        for stage, inner in enumerate((STEM, 2 * STEM, 4 * STEM)):
            for i in range(n):
                blocks.append(Bottleneck(before, inner, 2 if stage and not i else 1))
                before = EXPANSION * inner
        self.blocks = nn.Sequential(*blocks)
        self.head = head(before, n_classes)
        self.branches = (*(f"blocks.{i}.branch" for i in range(len(blocks))), "head")

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.head(self.blocks(self.conv(x)))
        return y


def preresnet(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator, *numbers: int) -> PreResNet:
    """Pre-activation ResNet-d, d = 9 n + 2 being the one number, with bottlenecks.

    ResNet-164 on 3x32x32 images has 1,703,258 parameters for 10 classes and 1,726,388 for 100, and 12,112 scales of batch
    normalisation. The start is that of the code of Liu et al. (2017), the classifier as PyTorch draws it. Raises SuiteError for an
    impossible depth and unless `in_shape` is (channels, height, width).
    """
    name = "_".join(map(str, ("preresnet", *numbers)))
    if len(numbers) != 1 or numbers[0] < 11 or numbers[0] % 9 != 2:
        near = max(11, 9 * round(((*numbers, 164)[0] - 2) / 9) + 2)
        raise SuiteError(f"{name}: its depth is not one number 9 n + 2", f"use preresnet_{near}")
    if len(in_shape) != 3:
        raise SuiteError(f"{name} takes images, not {in_shape}", "use (channels, height, width)")
    model = PreResNet(in_shape[0], n_classes, (numbers[0] - 2) // 9)
    scaled_down(model, uniform, generator)
    return model.to(memory_format=torch.channels_last)
