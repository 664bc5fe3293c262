"""Regularisation by weights of its own for every weight of the network: eta, in the ridge 1/2 w^2 / eta, and what it says of a weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from suite.duality import LogSumDual, scale_of
from suite.methods.base import View
from suite.methods.subgradient import Penalised
from suite.penalties.base import positive

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(unsafe_hash=True, kw_only=True)
class Adaptive(Penalised):
    """Methods that keep a weight to the degree eta / (eta + lambda), and count it as zero where that is small.

    The penalty is lambda Omega, Omega(w) = min over eta of 1/2 (w^2 / eta + f(eta)), attained at eta_hat(w) (LeJeune, Javadi and
    Baraniuk 2021). Here Omega is LogSum: log(|w| + eps), eta_hat(w) = |w| (|w| + eps), see `suite.duality.LogSumDual`. Weights of the
    regularised layers alone, biases apart.

    eps      parameter of LogSum, in the units of the weights; towards 0 the penalty counts weights
    least    the network is scored with every weight at zero whose keep level, eta_hat / (eta_hat + lambda), is below this; the view
             "no threshold" scores it as it is. The paper's error is that of the latter and its share of weights that of the former:
             the rule by which its code means to set weights to zero in evaluation has no effect there.
    """

    viewed: ClassVar[tuple[str, ...]] = ("no threshold",)

    lam: float = 1e-3
    absolute: bool = True
    eps: float = 2.0
    least: float = 0.05

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(eps=self.eps)
        if not 0 <= self.least < 1:
            raise ValueError(f"least must lie in [0, 1), got {self.least}")

    @property
    def pair(self) -> LogSumDual:
        """Omega and its dual."""
        return LogSumDual(self.eps)

    def eta(self, w: Tensor) -> Tensor:
        """eta_hat of each weight, positive but for w = 0."""
        return self.pair.eta_at(w)

    def dead(self, name: str) -> Tensor:
        """Which weights of a layer count as zero: eta / (eta + lambda) < least, as eta < lambda least / (1 - least)."""
        return self.eta(self.layers[name].weight.detach()) < scale_of(self.least, self.strength)

    def scored(self) -> View:
        return View({f"{n}.weight": m.weight.detach().masked_fill(self.dead(n), 0) for n, m in self.layers.items()})

    def views(self) -> dict[str, View]:
        return {"no threshold": View({})}
