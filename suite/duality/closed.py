"""Dual pairs in closed form. Each formula is for one weight of magnitude r = |w|, and derived from dOmega/dr = r / eta_hat(r)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from suite.base.lazy import torch
from suite.duality.base import Separable
from suite.penalties import MCP, LogSum
from suite.penalties.base import positive


@dataclass(frozen=True)
class LpDual(Separable):
    """Powers, 0 < p < 2. All closed.

        Omega = r^p / p      f = eta^q / q, q = p / (2 - p)      eta_hat = r^(2-p)

    The gradient of Omega at w = 0, infinite in the limit for p < 1, is given as 0.
    Source: Bach et al. (2012), section 5; LeJeune et al. (2021).
    """

    p: float

    def __post_init__(self) -> None:
        if not 0 < self.p < 2:
            raise ValueError(f"p must lie strictly between 0 and 2, not {self.p!r}")

    def _omega(self, r: torch.Tensor) -> torch.Tensor:
        zero = r == 0
        return torch.where(zero, 0.0, torch.where(zero, 1.0, r).pow(self.p)) / self.p

    def _f(self, eta: torch.Tensor) -> torch.Tensor:
        q = self.p / (2 - self.p)
        return eta.pow(q) / q

    def _eta_hat(self, r: torch.Tensor) -> torch.Tensor:
        return r.pow(2 - self.p)


@dataclass(frozen=True)
class LogSumDual(Separable):
    """Log-sum, eps > 0. All closed.

        Omega = log(1 + r/eps)      eta_hat = r (r + eps)
        f = 2 log(1 + s/eps) - s^2/eta,   s = (sqrt(eps^2 + 4 eta) - eps) / 2, the r at which eta_hat is eta

    Omega is that of `suite.penalties.LogSum`. LeJeune et al. (2021) have Omega = log(r + eps), and log(eps) more in Omega and twice
    that in f: see `uncentred_f`.
    Source: Candes, Wakin and Boyd (2008); LeJeune et al. (2021).
    """

    eps: float

    def __post_init__(self) -> None:
        positive(eps=self.eps)

    def uncentred_f(self, eta: torch.Tensor, last: float = 1.0) -> torch.Tensor:
        """f + 2 log eps = 2 log(s + eps) - last (s^2 / eta), in the fewest operations; `last` is 1, or a factor that the authors' code has.

        With root = sqrt(eps^2 + 4 eta), s + eps = (root + eps) / 2 and s^2 / eta = (root - eps) / (root + eps). The error is rounding
        relative to log eps, while that of `f` is relative to f: here is what `EtaTrick` trains with, there what small scales need.
        """
        root = (eta * 4 + self.eps**2).sqrt()
        return 2 * ((root + self.eps) / 2).log() - last * (root - self.eps) / (root + self.eps)

    def _omega(self, r: torch.Tensor) -> torch.Tensor:
        return LogSum(self.eps).values(r)

    def _f(self, eta: torch.Tensor) -> torch.Tensor:
        share = 2 / ((self.eps**2 + 4 * eta).sqrt() + self.eps)  # s / eta, without the difference of near numbers
        return 2 * (share * eta / self.eps).log1p() - eta * share.square()

    def _eta_hat(self, r: torch.Tensor) -> torch.Tensor:
        return r * (r + self.eps)


@dataclass(frozen=True)
class Log2SumDual(Separable):
    """Logarithm of squares, eps > 0. All closed.

        Omega = log(1 + r^2/eps)      eta_hat = (r^2 + eps) / 2
        f = 2 log(2 eta/eps) - 2 + eps/eta for eta >= eps/2, and 0 below

    eta_hat is positive at 0, where Omega is smooth: weights shrink but none is drawn to zero. The authors' code has -eps/eta in f,
    whose minimiser would be (r^2 - eps) / 2; the other two formulas give the sign above. Their Omega = log(r^2 + eps) is log(eps) more.
    Source: LeJeune et al. (2021); Chartrand and Yin (2008) for the reweighting.
    """

    eps: float

    def __post_init__(self) -> None:
        positive(eps=self.eps)

    def _omega(self, r: torch.Tensor) -> torch.Tensor:
        return (r.square() / self.eps).log1p()

    def _f(self, eta: torch.Tensor) -> torch.Tensor:
        u = (2 / self.eps * eta).clamp(min=1)
        return 2 * (u.log() - 1 + 1 / u)

    def _eta_hat(self, r: torch.Tensor) -> torch.Tensor:
        return (r.square() + self.eps) / 2


@dataclass(frozen=True)
class MCPDual(Separable):
    """Minimax concave penalty, a, lam > 0, with unit slope at 0 and g = a lam. All closed.

        Omega = r - r^2 / (2 g) to g, then g/2      f = g eta / (eta + g)      eta_hat = g r / (g - r) to g, then infinite

    Omega is `suite.penalties.MCP` of g. The usual MCP is lam times it. eta_hat is infinite where the weight is not shrunk at all.
    Source: Zhang (2010); LeJeune et al. (2021).
    """

    a: float
    lam: float

    def __post_init__(self) -> None:
        positive(a=self.a, lam=self.lam)

    @property
    def knot(self) -> float:
        """g = a lam."""
        return self.a * self.lam

    def _omega(self, r: torch.Tensor) -> torch.Tensor:
        return MCP(self.knot).values(r)

    def _f(self, eta: torch.Tensor) -> torch.Tensor:
        return eta * (self.knot / (eta + self.knot))

    def _eta_hat(self, r: torch.Tensor) -> torch.Tensor:
        return self.knot * r / (self.knot - r).clamp(min=0)


@dataclass(frozen=True)
class SCADDual(Separable):
    """Smoothly clipped absolute deviation, a > 1, lam > 0, with unit slope at 0. All closed.

        Omega = r to lam, then (2 a lam r - r^2 - lam^2) / (2 (a-1) lam) to a lam, then (a+1) lam / 2
        f = eta to lam, then (a+1) lam - a^2 lam^2 / ((a-1) lam + eta)
        eta_hat = r to lam, then (a-1) lam r / (a lam - r) to a lam, then infinite

    The usual SCAD is lam times this Omega, and a > 2. f is lam ((a+1) eta - lam) / ((a-1) lam + eta) in the authors' code: the same.
    Source: Fan and Li (2001); LeJeune et al. (2021).
    """

    a: float
    lam: float

    def __post_init__(self) -> None:
        positive(lam=self.lam)
        if not (self.a > 1 and math.isfinite(self.a)):
            raise ValueError(f"a must be finite and greater than 1, not {self.a!r}")

    def _omega(self, r: torch.Tensor) -> torch.Tensor:
        u = r.clamp(max=self.a * self.lam)
        return u - (u - self.lam).clamp(min=0).square() / (2 * (self.a - 1) * self.lam)

    def _f(self, eta: torch.Tensor) -> torch.Tensor:
        beyond = (self.a + 1) * self.lam - (self.a * self.lam) ** 2 / ((self.a - 1) * self.lam + eta)
        return torch.where(eta <= self.lam, eta, beyond)

    def _eta_hat(self, r: torch.Tensor) -> torch.Tensor:
        beyond = (self.a - 1) * self.lam * r / (self.a * self.lam - r).clamp(min=0)
        return torch.where(r <= self.lam, r, beyond)


@dataclass(frozen=True)
class StandoutDual(Separable):
    """Standout, lam, w2 > 0, c = w2^2 / lam. All closed; P is the regularised lower incomplete gamma function.

        Omega = c (1 - (r + 1) exp(-r)) = c P(2, r)      eta_hat = exp(r) / c
        f = c (2 - (2 + 2 s + s^2) exp(-s)) = 2 c P(3, s),   s = log(c eta), for c eta >= 1, and 0 below

    A weight w is kept with probability sigmoid(|w|), and what it is multiplied with later, w2, scales the noise: the variance of the
    mask times w2^2 is lam / eta_hat. eta_hat is positive at 0, where Omega is smooth. Omega is as in the authors' code; f is derived.
    Source: Ba and Frey (2013); LeJeune et al. (2021).
    """

    lam: float = 1.0
    w2: float = 1.0

    def __post_init__(self) -> None:
        positive(lam=self.lam, w2=self.w2)

    @property
    def plateau(self) -> float:
        """c, the limit of Omega."""
        return self.w2**2 / self.lam

    def _omega(self, r: torch.Tensor) -> torch.Tensor:
        return self.plateau * _lower_gamma(2, r)

    def _f(self, eta: torch.Tensor) -> torch.Tensor:
        return 2 * self.plateau * _lower_gamma(3, (self.plateau * eta).clamp(min=1).log())

    def _eta_hat(self, r: torch.Tensor) -> torch.Tensor:
        return r.exp() / self.plateau


def _lower_gamma(order: float, x: torch.Tensor) -> torch.Tensor:
    return torch.special.gammainc(torch.full_like(x, order), x)
