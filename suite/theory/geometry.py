"""The plane that a weight spans with the teacher: with Gaussian inputs every closed form depends on nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from suite.base.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor


class Plane(NamedTuple):
    """w = along w* + across e with ||w*|| = ||e|| = 1, e orthogonal to w*, across >= 0; both of shape (...)."""

    along: Tensor
    across: Tensor

    @property
    def norm(self) -> Tensor:
        """||w||."""
        return torch.hypot(self.along, self.across)

    @property
    def angle(self) -> Tensor:
        """theta(w, w*) in [0, pi], in radians, NaN at w = 0. To rounding at both ends too, where the arccosine loses half the digits."""
        zero = (self.along == 0) & (self.across == 0)
        return torch.atan2(self.across, self.along).masked_fill(zero, math.nan)

    @property
    def distance(self) -> Tensor:
        """||w - w*||."""
        return torch.hypot(self.along - 1, self.across)


def plane(w: Tensor, w_star: Tensor) -> Plane:
    """The plane of `w`, (..., d), and unit vectors `w_star` that broadcast against it; not checked here, see `unit`."""
    along = w @ w_star if w_star.dim() == 1 else (w * w_star).sum(-1)
    rest = torch.addcmul(w, along.unsqueeze(-1), w_star, value=-1)
    return Plane(along, torch.linalg.vector_norm(rest, dim=-1))


def unit(w_star: Tensor) -> Tensor:
    """`w_star` itself. Raises ValueError unless every vector along its last dimension has norm 1, to half the digits of its dtype."""
    if not w_star.is_floating_point() or w_star.dim() == 0:
        raise ValueError(
            f"w_star must be one or several vectors of floating point numbers, not {w_star.dtype} of {w_star.dim()} dimensions"
        )
    off = (torch.linalg.vector_norm(w_star.detach(), dim=-1) - 1).abs()
    if not bool((off <= math.sqrt(torch.finfo(w_star.dtype).eps)).all()):
        raise ValueError(f"w_star must have norm 1; it is off by {float(off.max()):.3g}")
    return w_star
