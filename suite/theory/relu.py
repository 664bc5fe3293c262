"""The no-overlap network with the ReLU."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from suite.base.lazy import torch
from suite.theory.geometry import Plane
from suite.theory.no_overlap import NoOverlap

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class ReLUNoOverlap(NoOverlap):
    """sigma(z) = max(z, 0) and factor 1/k^2: the squared difference of mean outputs (Brutzkus and Globerson 2017). With theta the
    angle of w and w*, b = (k^2 - k) / (2 pi), g0 = b + k/2, and g(w, w*) = ||w|| (sin theta + (pi - theta) cos theta) / (2 pi):

        k^2 f(w) = g0 ||w||^2 - 2 k g(w, w*) - 2 b ||w|| + g0
                 = g0 (||w|| - 1)^2 + k ||w|| (1 - cos theta - (sin theta - theta cos theta) / pi)
        k^2 grad f(w) = 2 g0 w - (k/pi) (sin theta w/||w|| + (pi - theta) w*) - 2 b w/||w||

    The second form of f is computed: its terms are not negative, so that no digits are lost near w*. The gradient exists at
    theta = 0 and theta = pi, and does not at w = 0, where it is 0 as every sample's is; the coarse gradient is the gradient.
    At theta = pi there is a critical point, w = -(b/g0) w*.

    The formula for f is recalled, not read in the paper. It follows from E max(x,0) max(y,0) = g (Cho and Saul 2009) for the pairs of equal
    patches and the product of means for the others, and the tests hold it against sampled networks.
    """

    scale_invariant: ClassVar[bool] = False

    @property
    def factor(self) -> float:
        return 1 / self.k**2

    @property
    def coarse_slope(self) -> float:
        return 1.0

    @property
    def _b(self) -> float:
        return (self.k**2 - self.k) / (2 * math.pi)

    @property
    def _g0(self) -> float:
        return self._b + self.k / 2

    def activation(self, z: Tensor) -> Tensor:
        return z.clamp(min=0)

    def plane_loss(self, at: Plane) -> Tensor:
        norm, theta = at.norm, torch.atan2(at.across, at.along)
        bend = 2 * (theta / 2).sin().square() - (theta.sin() - theta * theta.cos()) / math.pi
        return (self._g0 * (norm - 1).square() + self.k * norm * bend) / self.k**2

    def coefficients(self, at: Plane) -> tuple[Tensor, Tensor]:
        norm, theta = at.norm, torch.atan2(at.across, at.along)
        zero = norm == 0
        a = 2 * self._g0 - (self.k / math.pi * theta.sin() + 2 * self._b) / torch.where(zero, 1, norm)
        b = (theta - math.pi) * (self.k / math.pi)
        return a.masked_fill(zero, 0) / self.k**2, b.masked_fill(zero, 0) / self.k**2

    def descends(self, at: Plane, beta: Tensor) -> Tensor:
        """-b sin theta > beta ||w|| (derived), for the angle; the Lagrangian falls anyway, as g is the gradient of f."""
        return -self.coefficients(at)[1] * at.across > beta * at.norm.square()

    def gradient(self, w: Tensor, w_star: Tensor) -> Tensor:
        return self.coarse_gradient(w, w_star)
