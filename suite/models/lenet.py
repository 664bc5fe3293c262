"""The two LeNets of the pruning literature (LeCun, Bottou, Bengio, Haffner 1998, in the sizes that later papers use).

The start, weights by He et al. (2015) and biases of zero, is that of the code of Bui et al. (2019).
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn.utils import skip_init

from suite.errors import SuiteError
from suite.models.initial import he, initialised


def lenet5_caffe(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Sequential:
    """LeNet-5 as in Caffe's example: convolutions 20 and 50 (5x5, valid), 2x2 max pooling after each, 500 and n_classes units.

    For 28x28 images and 10 classes: 430,500 weights and 580 biases. No batch normalisation, no dropout (Bui et al. 2019).
    Raises SuiteError unless `in_shape` is (channels, height, width) with height and width of at least 16.
    """
    if len(in_shape) != 3 or min(in_shape[1:]) < 16:
        raise SuiteError(f"lenet5_caffe takes images of at least 16x16, not {in_shape}", "use (channels, height, width)")
    height, width = (((side - 4) // 2 - 4) // 2 for side in in_shape[1:])
    # Pooling stands before the ReLU: the maximum commutes with a monotone map, so that values and gradients are those of the
    # usual order (ties aside), and the ReLU sees a quarter of the elements.
    layers = {
        "conv1": skip_init(nn.Conv2d, in_shape[0], 20, 5),
        "pool1": nn.MaxPool2d(2),
        "relu1": nn.ReLU(),
        "conv2": skip_init(nn.Conv2d, 20, 50, 5),
        "pool2": nn.MaxPool2d(2),
        "relu2": nn.ReLU(),
        "flatten": nn.Flatten(),
        "fc1": skip_init(nn.Linear, 50 * height * width, 500),
        "relu3": nn.ReLU(),
        "fc2": skip_init(nn.Linear, 500, n_classes),
    }
    return initialised(layers, he, generator)


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
