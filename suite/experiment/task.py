"""A run to compute, as it goes from the command that asks for it to the process that computes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from suite.data import Elsewhere
from suite.experiment.spec import RunSpec

OnEpoch = Callable[[int, float], None]
"""Told the number of epochs done and the test error in percent."""


@dataclass(frozen=True)
class Task:
    """A run to compute. `folder` keeps its checkpoint and its final weights; the record goes back to the caller."""

    spec: RunSpec
    profile: str
    folder: Path
    data_root: str | Elsewhere | None = None
    device: str = "cpu"
    records: tuple[dict, ...] = ()

    @property
    def starts_from(self) -> list[Path]:
        """The files in `folder`, below it, that the run reads where they are there: its checkpoint, weights of the runs it builds on."""
        weights = [Path("weights", f"{needed.key}.pt") for needed in self.spec.needs()]
        return [Path("checkpoints", f"{self.spec.key}.pt"), *weights]
