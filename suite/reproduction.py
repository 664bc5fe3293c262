"""A table or figure of a paper as data: the runs it needs, the columns it shows, what the paper printed and what it claims."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from suite.errors import SuiteError
from suite.methods.base import Method
from suite.runs.spec import RunSpec
from suite.training.schedule import Schedule

PROFILES = ("smoke", "quick", "paper")
DEFAULT_PAPER = "sgl0"
"""A bare item such as `table1` means this paper's."""


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


@dataclass(frozen=True)
class Cell:
    """What one row's runs have in common; a seed and a profile's schedule make each a run.

    changes    fields of the schedule that this cell sets differently (an axis of a figure), as (name, value) pairs
    hold_out   score on this many images held out of the training set, and leave the test set alone
    """

    dataset: str
    model: str
    method: Method
    changes: tuple[tuple[str, Any], ...] = ()
    hold_out: int = 0

    @property
    def row(self) -> str:
        """Key of the row: the method's, with the changes of the schedule."""
        changes = "".join(f" {name}={value:g}" for name, value in self.changes)
        return self.method.row + changes

    @property
    def label(self) -> str:
        changes = "".join(f", {name.replace('_', ' ')} {value:g}" for name, value in self.changes)
        return self.method.label + changes

    def spec(self, schedule: Schedule, seed: int) -> RunSpec:
        changed = replace(schedule, **dict(self.changes)) if self.changes else schedule
        return RunSpec(self.dataset, self.model, self.method, changed, seed, self.hold_out)


def grid(
    *,
    dataset: str,
    model: str,
    method: Sequence[Method],
    hold_out: int = 0,
    changes: Mapping[str, Sequence[Any]] | None = None,
) -> tuple[Cell, ...]:
    """Every method with every value of every change, methods outermost."""
    combinations: list[tuple[tuple[str, Any], ...]] = [()]
    for name, values in (changes or {}).items():
        combinations = [(*c, (name, v)) for c in combinations for v in values]
    return tuple(Cell(dataset, model, m, c, hold_out) for m in method for c in combinations)


@dataclass(frozen=True)
class Profile:
    """How a profile runs a table: its schedule, and a data set in place of the paper's where it has one."""

    schedule: Schedule
    dataset: str | None = None
    departures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure made from the table's runs: one metric against others, one panel each, one point a seed."""

    y: Column
    x: tuple[Column, ...]


@dataclass(frozen=True)
class Reproduction:
    """One table or figure.

    id            "paper/item"
    published     "<file>.toml#<table>" under results/published, or None where the paper printed no numbers
    columns       the columns shown
    extra         columns that are written to the CSV file and to a second table
    baseline      row that the others are compared with
    claims        the paper's statements about it, and ours where we add a control
    departures    how every profile differs from the paper, with the reason
    stand_in      data set to run on when the paper's is not to be had; no verdict is then given
    """

    id: str
    title: str
    source: str
    cells: tuple[Cell, ...]
    settings: Mapping[str, Profile]
    columns: tuple[Column, ...]
    extra: tuple[Column, ...] = ()
    baseline: str = ""
    published: str | None = None
    claims: tuple[Any, ...] = ()
    figures: tuple[Figure, ...] = ()
    departures: tuple[str, ...] = ()
    stand_in: str | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def paper(self) -> str:
        return self.id.partition("/")[0]

    @property
    def item(self) -> str:
        return self.id.partition("/")[2]

    def profile(self, name: str) -> Profile:
        """The settings of a profile; SuiteError for one that this table does not have."""
        if name not in self.settings:
            raise SuiteError(f"{self.id} has no profile {name!r}", f"it has {', '.join(self.settings)}")
        return self.settings[name]

    def with_methods(self, wanted: Sequence[str]) -> Reproduction:
        """The table with only the rows named: by their key, else by their method, which may stand in several rows."""
        chosen: list[Cell] = []
        for name in wanted:
            found = [c for c in self.cells if c.row == name] or [c for c in self.cells if name in (c.method.row, c.method.name)]
            if not found:
                known = sorted({key for c in self.cells for key in (c.row, c.method.row, c.method.name)})
                near = difflib.get_close_matches(name, known, n=3) or known
                raise SuiteError(f"{self.id} has no method {name!r}", f"did you mean {', '.join(near)}?")
            chosen += found
        return replace(self, cells=tuple(c for c in self.cells if c in chosen))

    def on(self, profile: str, stand_in: bool = False) -> tuple[Cell, ...]:
        """The cells as a profile runs them, on the stand-in data where the paper's is not to be had."""
        dataset = self.profile(profile).dataset or (self.stand_in if stand_in else None)
        return tuple(replace(c, dataset=dataset) for c in self.cells) if dataset else self.cells

    def runs(self, profile: str, seeds: int, stand_in: bool = False) -> list[RunSpec]:
        """Every run, seeds outermost: the table is whole at n = 1 before it grows to n = 2."""
        schedule = self.profile(profile).schedule
        return [cell.spec(schedule, seed) for seed in range(seeds) for cell in self.on(profile, stand_in)]

    def data_needed(self, profile: str) -> list[str]:
        """Names of the data sets the paper's cells need in this profile."""
        return list(dict.fromkeys(cell.dataset for cell in self.on(profile)))


def folder() -> Path:
    """Where the reproduction modules lie."""
    spec = importlib.util.find_spec("reproductions")
    if spec is None or not spec.submodule_search_locations:
        raise SuiteError("the package `reproductions` is not installed", "install the project with `pip install -e .`")
    return Path(next(iter(spec.submodule_search_locations)))


def ids() -> list[str]:
    """Every reproduction's id, from the file names: reproductions/<paper>/<item>.py, where "_" stands for "-" in the paper's name."""
    return [f"{p.parent.name.replace('_', '-')}/{p.stem}" for p in sorted(folder().glob("*/*.py")) if not p.stem.startswith("_")]


@cache
def get(name: str) -> Reproduction:
    """The reproduction called `paper/item` (or `item` of the default paper); SuiteError with the nearest ids otherwise."""
    full = name if "/" in name else f"{DEFAULT_PAPER}/{name}"
    if full not in ids():
        near = difflib.get_close_matches(full, ids(), n=3, cutoff=0.4) or ids()
        raise SuiteError(f"unknown reproduction {name!r}", f"did you mean {', '.join(near)}?")
    paper, _, item = full.partition("/")
    return importlib.import_module(f"reproductions.{paper.replace('-', '_')}.{item}").TABLE
