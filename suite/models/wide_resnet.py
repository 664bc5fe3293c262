"""Wide residual networks of any depth and width (Zagoruyko and Komodakis 2016, arXiv 1605.07146), as Bui et al. (2019) train them.

Published variants differ in details. Here, as in the code of Bui et al. and of Louizos et al. (2018): the stride of a group stands in the
second convolution of its first block, not the first; no convolution has a bias; weights start at He's normal with fan in. Their bias of the
classifier starts with a standard deviation of 0.01, ours at 0.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from suite.base.errors import SuiteError
from suite.models.initial import he

DROPOUT = 30
"""Percent that the code of Bui et al. drops."""
STEM = 16
"""Channels of the first convolution, whatever the width."""


class Block(nn.Module):
    """x + branch(relu(bn1(x))); where the number of channels changes, shortcut(relu(bn1(x))) takes the place of x.

    The branch is conv1, bn2, ReLU, dropout, conv2, with 3x3 convolutions; its inner channels are of no one else's concern. The
    shortcut is a 1x1 convolution.
    """

    def __init__(self, before: int, after: int, stride: int, dropout: float) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(before)
        self.relu = nn.ReLU(inplace=True)
        layers = {
            "conv1": skip_init(nn.Conv2d, before, after, 3, padding=1, bias=False),
            "bn2": nn.BatchNorm2d(after),
            "relu": nn.ReLU(inplace=True),
            "dropout": nn.Dropout(dropout),
            "conv2": skip_init(nn.Conv2d, after, after, 3, stride=stride, padding=1, bias=False),
        }
        self.branch = nn.Sequential(OrderedDict((name, layer) for name, layer in layers.items() if dropout or name != "dropout"))
        self.shortcut = None if before == after else skip_init(nn.Conv2d, before, after, 1, stride=stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn1(x))
        return self.branch(y) + (x if self.shortcut is None else self.shortcut(y))


class WideResNet(nn.Module):
    """A 3x3 convolution of 16 channels, three groups of n blocks with 16 k, 32 k and 64 k channels, mean over the image, classifier.

    regularised    names of the convolutions that dropout follows: what Bui et al. (2019, section 3.2) put their penalties on
    branches       names of the parts of the network whose inner channels can be removed, see `suite.metrics.compact`
    """

    def __init__(self, channels: int, n_classes: int, n: int, k: int, dropout: float) -> None:
        super().__init__()
        self.conv = skip_init(nn.Conv2d, channels, STEM, 3, padding=1, bias=False)
        blocks, before = [], STEM
        for group, width in enumerate((16 * k, 32 * k, 64 * k)):
            for i in range(n):
                blocks.append(Block(before, width, 2 if group and not i else 1, dropout))
                before = width
        self.blocks = nn.Sequential(*blocks)
        self.bn = nn.BatchNorm2d(before)
        self.relu = nn.ReLU(inplace=True)
        self.fc = skip_init(nn.Linear, before, n_classes)
        self.branches = tuple(f"blocks.{i}.branch" for i in range(len(blocks)))
        self.regularised = tuple(f"{branch}.conv1" for branch in self.branches)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.fc(self.relu(self.bn(self.blocks(self.conv(x)))).mean((2, 3)))
        return y


def wrn(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator, *numbers: int) -> WideResNet:
    """WRN-d-k, d = 6 n + 4. numbers: depth d, width k and, where it is not 30, the percent that is dropped in each block.

    WRN-28-10 on 3x32x32 images has 36,479,194 parameters for 10 classes and 36,536,884 for 100. Batch normalisation starts with
    scale 1 and shift 0. Raises SuiteError for another number of numbers, an impossible depth, width or rate, and unless `in_shape` is
    (channels, height, width).
    """
    name = "_".join(map(str, ("wrn", *numbers)))
    if len(numbers) not in (2, 3):
        raise SuiteError(
            f"unknown model {name!r}", "call it wrn_<depth>_<width>, as wrn_28_10, with percent dropped as a third number if any"
        )
    depth, width, percent = (*numbers, DROPOUT)[:3]
    if depth < 10 or depth % 6 != 4:
        near = max(10, 6 * round((depth - 4) / 6) + 4)
        raise SuiteError(f"{name}: a depth of {depth} is not 6 n + 4", f"use {'_'.join(map(str, ('wrn', near, *numbers[1:])))}")
    if width < 1 or not 0 <= percent < 100:
        raise SuiteError(f"{name} has no width, or drops everything", "use a width of at least 1 and drop less than 100 percent")
    if len(in_shape) != 3:
        raise SuiteError(f"{name} takes images, not {in_shape}", "use (channels, height, width)")
    model = WideResNet(in_shape[0], n_classes, (depth - 4) // 6, width, percent / 100)
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.normal_(layer.weight, std=he(layer.weight), generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return model.to(memory_format=torch.channels_last)
