"""The parts of a table as data: its columns, the cells that its runs come from, and the profiles they run in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from suite.experiment.conditions import Conditions
from suite.experiment.spec import RunSpec
from suite.methods.base import Method
from suite.methods.schedule import Schedule


@dataclass(frozen=True)
class Column:
    """One column of a table: a metric of the record and how it is shown.

    better       "lower" or "higher": which end is printed bold, and which way a difference is good; "" for neither
    tolerance    how far from the published number still counts as reproduced, in the metric's unit; None: no verdict
    """

    metric: str
    title: str
    unit: str = "%"
    digits: int = 2
    better: str = ""
    tolerance: float | None = None


COMPACT = (
    Column("parameters_left", "parameters left"),
    Column("flops_left", "FLOPs left"),
    Column("compact_parameters_left", "compact network: parameters"),
    Column("compact_flops_left", "compact network: FLOPs"),
    Column("compact_disagreements", "compact network: images classified differently", unit="", digits=0),
)
"""What is left of the network, with zeros in it and made smaller, and whether the two say the same."""


@dataclass(frozen=True)
class Cell(Conditions):
    """What one row's runs have in common, with their conditions; a seed and a profile's schedule make each a run.

    dataset       "" for a program that needs no data
    changes       fields of the schedule that this cell sets differently (an axis of a figure), as (name, value) pairs
    group         the block that the row is compared in, where a table has several (a data set, as a rule)
    name, title   what claims and what readers call the row, in place of the method's key and label
    """

    dataset: str
    model: str
    method: Method
    changes: tuple[tuple[str, Any], ...] = ()
    group: str = ""
    name: str = ""
    title: str = ""

    @property
    def row(self) -> str:
        """Key of the row: "group/name", the name being by default the method's with the changes of the schedule."""
        changes = "".join(f" {name}={value:g}" for name, value in self.changes)
        return f"{self.group}/" * bool(self.group) + (self.name or self.method.row + changes)

    @property
    def label(self) -> str:
        changes = "".join(f", {name.replace('_', ' ')} {value:g}" for name, value in self.changes)
        return self.title or self.method.label + changes

    @property
    def series(self) -> str:
        """Key of the method without its strength `lam`: the cells that differ in that alone form a path."""
        return self.method.series

    def spec(self, schedule: Schedule, seed: int) -> RunSpec:
        changed = replace(schedule, **dict(self.changes)) if self.changes else schedule
        own = {f.name for f in fields(self)}
        shared = {f.name: getattr(self, f.name) for f in fields(RunSpec) if f.name in own}
        return RunSpec(**shared, schedule=changed, seed=seed)


def grid(
    *,
    dataset: str,
    model: str,
    method: Sequence[Method],
    changes: Mapping[str, Sequence[Any]] | None = None,
    **shared: Any,
) -> tuple[Cell, ...]:
    """Every method with every value of every change, methods outermost; `shared`: fields of `Cell` that all have alike."""
    combinations: list[tuple[tuple[str, Any], ...]] = [()]
    for name, values in (changes or {}).items():
        combinations = [(*c, (name, v)) for c in combinations for v in values]
    return tuple(Cell(dataset, model, m, c, **shared) for m in method for c in combinations)


@dataclass(frozen=True)
class Profile:
    """How a profile runs a table: its schedule, and a data set in place of the paper's where it has one.

    groups    schedules of those groups of cells that have one of their own
    models    networks in place of the paper's, by the name of the paper's
    cells     fields of `Cell` that this profile sets alike in all cells that need data
    """

    schedule: Schedule
    dataset: str | None = None
    departures: tuple[str, ...] = ()
    groups: Mapping[str, Schedule] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, Any] = field(default_factory=dict)

    def of(self, cell: Cell, stand_in: str | None = None) -> Cell:
        """The cell as this profile runs it, on the data set `stand_in` where the paper's is not to be had."""
        if not cell.dataset:
            return cell
        dataset, model = self.dataset or stand_in or cell.dataset, self.models.get(cell.model, cell.model)
        return replace(cell, dataset=dataset, model=model, **self.cells)

    def schedule_of(self, cell: Cell) -> Schedule:
        return self.groups.get(cell.group, self.schedule)
