"""Sums of two penalties on a matrix whose rows are groups, with the proximal maps of the parts applied in succession.

w -> prox_2(prox_1(w)) is the proximal map of the sum when the subgradients of part 1 at prox_1(w) are subgradients of it at the
final point too (Yu 2013). Each class says where its composition is exact; elsewhere it is what the paper does, and only near the
proximal map of the sum.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

from suite.base.lazy import torch
from suite.penalties.base import Grouped, Penalty, fraction
from suite.penalties.elementwise import TransformedL1
from suite.penalties.grouped import ExclusiveLasso, GroupLasso, cges_authors_exclusive_map


class Composite(Grouped):
    """A weighted sum of penalties; `prox` applies the maps of its parts one after the other."""

    @abstractmethod
    def parts(self) -> tuple[tuple[float, Penalty], ...]:
        """(weight, penalty) of every part, in the order in which `prox` applies them."""

    def _value(self, w: torch.Tensor) -> torch.Tensor:
        values = [weight * penalty.value(w) for weight, penalty in self.parts() if weight > 0]
        return torch.stack(values).sum()

    def _prox(self, w: torch.Tensor, step: float) -> torch.Tensor:
        for weight, penalty in self.parts():
            if weight * step > 0:
                w = penalty.prox(w, weight * step)
        return w


@dataclass(frozen=True)
class SparseGroup(Composite):
    """elementwise + group, for instance SparseGroup(L1(), GroupLasso()) (SGL) or SparseGroup(L0(), GroupLasso()) (SGL0).

    prox: the elementwise map, then the group map. That is the exact proximal map of the sum
        - for L1 with GroupLasso: the group map scales a row by a factor >= 0, and a subgradient of ||.||_1 survives that;
        - for L1 with ExclusiveLasso: a soft threshold after a soft threshold, whose sum solves the joint equation.
    With another elementwise penalty it is not: L0, for one, decides before the group map has shrunk the row.
    Source: Scardapane et al. (2017); Bui et al. (2019); for the map Friedman, Hastie and Tibshirani (2010), Yu (2013).
    """

    elementwise: Penalty
    group: Grouped

    def __post_init__(self) -> None:
        if not isinstance(self.elementwise, Penalty) or isinstance(self.elementwise, Grouped):
            raise ValueError(f"elementwise must be a penalty of single weights, not {self.elementwise!r}")
        if not isinstance(self.group, Grouped):
            raise ValueError(f"group must be a penalty of groups, not {self.group!r}")

    def parts(self) -> tuple[tuple[float, Penalty], ...]:
        return (1.0, self.elementwise), (1.0, self.group)


class _AuthorsExclusiveLasso(ExclusiveLasso):
    """The exclusive lasso with the map of Yoon and Hwang (2017) where its proximal map should stand."""

    def _prox(self, w: torch.Tensor, step: float) -> torch.Tensor:
        return cges_authors_exclusive_map(w, step)


@dataclass(frozen=True)
class CGES(Composite):
    """Combined group and exclusive sparsity: (1-mu) sum_g ||w_g||_2 + mu/2 sum_g ||w_g||_1^2, 0 <= mu <= 1, no sqrt(size).

    prox: the group map, then the exclusive map on its result, the order of the authors' code. The exclusive map is the proximal
    one with exclusive="exact", and `cges_authors_exclusive_map` with exclusive="authors".
    With "exact" this is the exact proximal map of the sum for mu = 0 and mu = 1 only. In between neither order is exact: the
    exclusive threshold is step mu times the 1-norm of the final row, which each order evaluates without the other map's part.
    With "authors" it is exact for mu = 0 only.
    Source: Yoon and Hwang (2017) and their code, where the flag mu is the weight of the group term; here it is the exclusive's.
    """

    mu: float
    exclusive: Literal["exact", "authors"] = "exact"

    def __post_init__(self) -> None:
        fraction(mu=self.mu)
        if self.exclusive not in ("exact", "authors"):
            raise ValueError(f"exclusive must be 'exact' or 'authors', not {self.exclusive!r}")

    def parts(self) -> tuple[tuple[float, Penalty], ...]:
        exclusive = ExclusiveLasso() if self.exclusive == "exact" else _AuthorsExclusiveLasso()
        return (1 - self.mu, GroupLasso(scale_by_size=False)), (self.mu, exclusive)


@dataclass(frozen=True)
class IntegratedTL1(Composite):
    """Integrated transformed L1: mu TL1_a(w) + (1-mu) sum_g ||w_g||_2, 0 <= mu <= 1, a > 0, no sqrt(size).

    prox: the group map with (1-mu) step, then the TransformedL1 map with mu step, the order of the apparent authors' script. This
    is not the exact proximal map of the sum, except for mu = 0 and mu = 1: the TL1 map changes the direction and the norm of the
    row that the group map has used. No closed form of the exact one is known.
    Source: Ma et al. (2019), eq 16, 22 and 23.
    """

    mu: float
    a: float

    def __post_init__(self) -> None:
        fraction(mu=self.mu)
        TransformedL1(self.a)

    def parts(self) -> tuple[tuple[float, Penalty], ...]:
        return (1 - self.mu, GroupLasso(scale_by_size=False)), (self.mu, TransformedL1(self.a))
