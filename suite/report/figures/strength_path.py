"""One metric against others along the strengths of each series, through the means over the seeds."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from suite.experiment.figures import StrengthPath
from suite.experiment.metrics import Column
from suite.judging.judged import Judged
from suite.records.naming import series_labels
from suite.records.results import Row
from suite.report.cells import heading
from suite.report.figures.scale import stretch
from suite.report.figures.style import Style, canvas_of, csv_of, dress, grouped, legend, plain, styles, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

Paths = dict[str, list[Row]]


def points(results: Judged, figure: StrengthPath) -> str:
    """What the figure shows, as CSV: one line a run, along the strengths of each series, which stands under "method"."""
    metrics = [figure.y.metric, *(x.metric for x in figure.x)]
    return csv_of(
        ["group", "method", "lam", "seed", *metrics],
        (
            [group, method, plain(_strength(row)), run["seed"], *(plain(run.get(metric)) for metric in metrics)]
            for group, paths in _paths(results, figure).items()
            for method, path in paths.items()
            for row in path
            for run in row.runs
        ),
    )


def canvas(results: Judged, figure: StrengthPath) -> Canvas:
    """The figure as a matplotlib object, without pyplot. All its groups have the same axes, all figures of a table the same looks."""
    from matplotlib.lines import Line2D

    names = series_labels(results)
    looks, groups = styles(names), _paths(results, figure)
    rows = [row for paths in groups.values() for path in paths.values() for row in path]
    with canvas_of(7.0, 1.0 + 2.5 * len(groups)) as made:
        panels = made.subplots(len(groups), len(figure.x), sharex="col", sharey=True, squeeze=False)
        for line, (group, paths) in zip(panels, groups.items(), strict=True):
            for axes, x in zip(line, figure.x, strict=True):
                drawn = [_path(axes, path, x, figure.y, looks[name]) for name, path in paths.items()]
                dress(axes, group, empty=not any(drawn))
            line[0].set_ylabel(heading(figure.y, arrow=False))
        for axes, x in zip(panels[-1], figure.x, strict=True):
            axes.set_xlabel(heading(x, arrow=False))
            stretch(axes, "x", x, [v for row in rows for v in row.values(x.metric)])
        stretch(panels[0][0], "y", figure.y, [v for row in rows for v in row.values(figure.y.metric)])
        used = [name for name in names if any(paths.get(name) for paths in groups.values())]
        legend(made, [Line2D([], [], label=names[name], **_look(looks[name])) for name in used])
        made.suptitle(title(results), fontsize=9)
    return made


def _paths(results: Judged, figure: StrengthPath) -> dict[str, Paths]:
    """In each group of the figure the rows with runs of each series, from the weakest strength to the strongest."""
    found: dict[str, Paths] = {}
    shown = [row for row in results.rows if not row.is_view and (not figure.groups or row.cell.group in figure.groups)]
    for group, rows in grouped(shown).items():
        paths = found.setdefault(group, {})
        for row in sorted(rows, key=_strength):
            if row.runs:
                paths.setdefault(row.cell.series, []).append(row)
    return found


def _strength(row: Row) -> float:
    """0 for a method that has none."""
    return getattr(row.cell.method, "lam", 0.0)


def _look(style: Style) -> dict:
    colour, marker, line = style
    return {"color": colour, "marker": marker, "linestyle": line, "linewidth": 1.1, "markersize": 4, "markeredgewidth": 0}


def _path(axes: Axes, path: list[Row], x: Column, y: Column, style: Style) -> bool:
    """Draw a marker at the mean of each strength, joined in their order, and faintly the seeds; False where there are none."""
    seen = [[(run[x.metric], run[y.metric]) for run in row.runs if None not in (run.get(x.metric), run.get(y.metric))] for row in path]
    seen = [pairs for pairs in seen if pairs]
    means = [[statistics.fmean(values) for values in zip(*pairs, strict=True)] for pairs in seen]
    if means:
        axes.plot(*zip(*means, strict=True), label=path[0].cell.series, clip_on=False, **_look(style))
    for pairs in seen:
        if len(pairs) > 1:
            xs, ys = zip(*pairs, strict=True)
            axes.plot(xs, ys, ".", color=style.colour, markersize=3, markeredgewidth=0, alpha=0.45)
    return bool(means)
