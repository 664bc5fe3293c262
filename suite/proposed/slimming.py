"""Network slimming (Liu et al. 2017) with any penalty (Bui, Park, Zhang, Qi and Xin 2020 and 2021, arXiv 2010.01242)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from suite.methods.anypenalty import SCALES, AnyPenalty
from suite.methods.subgradient import Subgradient
from suite.penalties import L1, Lp, Penalty

FLOOR = 1e-4
"""The floor of `Lp` where a name asks for it: the gradients of the authors' code have none, and are NaN at 0."""


@dataclass(unsafe_hash=True, kw_only=True)
class NetworkSlimming(AnyPenalty, Subgradient):
    """Loss + lambda sum P(gamma) over all scales gamma of batch normalisation, by subgradient; at 0 the subgradient is 0.

    The network that it leaves is pruned, and trained on, by `slimmed`. `method("proximal", on="scales")` and `"splitting"` are other
    ways to the same end, `proximal_slimming` is that of Bui et al. (2023). With lambda = 0 it is `dense`, bit for bit. L1, Lp and TL1
    are those of the papers; their MCP with a parameter a is MCP(a lambda) here, their SCAD is SCAD(a, knot=lambda).
    """

    title = "network slimming"
    on: ClassVar[str] = SCALES  # type: ignore[misc]  # no option here

    regulariser: Penalty = field(default_factory=L1, metadata={"option": "penalty"})
    lam: float = 1e-4
    absolute: bool = True

    @classmethod
    def made(cls, penalty: str | Penalty | None = None, shape: float | None = None, **options: Any) -> Self:
        if penalty == "lp":
            penalty, shape = Lp(0.5 if shape is None else shape, FLOOR), None
        return super().made(penalty, shape, **options)

    def regularizer(self, layer: int, layers: int) -> Penalty:
        return self.regulariser
