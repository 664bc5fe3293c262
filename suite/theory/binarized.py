"""The no-overlap network whose activation is a step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from suite.base.lazy import torch
from suite.penalties.base import positive
from suite.theory.geometry import Plane, plane, unit
from suite.theory.no_overlap import NoOverlap, combine

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class BinarizedNoOverlap(NoOverlap):
    """sigma(z) = 1[z > 0] and factor 1/2 (Dinh and Xin 2020, equations 1, 3 and 5). With theta the angle of w and w*:

        f(w) = k theta / (2 pi)                                                    and k (k+1) / 8 at w = 0
        grad f(w) = -(k / (2 pi ||w||)) P w* / ||P w*||,  P = I - w w^T / ||w||^2
        g(w) = slope kappa (w / ||w|| - w*),  kappa = k / (2 sqrt(2 pi))           and 0 at w = 0

    None depends on ||w|| but for the factor 1 / ||w|| of the true gradient. That gradient does not exist at theta = 0 and theta = pi,
    the tips of two cones on which no direction is distinguished, nor at w = 0; `gradient` is 0 there, and wherever w and w* are parallel
    to within the rounding of their inner product.

    Source: Yin et al. (2019), Lemmas 1 and 2, with all second-layer weights 1. The constant of equation 8 of Dinh and Xin, the
    slope of their coarse ReLU, is not known to us: `slope`, 1 by default, stands for it.
    """

    slope: float = 1.0
    scale_invariant: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(slope=self.slope)

    @property
    def kappa(self) -> float:
        """k / (2 sqrt(2 pi)), without the slope."""
        return self.k / (2 * math.sqrt(2 * math.pi))

    @property
    def factor(self) -> float:
        return 0.5

    @property
    def coarse_slope(self) -> float:
        return self.slope

    def activation(self, z: Tensor) -> Tensor:
        return (z > 0).to(z.dtype)

    def plane_loss(self, at: Plane) -> Tensor:
        return torch.where(at.norm == 0, self.k * (self.k + 1) / 8, at.angle * (self.k / (2 * math.pi)))

    def coefficients(self, at: Plane) -> tuple[Tensor, Tensor]:
        norm = at.norm
        pull = norm.sign() * (self.slope * self.kappa)
        return pull / norm.clamp(min=torch.finfo(norm.dtype).tiny), -pull

    def descends(self, at: Plane, beta: Tensor) -> Tensor:
        """slope kappa sin theta (1 - 2 pi beta / k) > beta, for ||w|| = 1 (derived).

        With e the unit vector towards w* orthogonal to w, S = slope kappa sin theta and x = <s, e> <= 1, the step moves w by
        eta (S e - beta (s orthogonal to w)). The angle falls at the rate S - beta x, f at k / (2 pi) times that, and beta/2 ||w - u||^2
        rises at a rate of at most beta S x: g is not the gradient of f, and u can pull f up as fast as itself comes nearer.
        """
        strength = self.slope * self.kappa * at.across / at.norm
        return strength * (1 - 2 * math.pi / self.k * beta) > beta

    def gradient(self, w: Tensor, w_star: Tensor) -> Tensor:
        at = plane(w, unit(w_star))
        parallel = at.across <= w.shape[-1] * torch.finfo(w.dtype).eps * at.norm
        b = (self.k / (-2 * math.pi) / at.across).masked_fill(parallel, 0)
        return combine((-b * (at.along / at.norm.square()).masked_fill(parallel, 0), b), w, w_star)
