"""One metric against others, one panel each, one point a seed, the paper's numbers beside them."""

from __future__ import annotations

import csv
import io
import statistics
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from suite.experiment.figures import Scatter
from suite.experiment.metrics import Column
from suite.judging.judged import Judged
from suite.judging.published import Published, load
from suite.records.naming import labels
from suite.records.results import Row
from suite.report.cells import heading
from suite.report.figures.style import COLOURS, MARKERS, canvas_of, plain, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

FAR = 2.0
"""A row whose mean is more than this many times the median row's is put on the upper edge, so that the others can be told apart."""
POINT: dict[str, Any] = {"markersize": 4.5, "markeredgewidth": 0, "alpha": 0.6}
MEAN: dict[str, Any] = {"markersize": 6, "markeredgewidth": 1.1}
HOLLOW: dict[str, Any] = {"markerfacecolor": "none", "markersize": 7.5, "markeredgewidth": 1.2}

Style = tuple[str, str]


def points(results: Judged, figure: Scatter) -> str:
    """What the figure shows, as CSV: one line a point, and one for each row of the paper's numbers."""
    metrics, published = [figure.y.metric, *(x.metric for x in figure.x)], _published(results)
    names, out = labels(results), io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["source", "row", "label", "seed", *metrics])
    for row in results.rows:
        for run in row.runs:
            writer.writerow(["ours", row.key, names[row.key], run["seed"], *(plain(run.get(metric)) for metric in metrics)])
        numbers = [published.get(row.key, metric) for metric in metrics]
        if any(numbers):
            values = (plain(number.value) if number else "" for number in numbers)
            writer.writerow(["paper", row.key, names[row.key], "", *values])
    return out.getvalue()


def canvas(results: Judged, figure: Scatter) -> Canvas:
    """The figure as a matplotlib object, without pyplot."""
    shown = [row for row in results.rows if row.values(figure.y.metric)]
    styles = {row.key: (COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]) for i, row in enumerate(results.rows)}
    paper = (_published(results).get(row.key, figure.y.metric) for row in results.rows)
    top = _top(shown, figure.y, [number.value for number in paper if number is not None and number.value is not None])
    with canvas_of(7.0, 3.0 + 0.17 * ((len(results.rows) + 3) // 2)) as made:
        panels = made.subplots(1, len(figure.x), sharey=True, squeeze=False)[0]
        for axes, x in zip(panels, figure.x, strict=True):
            _panel(axes, results, shown, styles, x, figure.y, top)
            axes.set_xlabel(heading(x, arrow=False))
            axes.grid(color="0.9", linewidth=0.6)
            axes.set_axisbelow(True)
        panels[0].set_ylabel(heading(figure.y, arrow=False))
        handles = list(_legend(results, shown, styles, figure.y, top))
        made.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize=7, handletextpad=0.3)
        made.suptitle(title(results), fontsize=9)
    return made


def _panel(axes: Axes, results: Judged, rows: list[Row], styles: dict[str, Style], x: Column, y: Column, top: float | None) -> None:
    published = _published(results)
    for row in rows:
        colour, marker = styles[row.key]
        pairs = [(run[x.metric], run[y.metric]) for run in row.runs if None not in (run.get(x.metric), run.get(y.metric))]
        far = _far(row, y, top)
        if not pairs:
            continue
        xs, ys = zip(*pairs, strict=True)
        level, scale = ([1.0] * len(xs), axes.get_xaxis_transform()) if far else (ys, axes.transData)
        axes.plot(xs, level, marker, color=colour, label=row.key, transform=scale, clip_on=False, **POINT)
        if len(pairs) > 1 and not far:
            axes.plot([statistics.fmean(xs)], [statistics.fmean(ys)], "x", color=colour, zorder=3, clip_on=False, **MEAN)
    for row in results.rows:
        numbers = published.get(row.key, x.metric), published.get(row.key, y.metric)
        place = [[number.value] for number in numbers if number is not None and number.value is not None]
        if len(place) == 2:
            colour, marker = styles[row.key]
            axes.plot(*place, marker, color=colour, label=f"paper: {row.key}", zorder=4, clip_on=False, **HOLLOW)
    if top is not None:
        axes.set_ylim(top=top)


def _legend(results: Judged, rows: list[Row], styles: dict[str, Style], y: Column, top: float | None) -> Iterator:
    from matplotlib.lines import Line2D

    names = labels(results)
    for row in rows:
        colour, marker = styles[row.key]
        mean = statistics.fmean(row.values(y.metric))
        note = f"; at the top: {mean:.3g} {y.unit}" if _far(row, y, top) else ""
        label = textwrap.fill(names[row.key] + note, 72)
        yield Line2D([], [], color=colour, marker=marker, linestyle="", label=label, **{**POINT, "alpha": 1})
    published, seen = _published(results), {row.key for row in rows}
    for row in results.rows:
        if row.key not in seen and published.get(row.key, y.metric):
            colour, marker = styles[row.key]
            yield Line2D([], [], color=colour, marker=marker, linestyle="", label=f"{names[row.key]}: only the paper's number", **HOLLOW)
    if any(len(row.values(y.metric)) > 1 for row in rows):
        yield Line2D([], [], color="0.3", marker="x", linestyle="", label="mean over the seeds", **MEAN)
    if published.numbers:
        yield Line2D([], [], color="0.3", marker="o", linestyle="", label="the paper's number: the method's marker, hollow", **HOLLOW)


def _published(results: Judged) -> Published:
    return load(results.reproduction.published) if results.is_result else Published()


def _top(rows: list[Row], y: Column, paper: list[float]) -> float | None:
    """Upper end of the axis where some rows are far off from the others, views apart; None where all fit."""
    means = {row.key: statistics.fmean(row.values(y.metric)) for row in rows}
    usual = [means[row.key] for row in rows if row.key == row.cell.row]
    if y.better != "lower" or not usual or max(means.values()) <= FAR * statistics.median(usual):
        return None
    fence = FAR * statistics.median(usual)
    near = [*paper, *(max(row.values(y.metric)) for row in rows if means[row.key] <= fence)]
    low = min(*paper, *means.values())
    return max(near) + 0.12 * (max(near) - low or max(near))


def _far(row: Row, y: Column, top: float | None) -> bool:
    return top is not None and statistics.fmean(row.values(y.metric)) > top
