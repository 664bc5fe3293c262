"""What a penalty is: a value, and the proximal map of a step of it.

    value(w)        a 0-d tensor; autograd gives its gradient where it exists, and 0 (never NaN) at a zero weight or zero group
    prox(w, step)   argmin_z  step * value(z) + 1/2 ||z - w||^2

Penalties are frozen dataclasses, so they compare and hash by their parameters. They carry unit strength: a strength lambda
multiplies `value`, and with a learning rate eta the proximal step is `prox(w, eta * lambda)`. Both keep the dtype and device of
`w`, and `prox` its memory format. Any finite step > 0 is legal, also one that makes the proximal problem nonconvex.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import fields
from typing import Any

from suite.base.lazy import torch


class Penalty(ABC):
    """A function of a tensor with a proximal map; subclasses define `_value` and `_prox` and need not check their arguments."""

    def value(self, w: torch.Tensor) -> torch.Tensor:
        """The penalty of `w` with unit strength, a 0-d tensor. Raises ValueError if `w` has the wrong shape."""
        self._check(w)
        return self._value(w)

    def prox(self, w: torch.Tensor, step: float) -> torch.Tensor:
        """argmin_z step * value(z) + 1/2 ||z - w||^2, with the shape of `w`.

        `step` is a number or a 0-d tensor; ValueError unless it is positive and finite, or if `w` has the wrong shape.
        """
        self._check(w)
        step = float(step)
        positive(step=step)
        return self._prox(w, step)

    def _check(self, w: torch.Tensor) -> None:  # noqa: B027 - most penalties take any shape
        """Raise ValueError when the penalty is not defined on a tensor of this shape."""

    @abstractmethod
    def _value(self, w: torch.Tensor) -> torch.Tensor: ...

    @abstractmethod
    def _prox(self, w: torch.Tensor, step: float) -> torch.Tensor: ...


class Elementwise(Penalty):
    """A sum over the weights of one scalar function of the magnitude, on a tensor of any shape.

    Subclasses give the scalar function as `_scalar` and its proximal map on magnitudes as `_shrink`.
    """

    @abstractmethod
    def _scalar(self, r: torch.Tensor) -> torch.Tensor:
        """The penalty of each weight, given the magnitudes r >= 0."""

    @abstractmethod
    def _shrink(self, r: torch.Tensor, step: float) -> torch.Tensor:
        """argmin_{z >= 0} step * scalar(z) + 1/2 (z - r)^2 for each magnitude r >= 0."""

    def values(self, w: torch.Tensor) -> torch.Tensor:
        """The penalty of each weight, with the shape of `w`."""
        return self._scalar(w.abs())

    def _value(self, w: torch.Tensor) -> torch.Tensor:
        return self.values(w).sum()

    def _prox(self, w: torch.Tensor, step: float) -> torch.Tensor:
        return torch.copysign(self._shrink(w.abs(), step), w)


class Grouped(Penalty):
    """A penalty of a matrix whose rows are groups, (groups, members); see `suite.models.neurons` for how a layer becomes one.

    Transposed and otherwise strided views are read in place.
    """

    def _check(self, w: torch.Tensor) -> None:
        if w.dim() != 2:
            raise ValueError(f"{type(self).__name__} needs a matrix whose rows are groups, not a tensor of shape {tuple(w.shape)}")


def concise(penalty: Any) -> str:
    """A penalty with those of its parameters that differ from their defaults, for the `__repr__` of one that has any."""
    told = (f"{f.name}={value!r}" for f in fields(penalty) if (value := getattr(penalty, f.name)) != f.default)
    return f"{type(penalty).__name__}({', '.join(told)})"


def positive(**parameters: float) -> None:
    """Raise ValueError, naming the parameter, unless all are positive and finite."""
    for name, x in parameters.items():
        if not (x > 0 and math.isfinite(x)):
            raise ValueError(f"{name} must be positive and finite, not {x!r}")


def fraction(**parameters: float) -> None:
    """Raise ValueError, naming the parameter, unless all lie in [0, 1]."""
    for name, x in parameters.items():
        if not 0 <= x <= 1:
            raise ValueError(f"{name} must lie between 0 and 1, not {x!r}")


def representable(x: float, w: torch.Tensor) -> float:
    """`x`, or the largest finite number of the dtype of `w` if that is less: an infinity times a zero weight would be NaN."""
    return min(x, torch.finfo(w.dtype).max)


def soft_threshold(w: torch.Tensor, t: float | torch.Tensor) -> torch.Tensor:
    """sgn(w) (|w| - t)_+ for t >= 0, a number or a tensor that broadcasts against `w` (Donoho 1995)."""
    if isinstance(t, (int, float)):
        t = representable(t, w)
    return w - w.clamp(-t, t)  # type: ignore[arg-type]


def hard_threshold(w: torch.Tensor, t: float) -> torch.Tensor:
    """w where |w| > t, else 0: zero at the tie |w| = t, as in Algorithm 1 of Bui et al. (2019)."""
    return torch.nn.functional.hardshrink(w, representable(t, w))
