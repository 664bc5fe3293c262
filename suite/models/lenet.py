"""The LeNets of LeCun, Bottou, Bengio and Haffner (1998), two of them in the sizes of the pruning literature.

The start, weights by He et al. (2015) and biases of zero, is that of the code of Bui et al. (2019).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn
from torch.nn.utils import skip_init

from suite.base.errors import SuiteError
from suite.models.initial import he, initialised


class Sizes(NamedTuple):
    """Channels of the two convolutions, and units of the fully connected layers between them and the last layer."""

    channels: tuple[int, int]
    hidden: tuple[int, ...]


LENET5 = Sizes((6, 16), (120, 84))
LENET5_CAFFE = Sizes((20, 50), (500,))


def lenet5(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Sequential:
    """LeNet-5 in its sizes of 1998: convolutions 6 and 16 (5x5, valid), 2x2 max pooling after each, 120, 84 and n_classes units.

    For 28x28 images and 10 classes: 44,190 weights and 236 biases. What is ReLU, max pooling and a plain last layer here was a
    scaled tanh, trained averaging and radial basis functions there; the second convolution sees all channels of the first, and
    images are not padded to 32x32, so that the first fully connected layer has 256 inputs, not 400. Raises SuiteError unless
    `in_shape` is (channels, height, width) with height and width of at least 16.
    """
    return convolutional("lenet5", LENET5, in_shape, n_classes, generator)


def lenet5_caffe(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Sequential:
    """LeNet-5 as in Caffe's example: convolutions 20 and 50 (5x5, valid), 2x2 max pooling after each, 500 and n_classes units.

    For 28x28 images and 10 classes: 430,500 weights and 580 biases. No batch normalisation, no dropout (Bui et al. 2019).
    Raises SuiteError unless `in_shape` is (channels, height, width) with height and width of at least 16.
    """
    return convolutional("lenet5_caffe", LENET5_CAFFE, in_shape, n_classes, generator)


def lenet_300_100(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Sequential:
    """The multilayer perceptron with 300 and 100 hidden units, on images or on feature vectors.

    For 28x28 images and 10 classes: 266,200 weights and 410 biases.
    """
    layers = {
        "flatten": nn.Flatten(),
        "fc1": skip_init(nn.Linear, math.prod(in_shape), 300),
        "relu1": nn.ReLU(),
        "fc2": skip_init(nn.Linear, 300, 100),
        "relu2": nn.ReLU(),
        "fc3": skip_init(nn.Linear, 100, n_classes),
    }
    return initialised(layers, he, generator)


def convolutional(
    name: str,
    sizes: Sizes,
    in_shape: tuple[int, ...],
    n_classes: int,
    generator: torch.Generator,
    activation: Callable[[], nn.Module] = nn.ReLU,
) -> nn.Sequential:
    """The LeNet of these sizes, with a new `activation()` after each layer but the last. name: what an error calls it."""
    if len(in_shape) != 3 or min(in_shape[1:]) < 16:
        raise SuiteError(f"{name} takes images of at least 16x16, not {in_shape}", "use (channels, height, width)")
    height, width = (((side - 4) // 2 - 4) // 2 for side in in_shape[1:])
    layers: dict[str, nn.Module] = {}
    before = in_shape[0]
    for number, after in enumerate(sizes.channels, 1):
        layers[f"conv{number}"] = skip_init(nn.Conv2d, before, after, 5)
        # Pooling stands before the ReLU: the maximum commutes with a monotone map, so that values and gradients are those of
        # the usual order (ties aside), and the ReLU sees a quarter of the elements. For a step see `suite.models.binarized`.
        layers[f"pool{number}"] = nn.MaxPool2d(2)
        layers[f"relu{number}"] = activation()
        before = after
    layers["flatten"] = nn.Flatten()
    before *= height * width
    for number, after in enumerate(sizes.hidden, 1):
        layers[f"fc{number}"] = skip_init(nn.Linear, before, after)
        layers[f"relu{len(sizes.channels) + number}"] = activation()
        before = after
    layers[f"fc{len(sizes.hidden) + 1}"] = skip_init(nn.Linear, before, n_classes)
    return initialised(layers, he, generator)
