"""The Kullback-Leibler divergence of variational dropout, exactly: w ~ N(mu, mu^2/u) against a prior uniform in log |w|.

With z ~ N(0, 1) and D Dawson's function, D(x) = exp(-x^2) times the integral of exp(t^2) from 0 to x,

    2 KL(u) = 2 E log|z + sqrt(u)| - 2 E log|z|,      d(2 KL)/du = D(x) / x with x = sqrt(u/2),

so that KL is 0 at u = 0; u = 1 / alpha in the paper of Molchanov et al. D(x) / x is the integral of exp(-x^2 (1 - s^2)) over s from 0
to 1. Over u and with s = tanh y, these are integrals over y > 0 of

    2 (1 - exp(-x^2 / cosh^2 y))   for 2 KL,      exp(-x^2 / cosh^2 y) / cosh^2 y   for D(x) / x,

even, and bounded by 2 for |Im y| <= pi/4, where the trapezoidal rule with step 1/8 is right to rounding. Derived here; the tests hold
the first against numerical integration, the second against scipy.special.dawsn.
Source: Molchanov, Ashukha and Vetrov (2017), section 4.2; the derivative as in the code of LeJeune et al. (2021).
"""

from __future__ import annotations

import math

from suite.base.lazy import torch

EULER = 0.57721566490153286
STEP = 1 / 8
FAR = 1e4
"""From this u on, the asymptotic series to its fourth term is right to rounding."""


def twice_kl(u: torch.Tensor) -> torch.Tensor:
    """2 KL(u) for u >= 0 in float64, of the shape of `u`: about u near 0, about log u + 1.27 far from it."""
    weights, squares = _rule(u)
    near = -2 * (weights * torch.expm1(u.clamp(max=FAR).unsqueeze(-1) * (-squares / 2))).sum(-1)
    v = u.clamp(min=FAR).reciprocal()
    far = math.log(2) + EULER - v.log() - v * (1 + v * (3 / 2 + v * (5 + v * 105 / 4)))
    return torch.where(u < FAR, near, far)


def dawson_ratio(u: torch.Tensor) -> torch.Tensor:
    """D(x) / x with x = sqrt(u/2), the derivative of `twice_kl`, for u >= 0 in float64: 1 at 0, about 1/u far from it."""
    weights, squares = _rule(u)
    near = (weights * squares * torch.exp(u.clamp(max=FAR).unsqueeze(-1) * (-squares / 2))).sum(-1)
    v = u.clamp(min=FAR).reciprocal()
    return torch.where(u < FAR, near, v * (1 + v * (1 + v * (3 + v * (15 + v * 105)))))


def _rule(like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The trapezoidal rule over y >= 0: weights and 1 / cosh^2 y, until what is left is beyond rounding for u up to `FAR`."""
    last = 19 + math.log(2 * FAR) / 2
    y = torch.arange(0, last, STEP, dtype=torch.float64, device=like.device)
    return torch.where(y == 0, STEP / 2, STEP), y.cosh() ** -2
