"""A table before it has a format: heads, cells and notes, and how numbers become text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from suite.experiment.metrics import Column
from suite.judging.judged import Judged
from suite.records.naming import group_label, grouped, labels
from suite.records.results import Row

NONE = "—"
ARROWS = {"lower": " ↓", "higher": " ↑", "": ""}


@dataclass(frozen=True)
class Entry:
    """Text of a cell. spread: follows it where there is room, that is not in a terminal; remark: follows that on a page of any width,
    in Markdown. difference: of ours to the published number that the cell shows; verdict: on that number.
    """

    text: str
    bold: bool = False
    spread: str = ""
    remark: str = ""
    difference: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class Table:
    """`name` tells the tables of one page apart ("" for the main one).

    label    index of the column that says what a row is called; what stands before it is the block that the row belongs to
    """

    name: str
    title: str
    head: list[str]
    body: list[list[Entry]]
    notes: list[str] = field(default_factory=list)
    label: int = 0

    def starts(self) -> list[int]:
        """The lines with which another block begins, without the first."""
        blocks = [[cell.text for cell in line[: self.label]] for line in self.body]
        return [i for i in range(1, len(blocks)) if blocks[i] != blocks[i - 1]]

    def once(self) -> list[list[Entry]]:
        """The lines, with their block named only where it begins."""
        starts = {0, *self.starts()}
        return [line if i in starts else [Entry("")] * self.label + line[self.label :] for i, line in enumerate(self.body)]


def heading(column: Column, arrow: bool = True) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    return column.title + unit + (ARROWS[column.better] if arrow else "")


def within(results: Judged) -> str:
    """What a sentence about comparisons adds where rows are compared with those of their group alone."""
    block = results.reproduction.block
    return f" within {'an' if block[0] in 'aeio' else 'a'} {block}" if grouped(results) else ""


def leading(results: Judged) -> tuple[list[str], dict[str, list[Entry]]]:
    """Heads and, by row, cells of the first columns: the group where there are any, and what the row is called."""
    names = labels(results)
    called = {row.key: Entry(names[row.key], remark=f" ({row.cell.note})" if row.cell.note else "") for row in results.rows}
    if not grouped(results):
        return ["method"], {key: [entry] for key, entry in called.items()}
    return [results.reproduction.block, "method"], {row.key: [Entry(group_label(results, row)), called[row.key]] for row in results.rows}


def runs(row: Row) -> Entry:
    """How many runs stand behind a row, and what became of the others: "3 of 5: 1 diverged, 1 failed"."""
    missing = row.planned - len(row.runs) - row.diverged - row.failed
    lost = [f"{n} {what}" for what, n in (("diverged", row.diverged), ("failed", row.failed), ("not computed", missing)) if n]
    return Entry(f"{len(row.runs)} of {row.planned}", remark=f": {', '.join(lost)}") if lost else Entry(str(row.planned))


def measured(row: Row, column: Column, bold: bool = False) -> Entry:
    """Mean and SD of a row's runs, with their number where it is not the number asked for; a text as the first run has it."""
    values = row.values(column.metric)
    if not values:
        texts = [run[column.metric] for run in row.runs if isinstance(run.get(column.metric), str)]
        return Entry(texts[0] if texts else NONE)
    text = stated(values, column.digits)
    if len(values) < len(row.runs):  # fewer than the column of runs says
        return Entry(f"{text} (n = {len(values)})", bold)
    return Entry(text, bold, remark=f" (n = {len(values)} of {row.planned})" if len(values) < row.planned else "")


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
    return winners({row.key: row.values(column.metric) for row in rows if not row.is_view}, column)


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
