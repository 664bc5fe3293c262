"""Contour lines of penalties of a vector of two weights."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from suite.base.lazy import torch
from suite.experiment.figures import Contours
from suite.judging.judged import Judged
from suite.penalties.base import Grouped, Penalty
from suite.report.figures.style import canvas_of, csv_of, plain, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from torch import Tensor

FINE, COARSE = 100, 20
"""Intervals of the grid on either side of 0, in the figure and in the CSV file. 0 itself is on the grid: some penalties jump there."""
LEVELS = tuple(k / 10 for k in range(1, 10))
"""As shares of the greatest value in the panel, so that penalties of different size can be compared by shape."""


def points(results: Judged, figure: Contours) -> str:
    """What the figure shows, as CSV: the value of each penalty on a grid of 41 by 41 points."""
    axis = grid(figure.extent, COARSE)
    weights = [plain(w) for w in axis.tolist()]
    return csv_of(
        ["panel", "w1", "w2", "value"],
        (
            [name, weights[i], weights[j], plain(value)]
            for name, penalty in figure.panels
            for j, line in enumerate(surface(penalty, axis).tolist())
            for i, value in enumerate(line)
        ),
    )


def canvas(results: Judged, figure: Contours) -> Canvas:
    """The figure as a matplotlib object, without pyplot."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm, ListedColormap

    axis, ends = grid(figure.extent, FINE), (-figure.extent, 0, figure.extent)
    across = min(figure.columns, len(figure.panels))
    down = math.ceil(len(figure.panels) / across)
    colours = [colormaps["viridis"](0.9 * k / (len(LEVELS) - 1)) for k in range(len(LEVELS))]  # without the pale end
    bounds = [level - 0.05 for level in LEVELS] + [LEVELS[-1] + 0.05]
    with canvas_of(7.0, 0.8 + down * (0.4 + 5.1 / across)) as made:
        places = made.subplots(down, across, sharex=True, sharey=True, squeeze=False)
        for axes, (name, penalty) in zip(places.flat, figure.panels, strict=False):
            values = surface(penalty, axis)
            shares = values / values.max().clamp(min=torch.finfo(values.dtype).tiny)
            _lines(axes, axis, shares, colours)
            axes.set_title(textwrap.fill(name, 96 // across), fontsize=8)
            axes.set(aspect="equal", xticks=ends, yticks=ends)
            axes.spines[["top", "right"]].set_visible(True)
        for axes in places.flat[len(figure.panels) :]:
            axes.set_axis_off()
        made.supxlabel("$w_1$", fontsize=8)
        made.supylabel("$w_2$", fontsize=8)
        bar = made.colorbar(
            ScalarMappable(BoundaryNorm(bounds, len(LEVELS)), ListedColormap(colours)), ax=places, ticks=LEVELS, aspect=30, shrink=0.9
        )
        bar.set_label("value over its greatest in the panel")
        made.suptitle(title(results), fontsize=9)
    return made


def _lines(axes: Axes, axis: Tensor, shares: Tensor, colours: Sequence[tuple]) -> None:
    """Draw the lowest level last, over the others: where a penalty jumps all of them lie on one another."""
    falling = [-level for level in reversed(LEVELS)]
    axes.contour(axis.numpy(), axis.numpy(), -shares.numpy(), levels=falling, colors=colours[::-1], linewidths=0.9, linestyles="solid")


def grid(extent: float, n: int) -> Tensor:
    """2n + 1 points from -extent to extent, 0 among them exactly."""
    return extent * torch.arange(-n, n + 1, dtype=torch.float64) / n


def surface(penalty: Penalty, axis: Tensor) -> Tensor:
    """The penalty of (w1, w2), w2 along the first dimension; the two weights are one group of a penalty of groups."""
    w2, w1 = torch.meshgrid(axis, axis, indexing="ij")
    pairs = torch.stack([w1, w2], dim=-1).view(-1, *((1, 2) if isinstance(penalty, Grouped) else (2,)))
    return torch.func.vmap(penalty.value)(pairs).view(len(axis), len(axis))
