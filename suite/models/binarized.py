"""LeNets with binarized activations, as in Dinh and Xin (2020, RVSCGD, section 6): every ReLU gives way to a `BinarizedReLU`.

Their network is "a variation of LeNet", without its sizes; here each has the sizes, the layer names and the start of the ReLU
network that it is named after, and the last layer has no activation.

Pooling stands before the activation, by choice. The step is monotone, so that the values are those of the usual order. The
gradients are not: after the step many inputs of a maximum are 1, and the gradient would go to an arbitrary one of them;
before it, it goes to the largest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from suite.models.lenet import LENET5, LENET5_CAFFE, convolutional

DERIVATIVES: dict[str, Callable[[Tensor, Tensor], Tensor | None]] = {  # mu'(z), given z and sigma(z); None stands for 1
    "identity": lambda z, step: None,
    "relu": lambda z, step: step,
    "clipped_relu": lambda z, step: torch.lt(z, 1, out=torch.empty_like(z)).mul_(step),
}


class BinarizedReLU(nn.Module):
    """sigma(z) = 1[z > 0], with a coarse gradient (straight-through estimator) in the place of its derivative, which is 0.

    forward     1 where z > 0, else 0 (at z = 0 and where z is NaN, too); shape, dtype and memory format of z
    backward    the incoming gradient times mu'(z):

        coarse            mu(z)                 mu'(z)
        "identity"        z                     1
        "relu"            max(z, 0)             1[z > 0]
        "clipped_relu"    min(max(z, 0), 1)     1[0 < z < 1]

    "relu" is the choice of Dinh and Xin (2020, section 3.1), but for the constant slope of their mu, whose value is not known to
    us; all three are those of Yin et al. (2019). mu' counts as a constant where gradients are differentiated again. Raises
    ValueError for another name.
    """

    def __init__(self, coarse: str = "relu") -> None:
        super().__init__()
        if coarse not in DERIVATIVES:
            raise ValueError(f"coarse must be one of {', '.join(DERIVATIVES)}, not {coarse!r}")
        self.coarse = coarse

    def forward(self, z: Tensor) -> Tensor:
        return _Step.apply(z, DERIVATIVES[self.coarse])

    def extra_repr(self) -> str:
        return f"coarse={self.coarse!r}"


class _Step(torch.autograd.Function):
    """The step function whose derivative is said to be `derivative(z, step)`."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, derivative: Callable[[Tensor, Tensor], Tensor | None]) -> Tensor:
        # Comparing into floats is several times faster than making booleans of them and floats again. For the same reason the
        # step itself is kept for the backward pass, not a mask: the next layer keeps it anyway.
        step = torch.gt(z, 0, out=torch.empty_like(z))
        factor = derivative(z, step.detach()) if ctx.needs_input_grad[0] else None
        if factor is not None:
            ctx.save_for_backward(factor)
        return step

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (gradient,) = gradients
        return (gradient * ctx.saved_tensors[0] if ctx.saved_tensors else gradient), None


def lenet5_binarized(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Sequential:
    """`lenet5` with binarized activations and the coarse gradient of the paper, that of the ReLU. Errors as there."""
    return convolutional("lenet5_binarized", LENET5, in_shape, n_classes, generator, BinarizedReLU)


def lenet5_binarized_identity(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Sequential:
    """`lenet5_binarized` with the coarse gradient of the identity: gradients pass the activations unchanged."""
    return convolutional("lenet5_binarized_identity", LENET5, in_shape, n_classes, generator, lambda: BinarizedReLU("identity"))


def lenet5_binarized_clipped(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Sequential:
    """`lenet5_binarized` with the coarse gradient of the ReLU that is clipped at 1."""
    return convolutional("lenet5_binarized_clipped", LENET5, in_shape, n_classes, generator, lambda: BinarizedReLU("clipped_relu"))


def lenet5_caffe_binarized_clipped(in_shape: tuple[int, ...], n_classes: int, generator: torch.Generator) -> nn.Sequential:
    """`lenet5_caffe` with binarized activations and the coarse gradient of the clipped ReLU. Errors as there."""
    name = "lenet5_caffe_binarized_clipped"
    return convolutional(name, LENET5_CAFFE, in_shape, n_classes, generator, lambda: BinarizedReLU("clipped_relu"))
