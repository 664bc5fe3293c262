"""Curves of the records over the steps of the optimiser, with a band over the seeds or over the starts of a run."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any, NamedTuple

from suite.experiment.figures import Curves
from suite.experiment.metrics import Column
from suite.experiment.metrics import curve as metric_curve
from suite.judging import published
from suite.judging.judged import Judged
from suite.records.results import Row
from suite.report.cells import heading
from suite.report.figures.scale import stretch
from suite.report.figures.style import Style, canvas_of, csv_of, dress, grouped, legend, plain, styles, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

THIN: dict[str, Any] = {"linestyle": "-", "linewidth": 0.6, "alpha": 0.8}
"""A curve of the paper, in the colour of ours."""
MARKS = 8
"""About so many markers on a curve."""
Band = tuple[float, float, float | None, float | None]
"""A `CurvePoint` without its step."""
AXES = {"seeds": "steps of the optimiser", "starts": "iterations", "training": "share of the training (%)"}
ABREAST = 3
"""More panels than this of a figure without groups stand in rows of two."""


class CurvePoint(NamedTuple):
    """After so many steps the curve and its band, over n seeds; None where there is no band."""

    step: int
    n: float
    middle: float
    low: float | None
    high: float | None


def points(results: Judged, figure: Curves) -> str:
    """What the figure shows, as CSV: one line a point of a curve, with its band where it has one. "mean": over the seeds."""
    return csv_of(
        ["group", "row", "label", "metric", "step", "n", "mean", "low", "high"],
        (
            [row.cell.group, row.key, row.label, column.metric, p.step, p.n, _text(p.middle), _text(p.low), _text(p.high)]
            for row in _rows(results)
            for column in figure.columns
            for p in curve(row, column.metric, figure.band)
        ),
    )


def _text(value: float | None) -> str:
    return "" if value is None or value != value else plain(value)


def canvas(results: Judged, figure: Curves) -> Canvas:
    """The figure as a matplotlib object, without pyplot. Groups share the axis of a metric and have steps of their own."""
    from matplotlib.lines import Line2D

    groups, looks = grouped(_rows(results)), styles(row.label for row in _rows(results))
    rows, columns = len(groups), len(figure.columns)
    wrapped = rows == 1 and columns > ABREAST
    if wrapped:
        rows, columns = -(-columns // 2), 2
    with canvas_of(7.0, 1.0 + 2.3 * rows) as made:
        panels = made.subplots(rows, columns, sharey=False if wrapped else "col", squeeze=False)
        if wrapped:
            for axes in panels.flat[len(figure.columns) :]:
                axes.remove()
            panels = panels.reshape(1, -1)[:, : len(figure.columns)]
        used: set[str] = set()
        theirs = published.curves(figure.published) if figure.published and results.is_result else {}
        middles: dict[str, list[float]] = {column.metric: [] for column in figure.columns}
        for line, (group, of) in zip(panels, groups.items(), strict=True):
            for axes, column in zip(line, figure.columns, strict=True):
                found = {row.key: curve(row, column.metric, figure.band) for row in of}
                for row in of:
                    _draw(axes, _places(results, row, found[row.key], figure.along), found[row.key], row.key, column, looks[row.label])
                    paper = theirs.get((row.key, column.metric), [])
                    _draw_published(axes, paper, looks[row.label])
                    middles[column.metric] += [p.middle for p in found[row.key]] + [value for _, value in paper]
                    used |= {row.label} if found[row.key] else set()
                dress(axes, group, empty=not any(found.values()))
                axes.set_ylabel(heading(column, arrow=False))
                axes.set_xlabel(AXES["training" if figure.along == "training" else figure.band])
        for axes, column in zip(panels[0], figure.columns, strict=True):
            if column.metric in figure.log:
                axes.set_yscale("log")
            else:
                stretch(axes, "y", column, middles[column.metric])
        handles = [Line2D([], [], label=label, **_look(look)) for label, look in looks.items() if label in used]
        if theirs:
            handles.append(Line2D([], [], label="thin: the paper", color="0.3", **THIN))
        legend(made, handles)
        made.suptitle(title(results), fontsize=9)
    return made


def _rows(results: Judged) -> list[Row]:
    """Without views, which have no curves of their own."""
    return [row for row in results.rows if not row.is_view]


def curve(row: Row, metric: str, band: str = "seeds") -> list[CurvePoint]:
    """The points at the ends of the epochs; none where no record has the curve or the steps of an epoch."""
    records = [record for record in row.records if record["data"].get("epoch_steps") and metric_curve(record, metric)]
    over = _starts if band == "starts" else _seeds
    return [CurvePoint(epoch * records[0]["data"]["epoch_steps"], *point) for epoch, point in enumerate(over(records, metric), 1)]


def _seeds(records: list[dict[str, Any]], metric: str) -> list[Band]:
    from suite.stats.intervals import summary

    found = (summary(values) for values in zip(*(metric_curve(record, metric) for record in records), strict=False))
    return [(s.n, s.mean, s.low, s.high) if s.n > 1 else (s.n, s.mean, None, None) for s in found]


def _starts(records: list[dict[str, Any]], metric: str) -> list[Band]:
    curves = ([_mean(of) for of in zip(*(metric_curve(r, metric + end) for r in records), strict=False)] for end in ("", "_low", "_high"))
    return [(len(records), *ends) for ends in zip(*curves, strict=True)]


def _mean(values: tuple[float | None, ...]) -> float:
    """NaN where a record has no number."""
    return statistics.fmean(float("nan") if value is None else value for value in values)


def _look(style: Style) -> dict[str, Any]:
    colour, marker, line = style
    return {"color": colour, "marker": marker, "linestyle": line, "linewidth": 1.1, "markersize": 3.5, "markeredgewidth": 0}


def _places(results: Judged, row: Row, found: list[CurvePoint], along: str) -> list[float]:
    """Where the points lie on the axis."""
    if along == "steps":
        return [p.step for p in found]
    spec = results.experiment.specs[row.keys[0]]
    epochs = spec.method.schedule(spec.schedule).epochs
    return [100 * number / epochs for number, _ in enumerate(found, 1)]


def _draw_published(axes: Axes, points: list[tuple[float, float]], style: Style) -> None:
    if points:
        axes.plot(*zip(*points, strict=True), color=style.colour, label="paper", zorder=1.5, **THIN)


def _draw(axes: Axes, steps: list[float], found: list[CurvePoint], key: str, column: Column, style: Style) -> None:
    """The curve, and its band up to the ends of a percentage."""
    if not found:
        return
    axes.plot(steps, [p.middle for p in found], label=key, markevery=max(1, len(found) // MARKS), **_look(style))
    bands = [(p.low, p.high) for p in found if p.low is not None and p.high is not None]
    if len(bands) == len(found):
        least, most = (0.0, 100.0) if column.unit == "%" else (float("-inf"), float("inf"))
        low, high = ([min(max(end, least), most) for end in ends] for ends in zip(*bands, strict=True))
        axes.fill_between(steps, low, high, color=style.colour, alpha=0.15, linewidth=0)
