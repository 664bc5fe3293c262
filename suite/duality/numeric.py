"""The inverse problem: the rest of a dual pair from any one of f, eta_hat and Omega, by numerical means.

Computed in float64, whatever comes in. Values and first derivatives are right; second derivatives are not to be had.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from suite.base.lazy import torch
from suite.duality.base import LOG_ETA, Separable, clamped

KNOTS = 321
"""Of the grid on which the least value is looked for before the place is refined: steps of 1/2."""
ROUNDING = 1e-15
"""Values this near to each other, relative to their size, count as ties."""
BLOCK = 2**13
"""Weights that are treated at once, so that curves by quadrature need little memory."""


class Curve(Separable):
    """Omega and eta_hat from a curve x -> (log eta, f), along which eta does not fall; x runs over `LOG_ETA`.

    The least of (w^2 / eta + f) / 2 is looked for on a grid of x. In the two lowest of its valleys the place is refined by halving,
    with the sign of the slope, and the lower is taken, so that it is the global minimum also where eta_hat jumps from one to the other.
    Of values that tie to rounding the greatest x is taken.
    """

    @abstractmethod
    def curve(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """log eta and f at each x, in float64; differentiable."""

    def slopes(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """log eta, and the derivatives of log eta and of f by x, in float64."""
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            log_eta, f = self.curve(x)
            (of_log_eta,) = torch.autograd.grad(log_eta.sum(), x, retain_graph=True)
            (of_f,) = torch.autograd.grad(f.sum(), x)
        return log_eta.detach(), of_log_eta, of_f

    def _least(self, r: torch.Tensor) -> torch.Tensor:
        """The x where w^2 / eta + f is least, for magnitudes in float64."""
        squares = r.clamp(max=math.exp(LOG_ETA[1] / 2)).square()
        return torch.cat([self._least_of(part) for part in squares.flatten().split(BLOCK)]).view_as(r)

    def _least_of(self, squares: torch.Tensor) -> torch.Tensor:
        def value(log_eta: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
            return squares.unsqueeze(-1) * (-log_eta).exp() + f

        def rises(x: torch.Tensor) -> torch.Tensor:
            log_eta, of_log_eta, of_f = self.slopes(x)
            return of_f > value(log_eta, torch.zeros_like(x)) * of_log_eta

        knots = torch.linspace(*LOG_ETA, KNOTS, dtype=torch.float64, device=squares.device)
        places = _valleys(value(*self.curve(knots)))
        x = halved(knots[(places - 1).clamp(min=0)], knots[(places + 1).clamp(max=KNOTS - 1)], rises, 48)
        first, second = value(*self.curve(x)).unbind(-1)
        return torch.where(second < first * (1 - ROUNDING), x[:, 1], x[:, 0])

    def _omega(self, r: torch.Tensor) -> torch.Tensor:
        exact = r.double()
        with torch.no_grad():
            log_eta, f = self.curve(self._least(exact.detach()))
        return ((exact.square() * (-log_eta).exp() + f) / 2).to(r.dtype)

    def _f(self, eta: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            target = eta.double().log()
            low = torch.full_like(target, LOG_ETA[0])
            x = halved(low, -low, lambda x: self.curve(x)[0] >= target, 60)
            _, of_log_eta, of_f = self.slopes(x)
            f = self.curve(x)[1]
        return (f + of_f / of_log_eta * _nought(eta.double().log())).to(eta.dtype)

    def _eta_hat(self, r: torch.Tensor) -> torch.Tensor:
        return self.curve(self._least(r.double()))[0].exp().to(r.dtype)


class OfEta(Curve):
    """A curve along log eta itself. Subclasses define `_f`, differentiable, and accurate relative to its size where eta is small."""

    def curve(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x, self._f(x.exp())

    @abstractmethod
    def _f(self, eta: torch.Tensor) -> torch.Tensor: ...


@dataclass(frozen=True)
class FromF(OfEta):
    """Omega and eta_hat from f: a function of a tensor, elementwise and differentiable, that does not fall and is 0 at 0. Numeric."""

    function: Callable[[torch.Tensor], torch.Tensor]

    def _f(self, eta: torch.Tensor) -> torch.Tensor:
        return self.function(eta)


class Conjugate(Separable):
    """f from Omega and eta_hat: 2 Omega(s) - s^2 / eta at the greatest magnitude s at which eta_hat is at most eta, by halving log s."""

    def _f(self, eta: torch.Tensor) -> torch.Tensor:
        exact = eta.double()
        with torch.no_grad():
            low = torch.full_like(exact, LOG_ETA[0])
            s = halved(low, -low, lambda x: clamped(self._eta_hat(x.exp())) > exact, 60).exp()
            omega = self._omega(s)
        return (2 * omega - s.square() / exact).to(eta.dtype)


@dataclass(frozen=True)
class FromOmega(Conjugate):
    """eta_hat = r / Omega'(r) and f from Omega: a function of magnitudes, elementwise, 0 at 0, differentiable where r > 0. Numeric.

    Raises nothing where Omega is not subquadratic; then there is no dual pair, and what comes back is none.
    """

    function: Callable[[torch.Tensor], torch.Tensor]

    def _omega(self, r: torch.Tensor) -> torch.Tensor:
        return self.function(r)

    def _eta_hat(self, r: torch.Tensor) -> torch.Tensor:
        with torch.enable_grad():
            s = r.detach().clamp(min=math.exp(LOG_ETA[0] / 2)).requires_grad_()
            (slope,) = torch.autograd.grad(self.function(s).sum(), s)
        return s.detach() / slope.clamp(min=0)


@dataclass(frozen=True)
class FromEtaHat(Conjugate):
    """Omega(r) = integral of s / eta_hat(s) over s from 0 to r, and f, from eta_hat: a function of magnitudes that does not fall. Numeric.

    With `suite.duality.base.scale_of` this is the effective penalty of any dropout whose keep level is a function of |w|. The integral
    is by the tanh-sinh rule: to rounding where eta_hat is smooth in (0, r), also if s / eta_hat(s) is singular at 0; to about 1e-4 of
    Omega where eta_hat has a corner. The gradient is exact.
    """

    function: Callable[[torch.Tensor], torch.Tensor]

    def _omega(self, r: torch.Tensor) -> torch.Tensor:
        exact = r.double()
        with torch.no_grad():
            total = torch.zeros_like(exact)
            for place, weight in tanh_sinh():
                s = exact * place
                total += weight * s / self._eta_hat(s)
            total *= exact
            slope = exact / self._eta_hat(exact)
        return (total + slope * _nought(exact)).to(r.dtype)

    def _eta_hat(self, r: torch.Tensor) -> torch.Tensor:
        return clamped(self.function(r))


def halved(low: torch.Tensor, high: torch.Tensor, above: Callable[[torch.Tensor], torch.Tensor], times: int) -> torch.Tensor:
    """The place between `low` and `high` from which on `above` holds, by so many halvings: `high` where it never does."""
    for _ in range(times):
        middle = (low + high) / 2
        right = above(middle)
        low, high = torch.where(right, low, middle), torch.where(right, middle, high)
    return high


def _valleys(values: torch.Tensor) -> torch.Tensor:
    """Columns (n, 2): of the least of each row, the last where several tie, and of the least other local minimum, if there is one."""
    columns = torch.arange(values.shape[1], device=values.device)
    tied = values <= values.amin(1, keepdim=True) * (1 + ROUNDING)
    first = torch.where(tied, columns, 0).amax(1, keepdim=True)
    walled = torch.nn.functional.pad(values, (1, 1), value=math.inf)
    other = (values <= walled[:, :-2]) & (values <= walled[:, 2:]) & ~tied & ((columns - first).abs() > 1)
    second = torch.where(other, values, math.inf).argmin(1, keepdim=True)
    return torch.cat([first, torch.where(other.any(1, keepdim=True), second, first)], dim=1)


def tanh_sinh(step: float = 1 / 64, low: float = -5.0, high: float = 3.5) -> list[tuple[float, float]]:
    """Places in (0, 1) and weights of the tanh-sinh rule (Takahasi and Mori 1974), which comes much closer to 0 than to 1."""
    rule = []
    for k in range(round(low / step), round(high / step) + 1):
        u = math.pi * math.sinh(k * step)
        place = 1 / (1 + math.exp(-u))
        rule.append((place, step * math.pi * math.cosh(k * step) * place / (1 + math.exp(u))))
    return rule


def _nought(x: torch.Tensor) -> torch.Tensor:
    """Zeros with the gradient of `x`."""
    return x - x.detach()
