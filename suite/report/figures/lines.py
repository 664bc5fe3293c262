"""Graphs of functions of one variable."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from suite.base.lazy import torch
from suite.experiment.figures import Lines, Panel
from suite.judging.judged import Judged
from suite.report.figures.style import canvas_of, csv_of, dress, legend, plain, styles, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas
    from torch import Tensor

MARGIN = 0.05
"""Of the height of a panel, above and below the finite values."""


def points(results: Judged, figure: Lines) -> str:
    """What the figure shows, as CSV: one line a panel, function and point; "inf" where the function is infinite."""
    return csv_of(
        ["panel", "line", "x", "value"],
        (
            [panel.title, name, plain(at), plain(value)]
            for panel in figure.panels
            for name, values in graphs(panel).items()
            for at, value in zip(grid(panel).tolist(), values.tolist(), strict=True)
        ),
    )


def canvas(results: Judged, figure: Lines) -> Canvas:
    """The figure as a matplotlib object, without pyplot."""
    looks = styles(name for panel in figure.panels for name, _ in panel.lines)
    handles = {}
    with canvas_of(7.0, 3.2) as made:
        for axes, panel in zip(made.subplots(1, len(figure.panels), squeeze=False)[0], figure.panels, strict=True):
            values = graphs(panel)
            finite = torch.cat([line[line.isfinite()] for line in values.values()])
            low, high = finite.min().item(), finite.max().item()
            room = MARGIN * (high - low) or MARGIN
            for name, line in values.items():
                drawn = line.clamp(max=high + 100 * room)
                (handles[name],) = axes.plot(grid(panel), drawn, color=looks[name].colour, linestyle=looks[name].line, label=name)
            axes.set(xlabel=panel.x, xlim=(panel.low, panel.high), ylim=(low - room, high + room))
            dress(axes, panel.title)
        legend(made, list(handles.values()))
        made.suptitle(title(results), fontsize=9)
    return made


def grid(panel: Panel) -> Tensor:
    """The points of a panel, both ends exactly."""
    return torch.linspace(panel.low, panel.high, panel.intervals + 1, dtype=torch.float64)


def graphs(panel: Panel) -> dict[str, Tensor]:
    """The values of each function on the grid, by its name. Raises ValueError for one with another number of values, or with NaN."""
    at, found = grid(panel), {}
    for name, function in panel.lines:
        values = function(at)
        if values.shape != at.shape or any(map(math.isnan, values.tolist())):
            raise ValueError(f"{name} has to give a number for each of the {len(at)} points")
        found[name] = values
    return found
