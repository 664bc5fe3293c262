"""Figure 1: effective penalties of dropout strategies beside classical penalties, of one weight and of a vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reproductions.flip_side import SOURCE
from suite.base.lazy import torch
from suite.duality import ExactVarDropDual, HardConcreteDual, LogSumDual, MCPDual, Separable, StandoutDual
from suite.experiment.figures import Lines, Panel
from suite.experiment.reproduction import Profile, Reproduction
from suite.methods.schedule import Schedule

if TYPE_CHECKING:
    from torch import Tensor

WIDEST = 5.0
"""The greatest |w|."""
D, KEPT = 32, 16
"""Weights of the vector, and how many hard thresholding keeps."""
PENALTIES: dict[str, tuple[float, Separable]] = {
    "VarDrop": (1.0, ExactVarDropDual()),
    "Standout": (1.0, StandoutDual()),
    "HardConcrete": (1.0, HardConcreteDual()),
    "LogSum(2), λ = 2": (2.0, LogSumDual(2.0)),
    "MCP(1/2, √2), λ = √2": (2**0.5, MCPDual(0.5, 2**0.5)),
}
"""Strength and penalty. The slope of LogSum at 0 is VarDrop's, the limit of MCP that of HardConcrete."""


def of_a_weight(strength: float, penalty: Separable) -> Callable[[Tensor], Tensor]:
    """lambda Omega(w), 0 at 0."""
    return lambda w: strength * (penalty.omega(w) - penalty.omega(torch.zeros_like(w)))


def of_a_vector(strength: float, penalty: Separable) -> Callable[[Tensor], Tensor]:
    """lambda Omega of the vector of norm 1 with k equal entries that are not 0, for each k."""

    def value(k: Tensor) -> Tensor:
        return k * of_a_weight(strength, penalty)(k.clamp(min=1).rsqrt())

    return value


def hard_threshold(k: Tensor) -> Tensor:
    """The penalty whose solutions are those of keeping the `KEPT` greatest: 0 up to so many, infinite beyond."""
    return torch.where(k <= KEPT, 0.0, torch.inf).to(k.dtype)


TABLE = Reproduction(
    id="flip-side/figure1",
    title="Effective penalties of dropout beside classical penalties",
    source=f"{SOURCE}, Figure 1",
    cells=(),
    settings={name: Profile(Schedule(epochs=0)) for name in ("quick", "paper")},
    columns=(),
    figures=(
        Lines(
            panels=(
                Panel(
                    "one weight, λ Ω(w)",
                    "|w|",
                    0.0,
                    WIDEST,
                    200,
                    tuple((name, of_a_weight(*of)) for name, of in PENALTIES.items()),
                ),
                Panel(
                    f"a vector of norm 1 in {D} dimensions, λ Ω(w)",
                    "weights that are not 0, all equal",
                    0.0,
                    D,
                    D,
                    (*((name, of_a_vector(*of)) for name, of in PENALTIES.items()), (f"HardThresh({KEPT})", hard_threshold)),
                ),
            )
        ),
    ),
    departures=(
        "Penalties, strengths, the range of |w|, the vectors (k entries of 1/sqrt(k), there 1/sqrt(k + 0.001)), and that every penalty is"
        " moved to 0 at w = 0 and not scaled are those of the authors' notebook; the caption and text of the paper were not at hand.",
        "VarDrop is the exact divergence, as in the notebook, by a quadrature that is right to rounding; there it is a table of 1,000"
        " points from eta = 0.001 on. The penalty of the sigmoid approximation differs by less than 0.01.",
        "HardConcrete has exact moments, where the notebook draws 10,000 numbers at random and stops at log10 a = -4 and 4.",
        "Every minimum over eta is global and at any eta; the notebook searches up to eta = 1,000,000.",
        "|w| starts at 0, in the notebook at 0.01, where its curves are 0.",
    ),
)
