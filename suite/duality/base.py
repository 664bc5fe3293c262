"""What a dual pair is: a penalty Omega of the weights and a penalty f of their scales eta, tied by the eta-trick.

    Omega(w) = min_eta 1/2 (w^2 / eta + f(eta)),   least at eta_hat(w)
    dOmega/dw = w / eta_hat(w)                      (envelope theorem)
    f(eta) = max_w 2 Omega(w) - w^2 / eta           (conjugacy in w^2: the least f that gives this Omega)

Omega is concave in w^2, being a minimum of affine functions of it: subquadratic. Conversely every eta_hat that does not fall with |w|
has such an Omega. In the linear model eta is the state of an adaptive dropout that keeps with level alpha = eta / (eta + lambda):
see `suite.duality.linear`. Source: Bach et al. (2012), section 5; LeJeune, Javadi and Baraniuk (2021).

An additive constant in Omega (and twice it in f) changes nothing: here every Omega is 0 at w = 0 and every f is 0 at eta = 0
(below 1e-30 where they are found by numerical means).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TypeVar

from suite.base.lazy import torch

Level = TypeVar("Level", float, "torch.Tensor")

LOG_ETA = (-80.0, 80.0)
"""Where log eta is kept: exp of either end is a normal number in float32. The lower end stands for 0, the upper for infinity."""


class Dual(ABC):
    """A penalty with its dual. Nothing of it is NaN, also at zero weights, in float32 and in float64."""

    @abstractmethod
    def value(self, w: torch.Tensor) -> torch.Tensor:
        """Omega(w) with unit strength, summed over the weights: a 0-d tensor. Its gradient is w / eta_hat(w), and 0 at a zero weight."""

    @abstractmethod
    def f(self, eta: torch.Tensor) -> torch.Tensor:
        """f(eta). `eta` is clamped to exp of `LOG_ETA`, outside of which the gradient is 0."""

    @abstractmethod
    def eta_hat(self, w: torch.Tensor) -> torch.Tensor:
        """The minimiser, of the shape of `w`, clamped to exp of `LOG_ETA`: a constant, through which no gradient flows."""


class Separable(Dual):
    """A sum over the weights, of a tensor of any shape. Subclasses define the three functions of one weight, on magnitudes r >= 0."""

    def value(self, w: torch.Tensor) -> torch.Tensor:
        return self.omega(w).sum()

    def omega(self, w: torch.Tensor) -> torch.Tensor:
        """Omega of each weight, of the shape of `w`."""
        return self._omega(w.abs())

    def f(self, eta: torch.Tensor) -> torch.Tensor:
        """f of each scale, of the shape of `eta`, which is clamped to exp of `LOG_ETA`."""
        return self._f(clamped(eta))

    def eta_hat(self, w: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return clamped(self._eta_hat(w.abs()))

    def eta_at(self, w: torch.Tensor) -> torch.Tensor:
        """eta_hat by its formula, not clamped, so that a zero weight has eta 0 where the formula says so; gradients flow through it.

        What the methods compute with in every step.
        """
        return self._eta_hat(w.abs())

    @abstractmethod
    def _omega(self, r: torch.Tensor) -> torch.Tensor: ...

    @abstractmethod
    def _f(self, eta: torch.Tensor) -> torch.Tensor: ...

    @abstractmethod
    def _eta_hat(self, r: torch.Tensor) -> torch.Tensor: ...


def clamped(eta: torch.Tensor) -> torch.Tensor:
    """`eta` within exp of `LOG_ETA`."""
    return eta.clamp(*map(math.exp, LOG_ETA))


def keep_level(eta: torch.Tensor, lam: float) -> torch.Tensor:
    """alpha = eta / (eta + lambda), the level at which dropout with strength lambda > 0 keeps a weight (LeJeune et al. 2021)."""
    return eta / (eta + lam)


def scale_of(alpha: Level, lam: float) -> Level:
    """eta = lambda alpha / (1 - alpha), the inverse of `keep_level`: infinite at alpha = 1, for which a float must not be given."""
    return lam * (alpha / (1 - alpha))
