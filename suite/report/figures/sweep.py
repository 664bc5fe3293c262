"""Metrics against the strength, mean and 95 % interval over the seeds, one line a series; and metrics against one another along it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from suite.experiment.figures import Sweep
from suite.experiment.metrics import Column
from suite.judging.judged import Judged
from suite.records.naming import series_labels
from suite.records.results import Row
from suite.report.cells import heading
from suite.report.figures.scale import stretch
from suite.report.figures.style import Style, canvas_of, csv_of, dress, legend, plain, styles, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

Paths = dict[str, list[Row]]
APART = 1.03
"""Factor on the strength between neighbouring series, so that their intervals do not cover one another."""
SIZES = (2.5, 6.5)
"""Of the markers from the weakest to the strongest run, where the strength is no axis."""
NO_STRENGTH: dict[str, Any] = {"linestyle": (0, (1, 1.5)), "linewidth": 1.0}


def points(results: Judged, figure: Sweep) -> str:
    """What the figure shows, as CSV: one line a run along the strengths of each series; a run without a strength has none."""
    metrics = list(dict.fromkeys(column.metric for column in (*figure.columns, *(c for pair in figure.against for c in pair))))
    return csv_of(
        ["method", "lam", "seed", *metrics],
        (
            [name, plain(_strength(row)), run["seed"], *(plain(run.get(metric)) for metric in metrics)]
            for name, path in _paths(results).items()
            for row in path
            for run in row.runs
        ),
    )


def canvas(results: Judged, figure: Sweep) -> Canvas:
    """The figure as a matplotlib object, without pyplot. A method without a strength is a dotted line across the panels."""
    from matplotlib.lines import Line2D

    names, paths = series_labels(results), _paths(results)
    looks, count = styles(names), len(figure.columns) + len(figure.against)
    strengths = sorted({s for path in paths.values() for row in path if (s := _strength(row)) is not None})
    with canvas_of(7.0, 1.0 + 2.4 * -(-count // 2)) as made:
        panels = made.subplots(-(-count // 2), min(2, count), squeeze=False).flat
        for axes in panels[count:]:
            axes.remove()
        for axes, column in zip(panels, figure.columns, strict=False):
            shown = [_against_strength(axes, path, column, looks[name], place) for name, path, place in _apart(paths)]
            _dress(axes, shown, paths, column)
            if strengths and min(strengths) > 0:
                axes.set_xscale("log")
            axes.set_xticks(strengths, [f"{strength:g}" for strength in strengths])
            axes.minorticks_off()
            axes.set_xlabel(figure.strength)
        for axes, (x, y) in zip(panels[len(figure.columns) : count], figure.against, strict=True):
            shown = [_path(axes, path, x, y, looks[name], strengths) for name, path in paths.items()]
            _dress(axes, shown, paths, y)
            axes.set_xlabel(f"{heading(x, arrow=False)}; larger markers: larger {figure.strength.split(' ')[0]}")
        legend(made, list(_legend(paths, names, looks, Line2D)))
        made.suptitle(title(results), fontsize=9)
    return made


def _paths(results: Judged) -> Paths:
    """The rows of each series, from the weakest strength to the strongest."""
    found: Paths = {}
    for row in sorted((row for row in results.rows if not row.is_view), key=lambda row: _strength(row) or 0.0):
        found.setdefault(row.cell.series, []).append(row)
    order = dict.fromkeys(row.cell.series for row in results.rows)
    return {name: found[name] for name in order if name in found}


def _strength(row: Row) -> float | None:
    """None for a method that has none."""
    return getattr(row.cell.method, "lam", None)


def _apart(paths: Paths) -> list[tuple[str, list[Row], float]]:
    """Each series with the factor that puts it beside the others."""
    middle = (len(paths) - 1) / 2
    return [(name, path, APART ** (place - middle)) for place, (name, path) in enumerate(paths.items())]


def _look(style: Style) -> dict[str, Any]:
    colour, marker, line = style
    return {"color": colour, "marker": marker, "linestyle": line, "linewidth": 1.1, "markersize": 4, "markeredgewidth": 0}


def _against_strength(axes: Axes, path: list[Row], column: Column, style: Style, place: float) -> bool:
    """Means joined in the order of the strengths, with their intervals; a cross at the top where runs diverged and none is left."""
    from suite.stats.intervals import summary

    seen = [(strength, summary(row.values(column.metric)), row) for row in path for strength in [_strength(row)]]
    if seen[0][0] is None:
        means = [found.mean for _, found, _ in seen if found.n]
        if means:
            axes.axhline(means[0], color=style.colour, label=path[0].cell.series, zorder=1, **NO_STRENGTH)
        return bool(means)
    drawn = [(strength * place, found) for strength, found, _ in seen if strength is not None and found.n]
    lost = [strength * place for strength, found, row in seen if strength is not None and not found.n and row.diverged]
    if lost:
        axes.plot(lost, [1.0] * len(lost), "x", color=style.colour, transform=axes.get_xaxis_transform(), clip_on=False, markersize=5)
    if not drawn:
        return bool(lost)
    axes.plot([x for x, _ in drawn], [found.mean for _, found in drawn], label=path[0].cell.series, clip_on=False, **_look(style))
    for x, found in drawn:
        if found.n > 1:
            axes.plot([x, x], [found.low, found.high], color=style.colour, linewidth=0.9, solid_capstyle="butt")
    return True


def _path(axes: Axes, path: list[Row], x: Column, y: Column, style: Style, strengths: list[float]) -> bool:
    """Means of both metrics joined in the order of the strengths."""
    from suite.stats.intervals import summary

    found = [(_strength(row), summary(row.values(x.metric)), summary(row.values(y.metric))) for row in path]
    means = [(strength, at.mean, height.mean) for strength, at, height in found if at.n and height.n]
    if not means:
        return False
    line = {**_look(style), "marker": ""}
    axes.plot([at for _, at, _ in means], [height for _, _, height in means], label=path[0].cell.series, clip_on=False, **line)
    low, high = SIZES
    for strength, at, height in means:
        size = low if strength is None else low + (high - low) * strengths.index(strength) / max(1, len(strengths) - 1)
        axes.plot([at], [height], style.marker, color=style.colour, markersize=size, markeredgewidth=0, clip_on=False)
    return True


def _dress(axes: Axes, shown: list[bool], paths: Paths, y: Column) -> None:
    dress(axes, empty=not any(shown))
    axes.set_ylabel(heading(y, arrow=False))
    if y.unit == "%" and axes.get_ylim()[0] < 0:
        axes.set_ylim(bottom=0)
    if y.better == "lower":
        stretch(axes, "y", y, [value for path in paths.values() for row in path for value in row.values(y.metric)])


def _legend(paths: Paths, names: dict[str, str], looks: dict[str, Style], line2d: Any):
    for name, path in paths.items():
        if any(row.runs or row.diverged for row in path):
            look = _look(looks[name]) if _strength(path[0]) is not None else {"color": looks[name].colour, **NO_STRENGTH}
            yield line2d([], [], label=names[name], **look)
    if any(row.diverged and not row.runs for path in paths.values() for row in path):
        yield line2d([], [], label="cross at the top: every run diverged", color="0.3", marker="x", linestyle="", markersize=5)
