"""Population losses and gradients of the one-layer no-overlap networks with Gaussian inputs, in closed form.

The output is a sum of one activation over k patches, h(w, Z) = sum_{i=1..k} sigma(Z_i^T w), with Z in R^{k x d} of independent N(0, 1)
entries; a teacher w* of norm 1 gives the answers. With sigma(0) = sigma'(0) = 0, which decides every case at w = 0:

    loss      f(w) = factor E (h(w, Z) - h(w*, Z))^2
    coarse    g(w) = 2 factor slope E (h(w, Z) - h(w*, Z)) sum_i 1[Z_i^T w > 0] Z_i

g is the gradient of f with sigma' replaced by the derivative of a ReLU of that slope. Because the inputs have no preferred direction,
both depend on w through the plane of w and w* only, and g = a w + b w* with two numbers a and b of that plane.

Shapes: w (..., d), w* broadcasts against it, losses (...), gradients as w; float32 and float64. ValueError unless ||w*|| = 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from suite.base.lazy import torch
from suite.theory.geometry import Plane, plane, unit

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class NoOverlap(ABC):
    """A network of k patches; subclasses give its activation and its closed forms in the plane of w and w*."""

    k: int
    scale_invariant: ClassVar[bool]

    def __post_init__(self) -> None:
        if not (isinstance(self.k, int) and self.k > 0):
            raise ValueError(f"k must be a positive whole number, not {self.k!r}")

    def loss(self, w: Tensor, w_star: Tensor) -> Tensor:
        """f(w); autograd gives its gradient where that exists."""
        return self.plane_loss(plane(w, unit(w_star)))

    def coarse_gradient(self, w: Tensor, w_star: Tensor) -> Tensor:
        """g(w), the expected coarse gradient."""
        return combine(self.coefficients(plane(w, unit(w_star))), w, w_star)

    @abstractmethod
    def gradient(self, w: Tensor, w_star: Tensor) -> Tensor:
        """The true gradient of f; where f has none, 0."""

    @property
    @abstractmethod
    def factor(self) -> float:
        """What multiplies the squared difference of the two sums."""

    @property
    @abstractmethod
    def coarse_slope(self) -> float:
        """Slope of the ReLU whose derivative stands for sigma'."""

    @abstractmethod
    def activation(self, z: Tensor) -> Tensor:
        """sigma(z), entry by entry."""

    @abstractmethod
    def plane_loss(self, at: Plane) -> Tensor:
        """f, (...)."""

    @abstractmethod
    def coefficients(self, at: Plane) -> tuple[Tensor, Tensor]:
        """(a, b) of g = a w + b w*, each (...); 0 at w = 0, where no patch is active."""

    @abstractmethod
    def descends(self, at: Plane, beta: Tensor) -> Tensor:
        """Whether a small step against g(w) + beta s lowers the angle and the Lagrangian for every s with ||s|| <= ||w||, (...).

        Such is s = w - prox(w), as thresholds only shrink. Around w* and -w* the pull of w* is too weak for that.
        """


def combine(coefficients: tuple[Tensor, Tensor], w: Tensor, w_star: Tensor) -> Tensor:
    """a w + b w*."""
    a, b = (c.unsqueeze(-1) for c in coefficients)
    return torch.addcmul(a * w, b, w_star)
