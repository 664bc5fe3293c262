"""The linear case of the duality: reweighted ridge regression and adaptive dropout take the same steps.

Both alternate between the weights and their scales, eta <- eta_hat(w). With G = X^T X / n, b = X^T y / n and alpha = eta / (eta + lam):

    reweighted ridge    w <- argmin ||y - X w||^2 / n + lam sum_j w_j^2 / eta_j
    adaptive dropout    w <- argmin E ||y - X (s * w)||^2 / n,   independent s_j with mean 1 and variance (1 - alpha_j) / alpha_j

The expectation is ||y - X w||^2 / n + sum_j G_jj (1 - alpha_j) / alpha_j w_j^2, and (1 - alpha_j) / alpha_j = lam / eta_j: the two are
one where the columns of X are normalised, G_jj = 1. They descend on ||y - X w||^2 / n + 2 lam Omega(w).
Source: LeJeune, Javadi and Baraniuk (2021); Wager, Wang and Liang (2013) for the expectation.
"""

from __future__ import annotations

from collections.abc import Callable

from suite.base.lazy import torch
from suite.duality.base import Dual, keep_level


def normalised(x: torch.Tensor) -> torch.Tensor:
    """`x` (n, d) with columns scaled to mean square 1. Raises ValueError if a column is zero."""
    scale = x.square().mean(0).sqrt()
    if bool((scale == 0).any()):
        raise ValueError("a column of zeros cannot be normalised")
    return x / scale


def reweighted_ridge(x: torch.Tensor, y: torch.Tensor, dual: Dual, lam: float, w: torch.Tensor, steps: int) -> torch.Tensor:
    """The iterates of reweighted ridge regression from `w` (d,) on `x` (n, d) and `y` (n,), `w` first: (steps + 1, d)."""
    return _iterates(w, steps, lambda v: ridge(x, y, dual.eta_hat(v), lam))


def adaptive_dropout(x: torch.Tensor, y: torch.Tensor, dual: Dual, lam: float, w: torch.Tensor, steps: int) -> torch.Tensor:
    """The iterates of adaptive dropout, the masks averaged over exactly, of the shapes of `reweighted_ridge`.

    On normalised columns (assumed in the duality, not needed here) the iterates of both are equal to rounding.
    """
    return _iterates(w, steps, lambda v: dropout(x, y, keep_level(dual.eta_hat(v), lam)))


def ridge(x: torch.Tensor, y: torch.Tensor, eta: torch.Tensor, lam: float) -> torch.Tensor:
    """argmin_w ||y - X w||^2 / n + lam sum_j w_j^2 / eta_j, for eta > 0: solved for w_j / sqrt(eta_j), well posed at any small eta."""
    root = eta.sqrt()
    scaled = x * root
    matrix = scaled.T @ scaled / len(x) + lam * torch.eye(x.shape[1], dtype=x.dtype, device=x.device)
    return root * torch.linalg.solve(matrix, scaled.T @ y / len(x))


def dropout(x: torch.Tensor, y: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """argmin_w of `dropout_loss`, for 0 < alpha <= 1: solved for w_j / sqrt(alpha_j)."""
    root = alpha.sqrt()
    scaled = x * root
    matrix = scaled.T @ scaled / len(x) + ((1 - alpha) * x.square().mean(0)).diag()
    return root * torch.linalg.solve(matrix, scaled.T @ y / len(x))


def dropout_loss(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """E ||y - X (s * w)||^2 / n over independent masks s_j with mean 1 and variance (1 - alpha_j) / alpha_j, such as Bernoulli(alpha) /
    alpha or Gaussian ones: ||y - X w||^2 / n + sum_j (x_j^T x_j / n) (1 - alpha_j) / alpha_j w_j^2. Any columns."""
    return (y - x @ w).square().mean() + (x.square().mean(0) * (1 - alpha) / alpha * w.square()).sum()


def _iterates(w: torch.Tensor, steps: int, step: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    iterates = [w]
    for _ in range(steps):
        iterates.append(step(iterates[-1]))
    return torch.stack(iterates)
