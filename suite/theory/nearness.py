"""How far the effective penalty of a dropout is from a classical one, as a method of the harness and the program that computes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from suite.base.lazy import torch
from suite.duality import ExactVarDropDual, HardConcreteDual, LogSumDual, MCPDual, Separable, StandoutDual
from suite.methods.base import Method
from suite.penalties.base import positive

if TYPE_CHECKING:
    from suite.base.checkpoint import Checkpoint
    from suite.experiment.spec import RunSpec
    from suite.experiment.task import OnEpoch, Task

DROPOUTS: dict[str, type[Separable]] = {"vardrop": ExactVarDropDual, "standout": StandoutDual, "hard_concrete": HardConcreteDual}
CLASSICAL: dict[str, type[Separable]] = {"log_sum": LogSumDual, "mcp": MCPDual}
POINTS = 1000
"""Intervals of |w| at whose ends the two are compared."""


@dataclass(unsafe_hash=True, kw_only=True)
class Nearness(Method):
    """100 max |Omega_d(w) - s Omega_c(w)| / max s Omega_c(w) over 0 <= w <= widest, in percent: the two graphs of LeJeune et al. (2021,
    Figure 1), each 0 at w = 0. Nothing is trained and nothing is drawn at random.

    dropout      whose effective penalty Omega_d is, at strength 1: a name of `DROPOUTS`
    classical    Omega_c: a name of `CLASSICAL`
    strength     s
    shape        parameters of Omega_c

    Raises ValueError for an unknown name, and unless strength and widest are positive.
    """

    title = "distance of two penalties"
    program: ClassVar[str] = "suite.theory.nearness"

    dropout: str = "vardrop"
    classical: str = "log_sum"
    strength: float = 2.0
    shape: tuple[float, ...] = (2.0,)
    widest: float = 5.0

    def __post_init__(self) -> None:
        positive(strength=self.strength, widest=self.widest)
        for name, known in ((self.dropout, DROPOUTS), (self.classical, CLASSICAL)):
            if name not in known:
                raise ValueError(f"a penalty must be one of {', '.join(known)}, got {name!r}")

    def distance(self) -> float:
        """The number, in float64."""
        w = torch.linspace(0, self.widest, POINTS + 1, dtype=torch.float64)
        ours, theirs = (penalty.omega(w) for penalty in (DROPOUTS[self.dropout](), CLASSICAL[self.classical](*self.shape)))
        ours, theirs = ours - ours[0], self.strength * (theirs - theirs[0])
        return 100 * float((ours - theirs).abs().max() / theirs.max())


def compute(task: Task, checkpoint: Checkpoint, on_epoch: OnEpoch) -> dict[str, Any]:
    """The distance, as a record."""
    assert isinstance(task.spec.method, Nearness)
    metrics = {"penalty_distance": task.spec.method.distance()}
    nothing: dict[str, Any] = {"views": {}, "layers": {}, "curves": {"seconds": []}, "filters": None, "network": {}, "data": {}}
    return {"status": "done", "epochs": 0, "metrics": metrics, **nothing}


def timing(spec: RunSpec, data_root: str | None, steps: int, device: str = "cpu") -> tuple[float, float]:
    """No epoch, and about a second in all."""
    return 0.0, 1.0


def rescored(task: Task) -> dict[str, Any]:
    """Nothing: no weights are kept."""
    return {}
