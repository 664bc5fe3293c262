"""Dual pairs of variational dropout and of the hard concrete gate, whose Omega and eta_hat have no closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass

from suite.base.lazy import torch
from suite.duality.kl import dawson_ratio, twice_kl
from suite.duality.numeric import Curve, OfEta
from suite.penalties.base import positive

K1, K2, K3 = 0.63576, 1.8732, 1.48695
"""Of the sigmoid approximation of the KL divergence (Molchanov, Ashukha and Vetrov 2017, equation 14)."""


@dataclass(frozen=True)
class VarDropDual(OfEta):
    """Variational dropout with the sigmoid approximation of its KL, lam > 0. f closed, Omega and eta_hat numeric.

        f = (2/lam) (k1 sigmoid(k3 log eta - k2) + 1/2 log(1 + eta)),      k1, k2, k3 = 0.63576, 1.8732, 1.48695

    The noise of a weight has variance w^2/eta: log eta is -log alpha in the paper of Molchanov et al., whatever lam, which divides the
    KL alone. With C = -k1 their KL is f lam/2, which is 0 at eta = 0: `approximate_kl` is its sum over weights, as training has it.
    Source: Molchanov, Ashukha and Vetrov (2017), eq 14; LeJeune et al. (2021).
    """

    lam: float = 1.0

    def __post_init__(self) -> None:
        positive(lam=self.lam)

    def _f(self, eta: torch.Tensor) -> torch.Tensor:
        return (2 / self.lam) * (K1 * (K3 * eta.log() - K2).sigmoid() + eta.log1p() / 2)


def approximate_kl(log_alpha: torch.Tensor, clamp: float = math.inf) -> torch.Tensor:
    """The KL divergence of variational dropout from its prior, approximately: f lam/2 of `VarDropDual` at eta = 1 / alpha, summed.

        KL = sum [ k1 - k1 sigmoid(k2 + k3 log alpha) + 1/2 log(1 + 1 / alpha) ]

    log alpha counts as no less than -clamp and no more than clamp; a weight with alpha -> inf has 0. The value has the rounding of k1,
    that of `VarDropDual.f` is relative to f. The gradient is formed with the value:
    -k1 k3 s (1 - s) - 1/2 / (1 + alpha) with s = sigmoid(k2 + k3 log alpha), and 0 beyond the clamp.
    """
    with torch.no_grad():
        known = log_alpha.clamp(-clamp, clamp)
        s, inverse = torch.sigmoid(K2 + K3 * known), torch.exp(-known)
        value = K1 * (1 - s).sum() + torch.log1p(inverse).sum() / 2
        slope = s.mul_(s - 1).mul_(K1 * K3).sub_(inverse.div_(1 + inverse), alpha=0.5)
        slope *= torch.eq(known, log_alpha, out=torch.empty_like(known))
    linear = (slope * log_alpha).sum()
    return linear - linear.detach() + value


@dataclass(frozen=True)
class ExactVarDropDual(OfEta):
    """Variational dropout with its exact KL, lam > 0. f by a rule that is right to rounding, Omega and eta_hat numeric.

        f' = (1/lam) D(x) / x,  x = sqrt(eta/2),  D Dawson's function;   f = (2/lam) KL, see `suite.duality.kl`

    Omega is about |w| near 0 and about log|w| far from it where lam is 1.
    Source: Molchanov, Ashukha and Vetrov (2017), section 4.2; LeJeune et al. (2021).
    """

    lam: float = 1.0

    def __post_init__(self) -> None:
        positive(lam=self.lam)

    def _f(self, eta: torch.Tensor) -> torch.Tensor:
        return (twice_kl(eta.double()) / self.lam).to(eta.dtype)

    def slopes(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        eta = x.exp()
        return x, torch.ones_like(x), eta * dawson_ratio(eta) / self.lam


@dataclass(frozen=True)
class HardConcreteDual(Curve):
    """The hard concrete gate s of "l0 regularisation", lam, beta > 0 > gamma, zeta > 1. Numeric, along log a, the gate's location.

        P(s > t) = sigmoid(log a - beta logit((t - gamma) / (zeta - gamma)))   for 0 <= t < 1
        f = P(s > 0) = sigmoid(log a - beta log(-gamma/zeta))      eta = 1 / (lam (E[s^2] / E[s]^2 - 1))

    w is the mean weight: the mask is s / E[s]. The moments are integrals of P(s > t), by Gauss-Legendre with 64 nodes: to 1e-12 for the
    usual shape, fewer digits the closer gamma is to 0 or zeta to 1.
    With the keep level eta / (eta + 1/lam) the mask has the variance that dropout has; the code divides by lam where alpha =
    eta / (eta + lam) would multiply. At lam = 1, the only value used, both agree.
    eta_hat jumps (usual shape, lam 1): from |w| = 0.535 on the gate is best fully open, eta_hat goes from 2.3 to infinity, and Omega
    stays at 1/2.
    Source: Louizos, Welling and Kingma (2018), eq 10-12; LeJeune et al. (2021).
    """

    lam: float = 1.0
    beta: float = 2 / 3
    gamma: float = -0.1
    zeta: float = 1.1

    def __post_init__(self) -> None:
        positive(lam=self.lam, beta=self.beta)
        if not (self.gamma < 0 and self.zeta > 1):
            raise ValueError(f"gamma must be below 0 and zeta above 1, not {self.gamma!r} and {self.zeta!r}")

    def curve(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mean, variance = self.moments(x)
        return 2 * mean.log() - variance.log() - math.log(self.lam), self.open(x)

    def open(self, log_a: torch.Tensor) -> torch.Tensor:
        """P(s > 0) for each log a: the share of the time that the gate is not shut."""
        return (log_a - self.beta * math.log(-self.gamma / self.zeta)).sigmoid()

    def moments(self, log_a: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """E[s] and Var[s] for each log a, in float64; the variance without loss of digits where the gate is almost shut or open."""
        t, weights = gauss_legendre(64)
        t, weights = t.to(log_a.device), weights.to(log_a.device)
        logit = log_a.unsqueeze(-1) - self.beta * ((t - self.gamma) / (self.zeta - self.gamma)).logit()
        above, below = weights * logit.sigmoid(), weights * (-logit).sigmoid()
        mean, shut = above.sum(-1), below.sum(-1)
        variance = torch.where(log_a < 0, 2 * (t * above).sum(-1) - mean.square(), 2 * ((1 - t) * below).sum(-1) - shut.square())
        return mean, variance


def gauss_legendre(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Nodes and weights on [0, 1], by the eigenvalues of the Jacobi matrix (Golub and Welsch 1969); float64."""
    k = torch.arange(1, n, dtype=torch.float64)
    beside = k / (4 * k.square() - 1).sqrt()
    places, vectors = torch.linalg.eigh(beside.diag(1) + beside.diag(-1))
    return (1 + places) / 2, vectors[0].square()
