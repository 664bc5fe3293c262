"""Automatic relevance determination: the dual pair of a whole weight vector, which is not a sum over the weights."""

from __future__ import annotations

from dataclasses import dataclass

from suite.base.lazy import torch
from suite.duality.base import Dual, clamped
from suite.penalties.base import positive

STEPS = 64


@dataclass(frozen=True, eq=False)
class ARDDual(Dual):
    """Automatic relevance determination in the linear model with features `x` (n, d) and noise variance tau > 0.

        f = log det(I + X diag(eta) X^T / tau)      Omega(w) = min_eta 1/2 (sum_j w_j^2 / eta_j + f(eta))
        eta_hat is the fixed point of   eta_j = |w_j| / sqrt(x_j^T S^-1 x_j),   S = tau I + X diag(eta) X^T

    f closed, the others numeric. In log |w| and log eta this map halves distances, in the largest coordinate, at every step: the fixed
    point is unique, and 64 steps reach it to rounding. Log det is convex in log eta, so it is the minimum. f is minus twice the log
    evidence, without its quadratic term, and 0 at eta = 0: n log(tau) less than log det S. The authors' code takes for X its limit, a
    large Gaussian matrix; here X is given.

    `w` and `eta` have shape (..., d); `f` gives one number for each vector, (...), and `value` their sum. Computed in float64.
    Raises ValueError for other shapes.
    Source: Tipping (2001); Wipf and Nagarajan (2008); LeJeune et al. (2021).
    """

    x: torch.Tensor
    tau: float

    def __post_init__(self) -> None:
        positive(tau=self.tau)
        if self.x.dim() != 2:
            raise ValueError(f"x must be a matrix, not a tensor of shape {tuple(self.x.shape)}")

    def value(self, w: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            eta = self._fixed_point(w)
            f = self._f(eta).sum()
        return (((w.double().square() / eta).sum() + f) / 2).to(w.dtype)

    def f(self, eta: torch.Tensor) -> torch.Tensor:
        self._check(eta)
        return self._f(clamped(eta.double())).to(eta.dtype)

    def eta_hat(self, w: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return self._fixed_point(w).to(w.dtype)

    def _check(self, vectors: torch.Tensor) -> None:
        if vectors.shape[-1:] != self.x.shape[1:]:
            raise ValueError(f"the last dimension must be {self.x.shape[1]}, not that of {tuple(vectors.shape)}")

    def _root(self, eta: torch.Tensor) -> torch.Tensor:
        """The Cholesky factor of S / tau."""
        x = self.x.double()
        return torch.linalg.cholesky(torch.eye(len(x), dtype=x.dtype, device=x.device) + (x * (eta / self.tau).unsqueeze(-2)) @ x.mT)

    def _f(self, eta: torch.Tensor) -> torch.Tensor:
        return 2 * self._root(eta).diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def _fixed_point(self, w: torch.Tensor) -> torch.Tensor:
        self._check(w)
        x, r = self.x.double(), w.double().abs()
        eta = clamped(r)
        for _ in range(STEPS):
            root = self._root(eta)
            slopes = torch.linalg.solve_triangular(root, x.expand(*root.shape[:-2], *x.shape), upper=False).square().sum(-2) / self.tau
            eta = clamped(r / slopes.sqrt())
        return eta
