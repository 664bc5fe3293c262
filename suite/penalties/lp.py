"""The Lp penalty, 0 < p < 1, whose proximal map has a closed form for p = 1/2 and p = 2/3."""

from __future__ import annotations

import math
from dataclasses import dataclass

from suite.base.lazy import torch
from suite.penalties.base import Elementwise, concise


@dataclass(frozen=True)
class Lp(Elementwise):
    """Sum of powers: sum |w|^p, 0 < p < 1.

    floor    0, or the magnitude below which a line through 0 with the slope there stands in for the power, which is lowered to meet
             it: for each r = |w|, p floor^(p-1) r to floor, r^p - (1-p) floor^p beyond. No gradient is then above p floor^(p-1)

    prox, with r = |w| (zero for r <= t, at the tie too):
        p = 1/2   t = (3/2) step^(2/3),       z = (2/3) r (1 + cos(2 pi/3 - (2/3) arccos((t/r)^(3/2) / sqrt(2))))
        p = 2/3   t = 2 (2 step/3)^(3/4),     z = r x^3, x the largest root of x^4 - x + v = 0, v = (t / (2 r))^(4/3):
                  A = (1/16 + sqrt(1/256 - v^3/27))^(1/3), m = sqrt(2 A + 2 v/(3 A)), x = (m + sqrt(2/m - m^2)) / 2
    Other p have no closed form, nor has any with a floor, and `prox` raises NotImplementedError.
    The gradient is p sgn(w) |w|^(p-1), infinite in the limit w -> 0 where there is no floor, and given as 0 at w = 0.
    Source: Xu, Chang, Xu and Zhang (2012) for 1/2; Cao, Sun and Xu (2013) for 2/3, here with the quartic scaled by r^(4/3).
    """

    p: float
    floor: float = 0.0
    __repr__ = concise

    def __post_init__(self) -> None:
        if not 0 < self.p < 1:
            raise ValueError(f"p must lie strictly between 0 and 1, not {self.p!r}")
        if not 0 <= self.floor < math.inf:
            raise ValueError(f"floor must not be negative or infinite, not {self.floor!r}")

    def _scalar(self, r: torch.Tensor) -> torch.Tensor:
        if self.floor:
            low, line = r < self.floor, self.p * self.floor ** (self.p - 1) * r
            return torch.where(low, line, torch.where(low, 1.0, r).pow(self.p) - (1 - self.p) * self.floor**self.p)
        zero = r == 0
        return torch.where(zero, 0.0, torch.where(zero, 1.0, r).pow(self.p))

    def _shrink(self, r: torch.Tensor, step: float) -> torch.Tensor:
        if self.floor:
            raise NotImplementedError(f"the proximal map of |w|^{self.p:g} with a floor has no closed form")
        if self.p == 0.5:
            t = 1.5 * math.cbrt(step) ** 2
            phi = ((r / t).reciprocal().clamp(max=1).pow(1.5) / math.sqrt(2)).acos()
            z = 2 / 3 * r * (1 + (2 / 3 * (math.pi - phi)).cos())
        elif math.isclose(self.p, 2 / 3):
            t = 2 * (2 / 3 * step) ** 0.75
            v = ((r / t).reciprocal().clamp(max=1) / 2).pow(4 / 3)
            cube_root = (1 / 16 + (1 / 256 - v.pow(3) / 27).sqrt()).pow(1 / 3)
            m = (2 * (cube_root + v / (3 * cube_root))).sqrt()
            z = r * ((m + (2 / m - m.square()).sqrt()) / 2).pow(3)
        else:
            raise NotImplementedError(f"the proximal map of |w|^{self.p:g} has no closed form; p = 1/2 and p = 2/3 have one")
        return torch.where(r <= t, 0.0, z)
