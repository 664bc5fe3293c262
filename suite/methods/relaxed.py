"""Relaxed variable splitting as Dinh and Xin have it: one penalty, and the thresholded copy is the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from suite.methods.base import View
from suite.methods.splitting import Splitting

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(unsafe_hash=True, kw_only=True)
class Relaxed(Splitting):
    """min over w, u of Loss(w) + lambda P(u) + beta/2 ||w - u||^2; what is common to RVSM, RVSCGD, ADMM and `splitting`.

    u (V in `Splitting`) starts as the threshold of w, and the network is scored on u; the view "w" scores the weights that are
    trained. lambda and beta are the strengths themselves, as in the papers.

    """

    viewed: ClassVar[tuple[str, ...]] = ("w",)

    lam: float = 1e-6
    beta: float = 1e-2
    absolute: bool = True
    growth: float = 1.0
    tie: str = "step"

    def first(self) -> dict[str, Tensor]:
        return {name: self.split(layer.weight.detach(), self.step(name)) for name, layer in self.layers.items()}

    def scored(self) -> View:
        return self.copy()

    def views(self) -> dict[str, View]:
        return {"w": View({})}
