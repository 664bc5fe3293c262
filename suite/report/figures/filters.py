"""The filters of the first convolution as tiles on one scale of colours, exact zeros grey."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from suite.experiment.figures import Filters
from suite.judging.judged import Judged
from suite.records.results import Row
from suite.report.figures.style import canvas_of, csv_of, dress, plain, title

if TYPE_CHECKING:
    from matplotlib.colors import Colormap, Normalize
    from matplotlib.figure import Figure as Canvas

COLOURS = "RdBu_r"
ZERO = (0.6, 0.6, 0.6, 1.0)
"""A grey of that lightness is no colour of the map, whose middle is nearly white."""


class Bank(NamedTuple):
    row: Row
    seed: int
    weights: np.ndarray
    """(out, in, height, width)"""


def points(results: Judged, figure: Filters) -> str:
    """What the figure shows, as CSV: one line a weight."""
    return csv_of(
        ["row", "seed", "filter", "in", "y", "x", "weight"],
        ([p.row.key, p.seed, *place, plain(weight)] for p in _panels(results) for place, weight in np.ndenumerate(p.weights)),
    )


def canvas(results: Judged, figure: Filters) -> Canvas:
    """The figure as a matplotlib object, without pyplot. A filter of several input channels is as many tiles side by side, since
    their mean would hide zeros."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.patches import Patch

    panels = _panels(results)
    across = min(max(1, len(panels)), 2 if len(panels) <= 4 else 3)
    down = math.ceil(max(1, len(panels)) / across)
    most = max((float(np.abs(p.weights).max()) for p in panels), default=0.0) or 1.0
    norm, colours = Normalize(-most, most), colormaps[COLOURS]
    images = [tiles(p.weights, norm, colours) for p in panels]
    tallest = max((image.shape[0] / image.shape[1] for image in images), default=0.3)
    with canvas_of(7.0, 0.8 + down * (0.5 + tallest * 5.7 / across)) as made:
        made.set_layout_engine("constrained", w_pad=0.12)
        places = made.subplots(down, across, squeeze=False)
        for axes in places.flat:
            axes.set_axis_off()
        for axes, panel, image in zip(places.flat, panels, images, strict=False):
            axes.imshow(image, interpolation="nearest")
            zeros = 100 * float((panel.weights == 0).mean())
            axes.set_title(f"{_name(results, panel.row)}\nseed {panel.seed}, {zeros:.1f} % of the weights exactly 0", fontsize=7)
        if panels:
            made.colorbar(ScalarMappable(norm, colours), ax=places, label="weight", shrink=0.8, aspect=30)
            made.legend(handles=[Patch(color=ZERO, label="exactly 0")], loc="outside lower center", frameon=False, fontsize=7)
        else:
            dress(places[0][0], empty=True)
        made.suptitle(title(results), fontsize=9)
    return made


def _panels(results: Judged) -> list[Bank]:
    """For each row that has filters, those of its lowest seed; views have none of their own."""
    found = []
    for row in results.rows:
        record = next((record for record in row.records if record.get("filters")), None)
        if record is not None and not row.is_view:
            found.append(Bank(row, record["seed"], np.asarray(record["filters"], dtype=float)))
    return found


def _name(results: Judged, row: Row) -> str:
    return f"{row.cell.group}: {row.label}" if len(results.reproduction.groups) > 1 else row.label


def tiles(weights: np.ndarray, norm: Normalize, colours: Colormap) -> np.ndarray:
    """An image (height, width, 4) of the kernels of `weights` (out, in, h, w), filter after filter, a white pixel apart, about twice
    as wide as high."""
    out, channels, h, w = weights.shape
    across = channels * min(out, math.ceil(math.sqrt(2 * out / channels)))
    kernels = weights.reshape(-1, h, w)
    down = math.ceil(len(kernels) / across)
    image = np.ones((down * (h + 1) - 1, across * (w + 1) - 1, 4))
    for i, kernel in enumerate(kernels):
        top, left = i // across * (h + 1), i % across * (w + 1)
        image[top : top + h, left : left + w] = np.where((kernel == 0)[..., None], ZERO, colours(norm(kernel)))
    return image
