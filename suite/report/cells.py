"""A table before it has a format: heads, cells and notes, and how numbers become text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

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
    """`name` tells the tables of one page apart ("" for the main one)."""

    name: str
    title: str
    head: list[str]
    body: list[list[Cell]]
    notes: list[str] = field(default_factory=list)


def heading(column: Column, arrow: bool = True) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    return column.title + unit + (ARROWS[column.better] if arrow else "")


def labels(results: Results) -> dict[str, str]:
    """What a reader sees in the first column, by row; where two rows would look the same, the options that differ are named."""
    shown = [row.label for row in results.rows]
    options = {row.key: row.cell.row.removeprefix(row.cell.method.name).strip() for row in results.rows}
    return {row.key: f"{row.label} {options[row.key]}".rstrip() if shown.count(row.label) > 1 else row.label for row in results.rows}


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
    from suite.stats.intervals import summary

    values = row.values(column.metric)
    if not values:
        texts = [run[column.metric] for run in row.runs if isinstance(run.get(column.metric), str)]
        return Cell(texts[0] if texts else NONE)
    found = summary(values)
    text = f"{found.mean:.{column.digits}f}" + (f" ± {found.sd:.{column.digits}f}" if found.has_spread else "")
    if len(values) < len(row.runs):  # fewer than the column of runs says
        return Cell(f"{text} (n = {len(values)})", bold)
    return Cell(text, bold, remark=f" (n = {len(values)} of {row.planned})" if len(values) < row.planned else "")


def interval(low: float | None, high: float | None, digits: int, sign: str = "") -> str:
    if low is None or high is None or low != low or high != high:
        return NONE
    return f"[{low:{sign}.{digits}f}, {high:{sign}.{digits}f}]"


def best(rows: Sequence[Row], column: Column) -> set[str]:
    """Keys of the rows with the best mean as it is printed, none where all are equal or no end is the better one.

    Views do not compete, nor does a single run where other rows have more.
    """
    values = {row.key: v for row in rows if not is_view(row) and (v := row.values(column.metric))}
    least = min(2, max(map(len, values.values()), default=0))
    means = {key: sum(v) / len(v) for key, v in values.items() if len(v) >= least}
    shown = {key: f"{mean:.{column.digits}f}" for key, mean in means.items()}
    if not column.better or len(set(shown.values())) < 2:
        return set()
    winner = (min if column.better == "lower" else max)(means, key=means.__getitem__)
    return {key for key, text in shown.items() if text == shown[winner]}
