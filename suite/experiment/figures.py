"""The kinds of figures as data. What each shows is drawn from stored runs by the module of `suite.report.figures` that it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from suite.experiment.metrics import Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from suite.penalties import Penalty


@dataclass(frozen=True)
class Figure:
    """Base of all kinds. drawer: name of the module under `suite.report.figures` that draws it."""

    drawer: ClassVar[str]


@dataclass(frozen=True)
class Scatter(Figure):
    """One metric against others, one panel each, one point a seed, the paper's numbers beside them."""

    drawer: ClassVar[str] = "scatter"

    y: Column
    x: tuple[Column, ...]


@dataclass(frozen=True)
class Boxplot(Figure):
    """One panel a group and column (groups as rows of panels), one box a row of the table, every seed as a point over it."""

    drawer: ClassVar[str] = "boxplot"

    columns: tuple[Column, ...]


@dataclass(frozen=True)
class StrengthPath(Figure):
    """One metric against others along the strengths of each series: one panel a group and x (groups as rows of panels), one line
    a series through the means over the seeds, ordered by its strength `lam`.

    groups    those that are drawn, all where none is named: groups with different metrics need figures of their own
    """

    drawer: ClassVar[str] = "strength_path"

    y: Column
    x: tuple[Column, ...]
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sweep(Figure):
    """Metrics against the strength `lam`, one panel a column: one line a series through the means over the seeds, with their 95 %
    Student-t intervals, series set a little apart. Then metrics against one another along the strengths, one panel a pair.

    strength   what a reader calls the strength
    against    pairs (x, y)
    """

    drawer: ClassVar[str] = "sweep"

    columns: tuple[Column, ...]
    against: tuple[tuple[Column, Column], ...] = ()
    strength: str = "strength"


@dataclass(frozen=True)
class Curves(Figure):
    """Curves of the records over the steps of the optimiser: one panel a column, one line a row of the table. A column's metric is
    the name of a curve; "test_accuracy" and "weights_left" are 100 minus the curves of the error and of the exact zeros.

    band       "seeds": the mean over the seeds with its 95 % Student-t interval; "starts", for runs of many starts: their median with
               the 5 to 95 % quantiles, each the mean over the seeds, from the curves of that name and with `_low` and `_high` after it
    log        metrics whose axis is logarithmic
    along      "steps" of the optimiser, or percent of the "training", which lays schedules of different lengths over one another
    published  file of the paper's curves under results/published, drawn thin beside ours along the training
    """

    drawer: ClassVar[str] = "curves"

    columns: tuple[Column, ...]
    band: Literal["seeds", "starts"] = "seeds"
    log: tuple[str, ...] = ()
    along: Literal["steps", "training"] = "steps"
    published: str = ""

    def __post_init__(self) -> None:
        if self.published and self.along != "training":
            raise ValueError("published curves are drawn along the training")


@dataclass(frozen=True)
class Filters(Figure):
    """The filters of the first convolution, one panel a row of the table, of the run with the lowest seed that has them."""

    drawer: ClassVar[str] = "filters"


@dataclass(frozen=True)
class Contours(Figure):
    """Contour lines of penalties of a vector of two weights, each on a panel of its own over [-extent, extent]^2. It needs no runs.

    panels     title and penalty of each panel
    columns    panels in a row
    """

    drawer: ClassVar[str] = "contours"

    panels: tuple[tuple[str, Penalty], ...]
    columns: int = 4
    extent: float = 1.0


@dataclass(frozen=True)
class Panel:
    """Functions of one variable x from `low` to `high`, drawn through `intervals` + 1 equally spaced points.

    lines      name and function of each: of a float64 tensor of points, with as many values; an infinite one leaves the panel upwards
    """

    title: str
    x: str
    low: float
    high: float
    intervals: int
    lines: tuple[tuple[str, Callable[[Tensor], Tensor]], ...]


@dataclass(frozen=True)
class Lines(Figure):
    """Graphs of functions, panels side by side over one legend; a name looks the same in each. It needs no runs."""

    drawer: ClassVar[str] = "lines"

    panels: tuple[Panel, ...]
