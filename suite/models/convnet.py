"""The networks of Ma, Miao, Niu and Zhang (2019), each named by its counts of convolutions and fully connected layers.

Their Table 1 gives those two counts for each data set, but the text that we had lacks its numbers. Known are the network of DIGITS
(section 4.4: one convolution, two fully connected layers) and that of MNIST, from a public script which seems to be the authors':
it imports the network of Yoon and Hwang (2017, CGES). ReLU throughout is the paper's (section 4.2). So is the start, "Xavier or
random normal", without a rule for which; here every network has Glorot's normal weights and biases of zero.

As in `suite.models.lenet`, max pooling stands before the ReLU.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn.utils import skip_init

from suite.base.errors import SuiteError
from suite.models.initial import glorot, initialised


def conv1_fc2(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Sequential:
    """For DIGITS: a 3x3 convolution of 16 channels ("same"), 2x2 max pooling, 64 and n_classes units.

    For 8x8 images and 10 classes: 144 + 16,384 + 640 weights and 90 biases. The kinds of layers are the paper's, all sizes ours.
    Raises SuiteError unless `in_shape` is (channels, height, width) with height and width of at least 2.
    """
    return initialised(_layers("conv1_fc2", in_shape, n_classes, channels=(16,), kernel=3, hidden=64), glorot, generator)


def conv2_fc2(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Sequential:
    """For MNIST and Fashion-MNIST: 5x5 convolutions of 32 and 64 channels ("same"), 2x2 max pooling after each, 1,024 units,
    dropout 0.5, n_classes units.

    For 28x28 images and 10 classes: 800 + 51,200 + 3,211,264 + 10,240 weights and 1,130 biases. All but the start is that of
    the script (for MNIST); that Fashion-MNIST has the same network is our choice. Raises SuiteError unless `in_shape` is
    (channels, height, width) with height and width of at least 4.
    """
    layers = _layers("conv2_fc2", in_shape, n_classes, channels=(32, 64), kernel=5, hidden=1024, dropout=0.5)
    return initialised(layers, glorot, generator)


def conv3_fc2(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Sequential:
    """For CIFAR-10: 3x3 convolutions of 32, 64 and 128 channels ("same"), 2x2 max pooling after each, 256 units, dropout 0.5,
    n_classes units.

    For 3x32x32 images and 10 classes: 864 + 18,432 + 73,728 + 524,288 + 2,560 weights and 490 biases. All of it is our choice.
    Raises SuiteError unless `in_shape` is (channels, height, width) with height and width of at least 8.
    """
    layers = _layers("conv3_fc2", in_shape, n_classes, channels=(32, 64, 128), kernel=3, hidden=256, dropout=0.5)
    return initialised(layers, glorot, generator)


def fc3(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Sequential:
    """For PENDIGITS and SDD: 128, 64 and n_classes units, on feature vectors or on images, which are flattened.

    For 16 features and 10 classes (PENDIGITS): 2,048 + 8,192 + 640 weights and 202 biases; for 48 and 11 (SDD): 6,144 + 8,192 +
    704 and 203. All of it is our choice.
    """
    layers = {
        "flatten": nn.Flatten(),
        "fc1": skip_init(nn.Linear, math.prod(in_shape), 128),
        "relu1": nn.ReLU(),
        "fc2": skip_init(nn.Linear, 128, 64),
        "relu2": nn.ReLU(),
        "fc3": skip_init(nn.Linear, 64, n_classes),
    }
    return initialised(layers, glorot, generator)


def _layers(
    name: str,
    in_shape: tuple[int, ...],
    n_classes: int,
    *,
    channels: tuple[int, ...],
    kernel: int,
    hidden: int,
    dropout: float = 0.0,
) -> dict[str, nn.Module]:
    """Convolutions that keep the size of the image (odd `kernel`), each halved by pooling, then two fully connected layers."""
    shrink = 2 ** len(channels)
    if len(in_shape) != 3 or min(in_shape[1:]) < shrink:
        raise SuiteError(
            f"{name} takes images of at least {shrink}x{shrink}, not {in_shape}",
            "use (channels, height, width), or fc3 for feature vectors",
        )
    layers: dict[str, nn.Module] = {}
    before, height, width = in_shape
    for number, after in enumerate(channels, 1):
        layers[f"conv{number}"] = skip_init(nn.Conv2d, before, after, kernel, padding=kernel // 2)
        layers[f"pool{number}"] = nn.MaxPool2d(2)
        layers[f"relu{number}"] = nn.ReLU()
        before, height, width = after, height // 2, width // 2
    layers["flatten"] = nn.Flatten()
    layers["fc1"] = skip_init(nn.Linear, before * height * width, hidden)
    layers[f"relu{len(channels) + 1}"] = nn.ReLU()
    if dropout:
        layers["dropout"] = nn.Dropout(dropout)
    layers["fc2"] = skip_init(nn.Linear, hidden, n_classes)
    return layers
