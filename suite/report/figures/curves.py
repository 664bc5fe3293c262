"""Curves of the records over the steps of the optimiser: the mean over the seeds with its 95 % Student-t interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from suite.figures import Curves
from suite.report.cells import heading, is_view
from suite.report.figures.scale import stretch
from suite.report.figures.style import Style, canvas_of, csv_of, dress, grouped, legend, plain, styles, title
from suite.results import Results, Row
from suite.table import Column

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

    from suite.stats.intervals import Summary

COMPLEMENTS = {"test_accuracy": "test_error", "weights_left": "weight_sparsity_exact"}
MARKS = 8
"""About so many markers on a curve."""


def points(results: Results, figure: Curves) -> str:
    """What the figure shows, as CSV: one line a point of a curve, with its interval where several seeds have it."""
    return csv_of(
        ["group", "row", "label", "metric", "step", "n", "mean", "low", "high"],
        (
            [row.cell.group, row.key, row.label, column.metric, step, s.n, plain(s.mean), *(_ends(s))]
            for row in _rows(results)
            for column in figure.columns
            for step, s in curve(row, column.metric)
        ),
    )


def canvas(results: Results, figure: Curves) -> Canvas:
    """The figure as a matplotlib object, without pyplot. Groups share the axis of a metric and have steps of their own."""
    from matplotlib.lines import Line2D

    groups, looks = grouped(_rows(results)), styles(row.label for row in _rows(results))
    with canvas_of(7.0, 1.0 + 2.3 * len(groups)) as made:
        panels = made.subplots(len(groups), len(figure.columns), sharey="col", squeeze=False)
        used: set[str] = set()
        means: dict[str, list[float]] = {column.metric: [] for column in figure.columns}
        for line, (group, rows) in zip(panels, groups.items(), strict=True):
            for axes, column in zip(line, figure.columns, strict=True):
                found = {row.key: curve(row, column.metric) for row in rows}
                for row in rows:
                    _draw(axes, found[row.key], row.key, column, looks[row.label])
                    means[column.metric] += [s.mean for _, s in found[row.key]]
                    used |= {row.label} if found[row.key] else set()
                dress(axes, group, empty=not any(found.values()))
                axes.set_ylabel(heading(column, arrow=False))
                axes.set_xlabel("steps of the optimiser")
        for axes, column in zip(panels[0], figure.columns, strict=True):
            stretch(axes, "y", column, means[column.metric])
        legend(made, [Line2D([], [], label=label, **_look(look)) for label, look in looks.items() if label in used])
        made.suptitle(title(results), fontsize=9)
    return made


def _rows(results: Results) -> list[Row]:
    """Without views, which have no curves of their own."""
    return [row for row in results.rows if not is_view(row)]


def curve(row: Row, metric: str) -> list[tuple[int, Summary]]:
    """After each epoch the steps done and the metric over the seeds; empty where no record has the curve or the steps of an epoch."""
    from suite.stats.intervals import summary

    records = [record for record in row.records if record["data"].get("epoch_steps") and _values(record, metric)]
    epochs = zip(*(_values(record, metric) for record in records), strict=False)
    return [(epoch * records[0]["data"]["epoch_steps"], summary(values)) for epoch, values in enumerate(epochs, 1)]


def _values(record: dict[str, Any], metric: str) -> list[float]:
    curves = record.get("curves", {})
    if metric in COMPLEMENTS:
        return [100 - value for value in curves.get(COMPLEMENTS[metric], [])]
    return curves.get(metric, [])


def _ends(summary: Summary) -> list[str]:
    return [plain(summary.low), plain(summary.high)] if summary.n > 1 else ["", ""]


def _look(style: Style) -> dict[str, Any]:
    colour, marker, line = style
    return {"color": colour, "marker": marker, "linestyle": line, "linewidth": 1.1, "markersize": 3.5, "markeredgewidth": 0}


def _draw(axes: Axes, found: list[tuple[int, Summary]], key: str, column: Column, style: Style) -> None:
    """The curve, and its band up to the ends of a percentage."""
    if not found:
        return
    steps = [step for step, _ in found]
    axes.plot(steps, [s.mean for _, s in found], label=key, markevery=max(1, len(found) // MARKS), **_look(style))
    if all(s.n > 1 for _, s in found):
        least, most = (0.0, 100.0) if column.unit == "%" else (float("-inf"), float("inf"))
        low, high = ([min(max(end, least), most) for end in ends] for ends in zip(*((s.low, s.high) for _, s in found), strict=True))
        axes.fill_between(steps, low, high, color=style.colour, alpha=0.15, linewidth=0)
