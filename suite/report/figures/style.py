"""What the figures have in common: colours, markers, canvas, title, legend, rows by group, CSV."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from suite.judging.judged import Judged
from suite.records.results import Row
from suite.report.banner import banner
from suite.report.facts import header

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's palette without yellow, which is too pale for points on white."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "h", ">", "p", "d", "8")
"""Thirteen, which shares no factor with seven: 91 methods differ in colour or in marker."""
LINES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (5, 1.5, 1, 1.5)), (0, (1, 1)), (0, (5, 1.5, 1, 1.5, 1, 1.5)))
LINE_CHARACTERS = 100
"""Of a title, on a canvas seven inches wide."""


class Style(NamedTuple):
    colour: str
    marker: str
    line: Any


@contextmanager
def canvas_of(width: float, height: float) -> Iterator[Canvas]:
    """An empty figure of so many inches, drawn in the common style within the block; without pyplot."""
    import matplotlib
    from matplotlib.figure import Figure as Canvas

    with matplotlib.rc_context({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False}):
        yield Canvas(figsize=(width, height), layout="constrained")


def title(results: Judged) -> str:
    """Id, profile with its length, number of seeds; with a warning above where the runs are no result. Without runs id and title."""
    if not results.reproduction.cells:
        return _wrapped(f"{results.reproduction.id}: {results.reproduction.title}")
    counts = sorted({len(row.runs) for row in results.rows if row.runs})
    seeds = f"n = {counts[0]} to {counts[-1]}" if len(counts) > 1 else f"n = {counts[0] if counts else 0}"
    text = _wrapped(f"{results.reproduction.id}, {header(results)['Profile'].replace(' (', ' profile, ').rstrip(')')}, {seeds}")
    return f"{_wrapped(banner(results))}\n{text}"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, LINE_CHARACTERS)


def plain(value: float | None) -> str:
    """A number of a CSV file; empty where there is none."""
    return "" if value is None else f"{value:.6g}"


def csv_of(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A CSV file as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(lines)
    return out.getvalue()


def grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each group, in order; one group without a name where there are no rows."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.cell.group, []).append(row)
    return found or {"": []}


def styles(names: Iterable[str]) -> dict[str, Style]:
    """Colour, marker and line of each name, by its place in the order of first appearance."""
    distinct = dict.fromkeys(names)
    return {n: Style(COLOURS[i % 7], MARKERS[i % 13], LINES[i % 5]) for i, n in enumerate(distinct)}


def dress(axes: Axes, group: str = "", empty: bool = False) -> None:
    """What every panel has: a grid below the data, the name of its group, and words where there is nothing to show."""
    axes.grid(color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    if group:
        axes.set_title(group, fontsize=8)
    if empty:
        axes.text(0.5, 0.5, "no runs", transform=axes.transAxes, ha="center", va="center", color="0.4")


def legend(made: Canvas, handles: Sequence[Artist]) -> None:
    """Below the panels, in as many columns as the longest entry has room for."""
    longest = max((len(str(handle.get_label())) for handle in handles), default=0)
    if handles:
        columns = min(len(handles), 4, max(1, LINE_CHARACTERS // (longest + 6)))
        made.legend(handles=list(handles), loc="outside lower center", ncols=columns, frameon=False, fontsize=7, handlelength=3.2)
