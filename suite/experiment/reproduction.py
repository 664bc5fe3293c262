"""A table or figure of a paper as data: the runs it needs, the columns it shows, what the paper printed and what it claims."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from suite.base.errors import SuiteError
from suite.experiment.cell import Cell, Profile, grid
from suite.experiment.figures import Boxplot, Contours, Curves, Figure, Filters, Lines, Panel, Scatter, StrengthPath, Sweep
from suite.experiment.metrics import Column
from suite.experiment.setup import BF16
from suite.experiment.spec import RunSpec

__all__ = [
    "Boxplot",
    "Cell",
    "Contours",
    "Curves",
    "Figure",
    "Filters",
    "Lines",
    "Matched",
    "Panel",
    "Profile",
    "Reproduction",
    "Scatter",
    "Selection",
    "StrengthPath",
    "Sweep",
    "grid",
]

PROFILES = ("smoke", "quick", "paper")


@dataclass(frozen=True)
class Selection:
    """How the strength of each method is chosen in each group: the one-standard-error rule (Breiman et al. 1984) on held-out data.

    Of a method's strengths, the one with the smallest mean `size` among those whose mean held-out `error` (in percent) is at most
    one binomial standard error of the lowest above that lowest.
    """

    error: str = "validation_error"
    size: str = "weights_left"


@dataclass(frozen=True)
class Matched:
    """Compares the series of a group (`Cell.series`) by `metric` where they have the same value of `along`, by interpolation.

    levels      of `along`, in its unit
    group       "" where the table has none
    baseline    the series, without its group, that the others are compared with; "": no differences
    """

    metric: Column
    along: Column
    levels: tuple[float, ...]
    group: str = ""
    baseline: str = ""


@dataclass(frozen=True)
class Reproduction:
    """One table or figure.

    id            "paper/item"
    seeds         how many seeds a reader gets who does not ask for a number
    runs_in       id of the reproduction in whose folder the runs are kept, where several show the same runs; "": its own
    selection     how strengths are chosen from these runs, where that is what they are for
    ranked        metrics by which the methods are ranked over the groups
    block         what a reader calls a group of rows
    views         whether the other ways of scoring a training have rows of their own; claims and columns ("metric@view") find them anyway
    matched       comparisons of series along their paths of strengths, a table each
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
    seeds: int = 5
    runs_in: str = ""
    selection: Selection | None = None
    ranked: tuple[Column, ...] = ()
    block: str = "data set"
    views: bool = True
    matched: tuple[Matched, ...] = ()

    @property
    def paper(self) -> str:
        return self.id.partition("/")[0]

    @property
    def item(self) -> str:
        return self.id.partition("/")[2]

    @property
    def home(self) -> str:
        """Id of the reproduction in whose folder the runs are kept."""
        return self.runs_in or self.id

    @property
    def groups(self) -> tuple[str, ...]:
        """The blocks of cells that are compared among themselves, in order."""
        return tuple(dict.fromkeys(cell.group for cell in self.cells))

    def profile(self, name: str) -> Profile:
        """The settings of a profile, with "-bf16" after its name for networks under autocast; SuiteError for one that is not there."""
        plain, dash, precision = name.partition("-")
        trains = any(cell.dataset for cell in self.cells)
        if plain not in self.settings or (dash and not (trains and precision == BF16)):
            more = f", and with -{BF16} added networks compute in that precision" if trains else ""
            raise SuiteError(f"{self.id} has no profile {name!r}", f"it has {', '.join(self.settings)}{more}")
        found = self.settings[plain]
        return replace(found, cells={**found.cells, "precision": precision}) if dash else found

    def with_methods(self, wanted: Sequence[str]) -> Reproduction:
        """The table with only the rows named: by their key, else by their method, which may stand in several rows."""
        chosen: list[Cell] = []
        for name in wanted:
            found = [c for c in self.cells if c.row == name] or [c for c in self.cells if name in c.names]
            if not found:
                known = sorted({key for c in self.cells for key in (c.row, *c.names) if key})
                short = sorted({key for c in self.cells for key in (c.method.name, c.group) if key})
                near = difflib.get_close_matches(name, known, n=3) or short
                raise SuiteError(f"{self.id} has no method {name!r}", f"did you mean {', '.join(near)}?")
            chosen += found
        return replace(self, cells=tuple(c for c in self.cells if c in chosen))

    def at(self, profile: str, seeds: int | None = None, stand_in: bool = False) -> Experiment:
        """The reproduction bound to a profile and a number of seeds (None: as many as it asks for), on its stand-in data or not.

        SuiteError for a profile that there is not, and for fewer seeds than one.
        """
        return Experiment(self, profile, self.seeds if seeds is None else seeds, stand_in)


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
