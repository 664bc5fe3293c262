"""Relaxed variable splitting as Dinh and Xin have it: one elementwise penalty, and the thresholded copy is the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from suite.methods.base import View
from suite.methods.splitting import Splitting
from suite.penalties import Penalty, named

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(unsafe_hash=True, kw_only=True)
class Relaxed(Splitting):
    """min over w, u of Loss(w) + lambda P(u) + beta/2 ||w - u||^2; what is common to RVSM, RVSCGD and ADMM.

    u (V in `Splitting`) starts as the threshold of w, and the network is scored on u; the view "w" scores the weights that are
    trained. lambda and beta are the strengths themselves, as in the papers.

    threshold    the penalty P whose proximal map gives u: "l0", "l1", "tl1" or another that `suite.penalties.named` knows
    shape        parameter of P, such as a of TL1; None: the usual one
    """

    viewed: ClassVar[tuple[str, ...]] = ("w",)

    lam: float = 1e-6
    beta: float = 1e-2
    absolute: bool = True
    growth: float = 1.0
    tie: str = "step"
    threshold: str = "l0"
    shape: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.inner()  # refuses an unknown penalty and a shape out of its range

    def inner(self) -> Penalty:
        return named(self.threshold, self.shape)

    def first(self) -> dict[str, Tensor]:
        return {name: self.split(layer.weight.detach(), self.step(name)) for name, layer in self.layers.items()}

    def scored(self) -> View:
        return self.copy()

    def views(self) -> dict[str, View]:
        return {"w": View({})}
