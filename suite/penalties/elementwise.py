"""Penalties that are a sum over the weights of one function of the magnitude r = |w|.

A proximal map is written for magnitudes and keeps the sign of the weight; it is odd, and at a tie takes the smaller magnitude,
which is zero for every penalty whose map jumps from zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from suite.base.lazy import torch
from suite.penalties.base import Elementwise, concise, hard_threshold, positive, soft_threshold


@dataclass(frozen=True)
class L0(Elementwise):
    """Number of non-zero weights: sum 1[w != 0].

    prox: hard threshold, w where |w| > sqrt(2 step), else 0; at the tie |w| = sqrt(2 step) zero.
    The gradient is 0 wherever it exists, and 0 is given at w = 0 too.
    Source: Blumensath and Davies (2008); the tie as in Bui et al. (2019), Algorithm 1.
    """

    def _scalar(self, r: torch.Tensor) -> torch.Tensor:
        return r.sign()

    def _shrink(self, r: torch.Tensor, step: float) -> torch.Tensor:
        return hard_threshold(r, math.sqrt(2 * step))

    def _prox(self, w: torch.Tensor, step: float) -> torch.Tensor:
        return self._shrink(w, step)  # the hard threshold is odd: no need to take the sign off and put it back


@dataclass(frozen=True)
class L1(Elementwise):
    """Sum of magnitudes: sum |w|.

    prox: soft threshold, sgn(w) (|w| - step)_+; unique, so there are no ties.
    Source: Tibshirani (1996); Donoho (1995).
    """

    def _scalar(self, r: torch.Tensor) -> torch.Tensor:
        return r

    def _shrink(self, r: torch.Tensor, step: float) -> torch.Tensor:
        return soft_threshold(r, step)


@dataclass(frozen=True)
class Ridge(Elementwise):
    """Half the sum of squares: 1/2 ||w||_2^2.

    prox: w / (1 + step); unique, so there are no ties, and no weight that is not zero becomes zero.
    Source: Hoerl and Kennard (1970).
    """

    def _scalar(self, r: torch.Tensor) -> torch.Tensor:
        return r.square() / 2

    def _shrink(self, r: torch.Tensor, step: float) -> torch.Tensor:
        return r / (1 + step)

    def _prox(self, w: torch.Tensor, step: float) -> torch.Tensor:
        return self._shrink(w, step)  # odd


@dataclass(frozen=True)
class TransformedL1(Elementwise):
    """Transformed L1: sum (a+1) |w| / (a + |w|), a > 0; the count of non-zeros as a -> 0, sum |w| as a -> inf.

    prox, with s = step and r = |w|:
        0                                                             for r <= t
        (2/3)(a+r) cos(phi/3) - 2a/3 + r/3                            for r > t,   phi = arccos(1 - 27 s a (a+1) / (2 (a+r)^3))
        t = s (a+1)/a for s <= a^2 / (2(a+1)) (the map is continuous), else sqrt(2 s (a+1)) - a/2 (it jumps); zero at the tie.
    Computed as r - (4/3)(a+r) sin^2(arcsin(sqrt(27 s a (a+1) / (4 (a+r)^3))) / 3), the same number by the half-angle identity: it
    neither loses digits for large a nor leaves the domain of the arccos by rounding. The branch follows the step of the call; the
    apparent authors' script fixes it once from its first step size.
    Source: Zhang and Xin (2017); Ma et al. (2019), eq 12 and 29-33.
    """

    a: float

    def __post_init__(self) -> None:
        positive(a=self.a)

    def _scalar(self, r: torch.Tensor) -> torch.Tensor:
        return (self.a + 1) * r / (self.a + r)

    def threshold(self, step: float) -> float:
        """The magnitude t up to which the proximal map is zero (Ma et al. 2019, eq 33)."""
        if step <= self.a**2 / (2 * (self.a + 1)):
            return step * (self.a + 1) / self.a
        return math.sqrt(2 * step * (self.a + 1)) - self.a / 2

    def _shrink(self, r: torch.Tensor, step: float) -> torch.Tensor:
        q = r + self.a
        scale = math.sqrt(27 / 4 * step * self.a * (self.a + 1))
        angle = (scale * q.rsqrt()).div_(q).clamp_(max=1).asin_().div_(3)
        taken = angle.sin_().square_().mul_(q)
        z = r.sub(taken, alpha=4 / 3).clamp_(min=0)
        return torch.minimum(z, hard_threshold(r, self.threshold(step)))  # z <= r; a select by mask would cost as much as the arcsine


@dataclass(frozen=True)
class SCAD(Elementwise):
    """Smoothly clipped absolute deviation, a > 1. For each r = |w|, with knot = 1:
        r to 1,   (2 a r - r^2 - 1) / (2(a-1)) to a,   (a+1)/2 beyond.
    As one expression: u - (u-1)_+^2 / (2(a-1)) with u = min(r, a).

    knot    where the penalty begins to bend, k > 0: k SCAD(w / k), with the proximal map k prox(w / k, step / k); with k = lambda it
            is, times lambda, the penalty of Fan and Li, whose knots are lambda and a lambda

    prox for step < a-1 (unique):
        (r - step)_+ for r <= 1 + step,   r - step (a - r) / (a - 1 - step) to a,   r beyond.
    prox for step >= a-1, where the middle piece is concave and holds no minimiser:
        (r - step)_+ for r <= t, else r,   t = (a + 1 + step)/2 if step < a+1 else sqrt(step (a+1)); at the tie r = t the smaller.
    Source: Fan and Li (2001), eq 2.7 and 2.8, who take a > 2 and step 1; the large steps are the comparison of both candidates.
    """

    a: float
    knot: float = 1.0
    __repr__ = concise

    def __post_init__(self) -> None:
        if not (self.a > 1 and math.isfinite(self.a)):
            raise ValueError(f"a must be finite and greater than 1, not {self.a!r}")
        positive(knot=self.knot)

    def _scalar(self, r: torch.Tensor) -> torch.Tensor:
        if self.knot != 1:
            return self.knot * SCAD(self.a)._scalar(r / self.knot)
        u = r.clamp(max=self.a)
        return u - (u - 1).clamp(min=0).square() / (2 * (self.a - 1))

    def _shrink(self, r: torch.Tensor, step: float) -> torch.Tensor:
        if self.knot != 1:
            return torch.minimum(r, self.knot * SCAD(self.a)._shrink(r / self.knot, step / self.knot))
        soft = soft_threshold(r, step)
        if step < self.a - 1:
            middle = r - step / (self.a - 1 - step) * (self.a - r)
            return torch.minimum(r, torch.maximum(soft, middle))
        tie = (self.a + 1 + step) / 2 if step < self.a + 1 else math.sqrt(step * (self.a + 1))
        return torch.where(r <= tie, soft, r)


@dataclass(frozen=True)
class MCP(Elementwise):
    """Minimax concave penalty, gamma > 0. For each r = |w|: r - r^2 / (2 gamma) to gamma, gamma/2 beyond.

    prox for step < gamma (unique; firm threshold):
        0 for r <= step,   r - step (gamma - r) / (gamma - step) to gamma,   r beyond.
    prox for step >= gamma: hard threshold, 0 for r <= sqrt(step gamma), else r; at the tie zero.
    Source: Zhang (2010); Gao and Bruce (1997); the large steps are the comparison of both candidates.
    """

    gamma: float

    def __post_init__(self) -> None:
        positive(gamma=self.gamma)

    def _scalar(self, r: torch.Tensor) -> torch.Tensor:
        u = r.clamp(max=self.gamma)
        return u - u.square() / (2 * self.gamma)

    def _shrink(self, r: torch.Tensor, step: float) -> torch.Tensor:
        if step < self.gamma:
            firm = r - step / (self.gamma - step) * (self.gamma - r)
            return torch.minimum(r, firm.clamp(min=0))
        return hard_threshold(r, math.sqrt(step) * math.sqrt(self.gamma))


@dataclass(frozen=True)
class CappedL1(Elementwise):
    """Capped L1: sum min(|w|, a), a > 0.

    prox, with r = |w|: (r - step)_+ for r <= t, else r,   t = a + step/2 if step < 2a else sqrt(2 a step); at the tie r = t the
    smaller magnitude.
    Source: Zhang (2010, Journal of Machine Learning Research 11); the map is the comparison of both candidates.
    """

    a: float

    def __post_init__(self) -> None:
        positive(a=self.a)

    def _scalar(self, r: torch.Tensor) -> torch.Tensor:
        return r.clamp(max=self.a)

    def _shrink(self, r: torch.Tensor, step: float) -> torch.Tensor:
        tie = self.a + step / 2 if step < 2 * self.a else math.sqrt(2 * self.a) * math.sqrt(step)
        return torch.where(r <= tie, soft_threshold(r, step), r)


@dataclass(frozen=True)
class LogSum(Elementwise):
    """Log-sum: sum log(1 + |w|/eps), eps > 0.

    prox, with s = step, r = |w| and q = r + eps: the larger stationary point z = r - 2 s / (q + sqrt(q^2 - 4 s)) if it is
    positive and its objective is below that of zero, else zero; zero at ties. For s <= eps^2 that is zero for r <= s/eps and
    continuous; for s > eps^2 it jumps, at a threshold without closed form, so the two objectives are compared.
    Source: Candes, Wakin and Boyd (2008).
    """

    eps: float

    def __post_init__(self) -> None:
        positive(eps=self.eps)

    def _scalar(self, r: torch.Tensor) -> torch.Tensor:
        return (r / self.eps).log1p()

    def _shrink(self, r: torch.Tensor, step: float) -> torch.Tensor:
        q, double = r + self.eps, 2 * math.sqrt(step)
        root = ((q - double) * (q + double)).clamp(min=0).sqrt()
        z = (r - 2 * step / (q + root)).clamp(min=0)
        return torch.where(step * self._scalar(z) >= z * (r - z / 2), 0.0, z)
