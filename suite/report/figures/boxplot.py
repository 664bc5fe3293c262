"""One box a row of the table, every seed as a point over it: a box of three values shows no more than the three."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from suite.experiment.figures import Boxplot
from suite.experiment.metrics import Column
from suite.judging.judged import Judged
from suite.records.results import Row
from suite.report.cells import heading
from suite.report.figures.style import Style, canvas_of, csv_of, dress, grouped, legend, plain, styles, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

WIDTH = 0.6
"""Of a box, where the rows are 1 apart; the seeds are spread over the half of it."""


def points(results: Judged, figure: Boxplot) -> str:
    """What the figure shows, as CSV: one line a run."""
    metrics = [column.metric for column in figure.columns]
    return csv_of(
        ["group", "row", "label", "seed", *metrics],
        (
            [row.cell.group, row.key, row.label, run["seed"], *(plain(run.get(metric)) for metric in metrics)]
            for row in results.rows
            for run in row.runs
        ),
    )


def canvas(results: Judged, figure: Boxplot) -> Canvas:
    """The figure as a matplotlib object, without pyplot. The boxes lie, so that the methods' names stand beside them in full."""
    shown = {
        group: [row for row in rows if any(row.values(column.metric) for column in figure.columns)]
        for group, rows in grouped(results.rows).items()
    }
    looks = styles(row.label for row in results.rows)
    heights = [0.7 + 0.27 * max(2, len(rows)) for rows in shown.values()]
    with canvas_of(7.0, 0.8 + sum(heights)) as made:
        panels = made.subplots(len(shown), len(figure.columns), sharey="row", squeeze=False, height_ratios=heights)
        for line, (group, rows) in zip(panels, shown.items(), strict=True):
            for axes, column in zip(line, figure.columns, strict=True):
                _panel(axes, rows, column, looks)
                dress(axes, group, empty=not any(row.values(column.metric) for row in rows))
                axes.set_xlabel(heading(column, arrow=False))
            line[0].set_yticks(range(len(rows)), [textwrap.fill(row.label, 28) for row in rows], fontsize=7)
            line[0].set_ylim(max(1, len(rows)) - 0.5, -0.5)
        _legend(made)
        made.suptitle(title(results), fontsize=9)
    return made


def _panel(axes: Axes, rows: list[Row], column: Column, looks: dict[str, Style]) -> None:
    for place, row in enumerate(rows):
        colour, marker, _ = looks[row.label]
        values = row.values(column.metric)
        if len(values) > 1:
            axes.boxplot(
                [values],
                positions=[place],
                widths=WIDTH,
                orientation="horizontal",
                whis=(0, 100),
                manage_ticks=False,
                boxprops={"color": colour, "linewidth": 0.8},
                whiskerprops={"color": colour, "linewidth": 0.8},
                capprops={"color": colour, "linewidth": 0.8},
                medianprops={"color": colour, "linewidth": 1.8},
            )
        heights = [place + WIDTH / 2 * ((i + 0.5) / len(values) - 0.5) for i in range(len(values))]
        axes.plot(values, heights, marker, color=colour, label=row.key, markersize=4, markeredgewidth=0, alpha=0.7, zorder=3)


def _legend(made: Canvas) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    seed = Line2D([], [], color="0.3", marker="o", linestyle="", markersize=4, markeredgewidth=0, label="a seed")
    median = Line2D([], [], color="0.3", linewidth=1.8, label="median")
    box = Patch(edgecolor="0.3", facecolor="white", linewidth=0.8, label="quartiles")
    legend(made, [seed, median, box, Line2D([], [], color="0.3", linewidth=0.8, label="least to greatest")])
