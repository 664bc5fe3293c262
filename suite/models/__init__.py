"""The networks of the benchmark: `build(name, ...)`. Importing this package and `names()` import no torch.

A new model is one file with a function `<name>(in_shape, n_classes, generator)`, and one line in `MODELS`. A family has its sizes in its
names: "wrn_28_10" is the function `wrn` of the line in `FAMILIES`, with 28 and 10 as further arguments.
"""

from __future__ import annotations

import difflib
import importlib
from typing import TYPE_CHECKING

from suite.base.errors import SuiteError

if TYPE_CHECKING:
    import torch
    from torch import nn

__all__ = ["build", "names"]

MODELS = {  # the function of that name, and the module it is in
    "conv1_fc2": "suite.models.convnet",
    "conv2_fc2": "suite.models.convnet",
    "conv3_fc2": "suite.models.convnet",
    "fc3": "suite.models.convnet",
    "lenet5": "suite.models.lenet",
    "lenet5_binarized": "suite.models.binarized",
    "lenet5_binarized_clipped": "suite.models.binarized",
    "lenet5_binarized_identity": "suite.models.binarized",
    "lenet5_caffe": "suite.models.lenet",
    "lenet5_caffe_binarized_clipped": "suite.models.binarized",
    "lenet_300_100": "suite.models.lenet",
}
FAMILIES = {
    "densenet": "suite.models.densenet",
    "mlp": "suite.models.perceptron",
    "preresnet": "suite.models.preresnet",
    "vgg": "suite.models.vgg",
    "wrn": "suite.models.wide_resnet",
}
EXAMPLES = ("densenet_40", "mlp_500_300", "preresnet_164", "vgg_19", "wrn_28_10")


def names() -> tuple[str, ...]:
    """The models that `build` knows, without those of the families."""
    return tuple(MODELS)


def build(name: str, *, in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Module:
    """The model `name` on the CPU, its weights drawn from `generator` alone: the global generator is neither read nor advanced.

    in_shape: one example, without the batch: (channels, height, width), or (features,) where the model allows it. Raises
    SuiteError for an unknown name, for sizes that a family does not have, and for an `in_shape` that the model cannot take.
    """
    family, *sizes = name.split("_")
    if family in FAMILIES and all(map(str.isdecimal, sizes)):
        return getattr(importlib.import_module(FAMILIES[family]), family)(in_shape, n_classes, generator, *map(int, sizes))
    if name not in MODELS:
        near = difflib.get_close_matches(name, [*MODELS, *EXAMPLES], n=3, cutoff=0.4) or [*MODELS, *EXAMPLES]
        raise SuiteError(f"unknown model {name!r}", f"did you mean {' or '.join(near)}?")
    return getattr(importlib.import_module(MODELS[name]), name)(in_shape, n_classes, generator)
