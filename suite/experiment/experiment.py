"""A reproduction bound to a profile, seeds and data: which runs it has, what they are called, what they need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from suite.base.errors import SuiteError
from suite.experiment.spec import RunSpec

if TYPE_CHECKING:
    from suite.experiment.cell import Cell, Profile
    from suite.experiment.reproduction import Reproduction


@dataclass(frozen=True)
class Line:
    """The runs of one row: its cell as the profile runs it, the run with seed 0, and the key of every seed's."""

    cell: Cell
    spec: RunSpec
    keys: tuple[str, ...]

    def run(self, seed: int) -> RunSpec:
        return replace(self.spec, seed=seed)


@dataclass(frozen=True)
class Experiment:
    """What `Reproduction.at` gives. All that depends on profile, seeds or stand-in data is asked of it.

    stand_in    the runs are on the reproduction's stand-in data set, so that nothing can be held against the paper
    """

    reproduction: Reproduction
    profile: str
    seeds: int
    stand_in: bool = False

    def __post_init__(self) -> None:
        if self.seeds < 1:
            raise SuiteError(f"seeds must be at least 1, got {self.seeds}")
        _ = self.settings  # refuses an unknown profile

    @cached_property
    def settings(self) -> Profile:
        """What the profile sets."""
        return self.reproduction.profile(self.profile)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The rows in order, each with the keys of its runs."""
        stand_in = self.reproduction.stand_in if self.stand_in else None
        cells = [self.settings.of(cell, stand_in) for cell in self.reproduction.cells]
        specs = [cell.spec(self.settings.schedule_of(cell), 0) for cell in cells]
        return tuple(Line(cell, spec, tuple(spec.keys(range(self.seeds)))) for cell, spec in zip(cells, specs, strict=True))

    @cached_property
    def keys(self) -> list[str]:
        """The key of every run, seeds outermost: the table is whole at n = 1 before it grows to n = 2."""
        return [line.keys[seed] for seed in range(self.seeds) for line in self.lines]

    @cached_property
    def runs(self) -> list[RunSpec]:
        """Every run, in the order of `keys`."""
        return [line.run(seed) for seed in range(self.seeds) for line in self.lines]

    @cached_property
    def specs(self) -> dict[str, RunSpec]:
        """Every run by key."""
        return dict(zip(self.keys, self.runs, strict=True))

    @cached_property
    def datasets(self) -> list[str]:
        """Names of the data sets that the runs use."""
        return list(dict.fromkeys(line.cell.dataset for line in self.lines if line.cell.dataset))
