"""A table before it has a format: heads, cells and notes, and how numbers become text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from suite.methods.base import Method
from suite.reproduction import Column
from suite.results import Results, Row

NONE = "—"
ARROWS = {"lower": " ↓", "higher": " ↑", "": ""}


@dataclass(frozen=True)
class Cell:
    """Text of a cell. spread: follows it where there is room, that is not in a terminal; remark: follows that on a page of any width,
    in Markdown. verdict: on the published number that the cell shows.
    """

    text: str
    bold: bool = False
    spread: str = ""
    remark: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class Table:
    """`name` tells the tables of one page apart ("" for the main one).

    label    index of the column that says what a row is called; what stands before it is the block that the row belongs to
    """

    name: str
    title: str
    head: list[str]
    body: list[list[Cell]]
    notes: list[str] = field(default_factory=list)
    label: int = 0

    def starts(self) -> list[int]:
        """The lines with which another block begins, without the first."""
        blocks = [[cell.text for cell in line[: self.label]] for line in self.body]
        return [i for i in range(1, len(blocks)) if blocks[i] != blocks[i - 1]]

    def once(self) -> list[list[Cell]]:
        """The lines, with their block named only where it begins."""
        starts = {0, *self.starts()}
        return [line if i in starts else [Cell("")] * self.label + line[self.label :] for i, line in enumerate(self.body)]


def heading(column: Column, arrow: bool = True) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    return column.title + unit + (ARROWS[column.better] if arrow else "")


def grouped(results: Results) -> bool:
    """Whether the rows stand in groups that are compared each within itself."""
    return any(results.reproduction.groups)


def groups(results: Results) -> dict[str, list[Row]]:
    """The rows by group, in order; one group "" where there are none."""
    found: dict[str, list[Row]] = {}
    for row in results.rows:
        found.setdefault(row.cell.group, []).append(row)
    return found


def group_label(results: Results, row: Row) -> str:
    """The row's group as a reader sees it; with the data set where that is not the group's own: "mnist (on digits)"."""
    own = next(cell.dataset for cell in results.reproduction.cells if cell.row == row.cell.row)
    group = row.cell.group or own
    return group if row.cell.dataset == own else f"{group} (on {row.cell.dataset})"


def within(results: Results) -> str:
    """What a sentence about comparisons adds where rows are compared with those of their group alone."""
    block = results.reproduction.block
    return f" within {'an' if block[0] in 'aeio' else 'a'} {block}" if grouped(results) else ""


def labels(results: Results) -> dict[str, str]:
    """What a reader sees in the first column, by row; where two rows of a group would look the same, the options that differ are named."""
    names = {}
    for group, rows in groups(results).items():
        shown = [row.label for row in rows]
        for row in rows:
            options = row.cell.row.removeprefix(f"{group}/" * bool(group)).removeprefix(row.cell.method.name).strip()
            names[row.key] = f"{row.label} {options}".rstrip() if shown.count(row.label) > 1 else row.label
    return names


def full_labels(results: Results) -> dict[str, str]:
    """The labels with the group before them, for a sentence."""
    names = labels(results)
    return {row.key: f"{row.cell.group}: {names[row.key]}" if row.cell.group else names[row.key] for row in results.rows}


def series_labels(results: Results) -> dict[str, str]:
    """What a reader calls each series (`Cell.series`): its method's title; where several of a group share that, with what differs."""
    methods = {row.cell.series: row.cell.method for row in results.rows}
    alike: dict[str, list[Method]] = {series: [] for series in methods}
    for rows in groups(results).values():
        for series in (present := {row.cell.series: row.cell.method for row in rows}):
            alike[series] += [other for other in present.values() if other.title == methods[series].title]
    names = {}
    for series, method in methods.items():
        sharing = alike[series]
        differing = [n for n in method.options() if n != "lam" and len({_spelled(other, n) for other in sharing}) > 1]
        options = ", ".join(f"{name}={_spelled(method, name)}" for name in differing)
        files = {other.name for other in sharing}
        shown = options if len(files) == 1 else series
        names[series] = f"{method.title} ({shown})" if differing or len(files) > 1 else method.title
    return names


