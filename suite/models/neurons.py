"""Which weights form one neuron, per layer type and convention.

    convention   convolution (out, in, height, width)                 linear (out, in)
    "output"     one row per output channel                           one row per output unit
    "input"      one row per input channel and kernel position,       one row per input unit,
                 its members run over the output channels             its members run over the output units
    "sgl0"       as "output"                                          as "input"

"sgl0" is that of the code of Bui et al. (2019), and the one that their count of 1,370 neurons of LeNet-5-Caffe implies (20 + 50
channels, 800 + 500 input units); their text says output channels throughout. "input" is that of the code of Yoon and Hwang (2017,
CGES) and of Ma et al. (2019): all weights that share every index but the output one.
"""

from __future__ import annotations

from suite.base.lazy import torch

CONVENTIONS = ("sgl0", "input", "output")


def neurons(layer: torch.nn.Module, convention: str) -> torch.Tensor:
    """The weight of `layer` (nn.Conv2d or nn.Linear) as a matrix (n_neurons, members) that shares its storage.

    Gradients flow through it, and writing into it under `torch.no_grad()` writes the weight.
    Raises TypeError for another layer, ValueError for an unknown convention or a convolution in groups.
    """
    if not isinstance(layer, (torch.nn.Conv2d, torch.nn.Linear)):
        raise TypeError(f"neurons are defined for Conv2d and Linear, not {type(layer).__name__}")
    if isinstance(layer, torch.nn.Conv2d) and layer.groups != 1:
        raise ValueError(f"neurons are not defined for a convolution in groups (groups={layer.groups})")
    return neurons_of(layer.weight, convention)


def neurons_of(weight: torch.Tensor, convention: str) -> torch.Tensor:
    """The same view of a bare weight, or of an auxiliary tensor of its shape: 4-d is a convolution, 2-d a linear layer.

    For a convolution the order of the members in a row of "output", and of the rows of "input", follows the memory format, so two
    tensors match entry by entry only when they share it. Raises ValueError for an unknown convention or another shape, or when
    the tensor is laid out so that no view exists.
    """
    if convention not in CONVENTIONS:
        raise ValueError(f"unknown neuron convention {convention!r}, expected one of {', '.join(CONVENTIONS)}")
    if weight.dim() not in (2, 4):
        raise ValueError(f"a weight has 2 (linear) or 4 (convolution) dimensions, not shape {tuple(weight.shape)}")
    in_memory_order = sorted(range(1, weight.dim()), key=weight.stride, reverse=True)
    try:
        outputs = weight.permute(0, *in_memory_order).view(weight.shape[0], -1)
    except RuntimeError as error:
        raise ValueError(f"a weight of shape {tuple(weight.shape)} and strides {weight.stride()} has no neuron view") from error
    by_output = convention == "output" or (convention == "sgl0" and weight.dim() == 4)
    return outputs if by_output else outputs.t()
