"""VGG with batch normalisation for small images, in the variant that Liu et al. (2017, network slimming) and Bui et al. (2021) prune."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn
from torch.nn.utils import skip_init

from suite.base.errors import SuiteError
from suite.models.initial import normal, scaled_down

WIDTHS = {  # channels of the convolutions, by the halvings between them
    11: ((64,), (128,), (256, 256), (512, 512), (512, 512)),
    19: ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4),
}


def vgg(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator, *numbers: int) -> nn.Sequential:
    """VGG-19 or VGG-11, its depth being the one number: 3x3 convolutions, each with batch normalisation and ReLU, and one linear layer.

    VGG-19 on 3x32x32 images has 20,035,018 parameters for 10 classes and 20,081,188 for 100, and 5,504 channels. The start is that
    of Liu et al. (2017), the linear layer normal with a standard deviation of 0.01. Raises SuiteError for another depth and unless
    `in_shape` is (channels, height, width) with height and width of at least 16.
    """
    if len(numbers) != 1 or numbers[0] not in WIDTHS:
        raise SuiteError(f"unknown model {'_'.join(map(str, ('vgg', *numbers)))!r}", "there are vgg_11 and vgg_19")
    return of_widths(WIDTHS[numbers[0]], in_shape, n_classes, generator)


def of_widths(widths: tuple[tuple[int, ...], ...], in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Sequential:
    """The network with these channels, the image halved by max pooling between the groups and averaged at the end."""
    shrink = 2 ** (len(widths) - 1)
    if len(in_shape) != 3 or min(in_shape[1:]) < shrink:
        raise SuiteError(f"a VGG takes images of at least {shrink}x{shrink}, not {in_shape}", "use (channels, height, width)")
    layers: dict[str, nn.Module] = {}
    before, number = in_shape[0], 0
    for place, group in enumerate(widths):
        if place:
            layers[f"pool{place}"] = nn.MaxPool2d(2)
        for number, after in enumerate(group, number + 1):  # noqa: B020 - counted on over the groups
            layers[f"conv{number}"] = skip_init(nn.Conv2d, before, after, 3, padding=1, bias=False)
            layers[f"bn{number}"] = nn.BatchNorm2d(after)
            layers[f"relu{number}"] = nn.ReLU(inplace=True)
            before = after
    layers["mean"] = nn.AvgPool2d((in_shape[1] // shrink, in_shape[2] // shrink))
    layers["flatten"] = nn.Flatten()
    layers["fc"] = skip_init(nn.Linear, before, n_classes)
    model = nn.Sequential(OrderedDict(layers))
    scaled_down(model, normal(lambda weight: 0.01), generator)
    return model.to(memory_format=torch.channels_last)