def _spelled(method: Method, option: str) -> str:
    value = getattr(method, option, None)
    return value.row if isinstance(value, Method) else str(value)


def leading(results: Results) -> tuple[list[str], dict[str, list[Cell]]]:
    """Heads and, by row, cells of the first columns: the group where there are any, and what the row is called."""
    names = labels(results)
    if not grouped(results):
        return ["method"], {row.key: [Cell(names[row.key])] for row in results.rows}
    return [results.reproduction.block, "method"], {
        row.key: [Cell(group_label(results, row)), Cell(names[row.key])] for row in results.rows
    }


def baselines(results: Results) -> dict[str, Row]:
    """By group, the row that the others of the group are compared with, where it has runs."""
    name = results.reproduction.baseline
    found: dict[str, Row] = {}
    for group, rows in groups(results).items():
        key = f"{group}/{name}" if group else name
        ours = [row for row in rows if row.key == key and row.runs and not is_view(row)]
        found |= {group: ours[0]} if ours else {}
    return found


def is_view(row: Row) -> bool:
    """Whether a row is another way of scoring the trainings of the row above it."""
    return row.key != row.cell.row


def runs(row: Row) -> Cell:
    """How many runs stand behind a row, and what became of the others: "3 of 5: 1 diverged, 1 failed"."""
    missing = row.planned - len(row.runs) - row.diverged - row.failed
    lost = [f"{n} {what}" for what, n in (("diverged", row.diverged), ("failed", row.failed), ("not computed", missing)) if n]
    return Cell(f"{len(row.runs)} of {row.planned}", remark=f": {', '.join(lost)}") if lost else Cell(str(row.planned))


def measured(row: Row, column: Column, bold: bool = False) -> Cell:
    """Mean and SD of a row's runs, with their number where it is not the number asked for; a text as the first run has it."""
    values = row.values(column.metric)
    if not values:
        texts = [run[column.metric] for run in row.runs if isinstance(run.get(column.metric), str)]
        return Cell(texts[0] if texts else NONE)
    text = stated(values, column.digits)
    if len(values) < len(row.runs):  # fewer than the column of runs says
        return Cell(f"{text} (n = {len(values)})", bold)
    return Cell(text, bold, remark=f" (n = {len(values)} of {row.planned})" if len(values) < row.planned else "")


def stated(values: Sequence[float], digits: int) -> str:
    """Mean and SD of one or more values."""
    from suite.stats.intervals import summary

    found = summary(values)
    return f"{found.mean:.{digits}f}" + (f" ± {found.sd:.{digits}f}" if found.has_spread else "")


def interval(low: float | None, high: float | None, digits: int, sign: str = "") -> str:
    if low is None or high is None or low != low or high != high:
        return NONE
    return f"[{low:{sign}.{digits}f}, {high:{sign}.{digits}f}]"


def best(rows: Sequence[Row], column: Column) -> set[str]:
    """Keys of the rows with the best mean, as `winners` says. Views do not compete."""
    return winners({row.key: row.values(column.metric) for row in rows if not is_view(row)}, column)


def winners(values: Mapping[str, Sequence[float]], column: Column) -> set[str]:
    """The names with the best mean as it is printed, none where all are equal or no end is the better one.

    A single value does not compete where other names have more.
    """
    least = max(1, min(2, max(map(len, values.values()), default=0)))
    means = {key: sum(v) / len(v) for key, v in values.items() if len(v) >= least}
    shown = {key: f"{mean:.{column.digits}f}" for key, mean in means.items()}
    if not column.better or len(set(shown.values())) < 2:
        return set()
    winner = (min if column.better == "lower" else max)(means, key=means.__getitem__)
    return {key for key, text in shown.items() if text == shown[winner]}
