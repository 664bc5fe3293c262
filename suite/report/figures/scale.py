"""Axes of percentages on which the good end has room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from suite.experiment.metrics import Column

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEAR = 0.1
"""Percent from the end within which the axis is about linear, so that the end itself has a place on it."""
SHARES = (0, 0.1, 0.3, 1, 3, 10, 30, 100)
ACCURACIES = (10, 50, 80, 90, 95, 98, 99, 99.5, 99.8, 100)


def stretch(axes: Axes, axis: str, column: Column, values: Sequence[float]) -> None:
    """Spread out the axis "x" or "y" towards the good end of a percentage where the values span orders of magnitude, and fit it to them.

    The place of v is log(v + 0.1) for a share or an error, -log(100.1 - v) for a column that is better when higher: equal room for
    equal factors from 100 down to 0.1 %, and for the error behind an accuracy.
    """
    end, sign, marks = (100.0, -1.0, ACCURACIES) if column.better == "higher" else (0.0, 1.0, SHARES)
    inside = [mark for mark in marks if values and min(values) <= mark <= max(values)]
    if column.unit != "%" or len(inside) < 3:
        return

    def place(v):
        return sign * np.log10(np.maximum(sign * (np.asarray(v, dtype=float) - end), -0.999 * NEAR) + NEAR)

    def value(p):
        return end + sign * (10 ** (sign * np.asarray(p, dtype=float)) - NEAR)

    low, high = place(min(values)), place(max(values))
    margin = 0.04 * (high - low)
    getattr(axes, f"set_{axis}scale")("function", functions=(place, value))
    getattr(axes, f"set_{axis}lim")(float(value(low - margin)), float(value(high + margin)))
    getattr(axes, f"set_{axis}ticks")(inside, [f"{mark:g}" for mark in inside])
