"""The parts of a table as data: the cells that its runs come from, and the profiles they run in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from suite.experiment.setup import Setup
from suite.experiment.spec import RunSpec
from suite.methods.base import Method
from suite.methods.schedule import Schedule


@dataclass(frozen=True)
class Cell:
    """What one row's runs have in common; a seed and a profile's schedule make each a run.

    changes       fields of the schedule that this cell sets differently (an axis of a figure), as (name, value) pairs
    group         the block that the row is compared in, where a table has several (a data set, as a rule)
    name, title   what claims and what readers call the row, in place of the method's key and label
    note          what the row of a table says after its title; nothing else shows it
    own_strength  whether the row keeps its strength where a profile multiplies those of the others
    """

    setup: Setup
    changes: tuple[tuple[str, Any], ...] = ()
    group: str = ""
    name: str = ""
    title: str = ""
    own_strength: bool = False
    note: str = ""

    @classmethod
    def of(
        cls,
        dataset: str,
        model: str,
        method: Method,
        changes: tuple[tuple[str, Any], ...] = (),
        *,
        group: str = "",
        name: str = "",
        title: str = "",
        own_strength: bool = False,
        note: str = "",
        **conditions: Any,
    ) -> Self:
        """The cell with these parts; `conditions`: further fields of `Setup`."""
        return cls(Setup(dataset, model, method, **conditions), changes, group, name, title, own_strength, note)

    @property
    def dataset(self) -> str:
        return self.setup.dataset

    @property
    def method(self) -> Method:
        return self.setup.method

    @property
    def row(self) -> str:
        """Key of the row: "group/name", the name being by default the method's with the changes of the schedule."""
        changes = "".join(f" {name}={value:g}" for name, value in self.changes)
        return in_group(self.group, self.name or self.method.row + changes)

    @property
    def label(self) -> str:
        changes = "".join(f", {name.replace('_', ' ')} {value:g}" for name, value in self.changes)
        return self.title or self.method.label + changes

    @property
    def series(self) -> str:
        """Key of the method without its strength `lam`: the cells that differ in that alone form a path."""
        return self.method.series

    @property
    def path(self) -> str:
        """The series as claims name it: "group/series"."""
        return in_group(self.group, self.series)

    @property
    def names(self) -> tuple[str, ...]:
        """What the cell may be asked for by, apart from its row: its name, its group, its method, the method's file."""
        return self.name, self.group, self.method.row, self.method.name

    def spec(self, schedule: Schedule, seed: int) -> RunSpec:
        own = {"penalty_factor": 1.0} if self.own_strength else {}
        return RunSpec(self.setup, replace(schedule, **own | dict(self.changes)), seed)


def in_group(group: str, name: str) -> str:
    """A name with its group before it, where there is one."""
    return f"{group}/{name}" if group else name


def without_group(group: str, name: str) -> str:
    """The name again, without its group."""
    return name.removeprefix(f"{group}/") if group else name


def grid(
    *,
    dataset: str,
    model: str,
    method: Sequence[Method],
    changes: Mapping[str, Sequence[Any]] | None = None,
    **shared: Any,
) -> tuple[Cell, ...]:
    """Every method with every value of every change, methods outermost; `shared`: what all have alike, as `Cell.of` takes it."""
    combinations: list[tuple[tuple[str, Any], ...]] = [()]
    for name, values in (changes or {}).items():
        combinations = [(*c, (name, v)) for c in combinations for v in values]
    return tuple(Cell.of(dataset, model, m, c, **shared) for m in method for c in combinations)


@dataclass(frozen=True)
class Profile:
    """How a profile runs a table: its schedule, and a data set in place of the paper's where it has one.

    groups    schedules of those groups of cells that have one of their own
    models    networks in place of the paper's, by the name of the paper's
    cells     fields of `Setup` that this profile sets alike in all cells that need data
    rows      cells in place of the table's, by the row that they are: a parameter that was chosen at this profile's scale
    """

    schedule: Schedule
    dataset: str | None = None
    departures: tuple[str, ...] = ()
    groups: Mapping[str, Schedule] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, Cell] = field(default_factory=dict)

    def of(self, cell: Cell, stand_in: str | None = None) -> Cell:
        """The cell as this profile runs it, on the data set `stand_in` where the paper's is not to be had."""
        cell = self.rows.get(cell.row, cell)
        if not cell.dataset:
            return cell
        dataset, model = self.dataset or stand_in or cell.dataset, self.models.get(cell.setup.model, cell.setup.model)
        return replace(cell, setup=replace(cell.setup, dataset=dataset, model=model, **self.cells))

    def schedule_of(self, cell: Cell) -> Schedule:
        return self.groups.get(cell.group, self.schedule)
