"""The stretched axes of percentages."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

from suite.experiment.metrics import Column
from suite.report.figures.scale import stretch

ACCURACY = Column("accuracy", "accuracy", better="higher")
SHARE = Column("share", "share", better="lower")
TIME = Column("time", "time", unit="s", better="lower")


def stretched(column, values, axis="y"):
    axes = Figure().subplots()
    axes.plot(values, values)
    stretch(axes, axis, column, values)
    return axes


def heights(axes, values):
    return axes.transAxes.inverted().transform(axes.transData.transform([(v, v) for v in values]))


def test_equal_factors_of_a_share_have_equal_room():
    place = heights(stretched(SHARE, [1.0, 100.0]), [1.0, 10.0, 100.0])[:, 1]
    assert place[1] - place[0] == pytest.approx(place[2] - place[1], rel=0.05)


@pytest.mark.parametrize("axis", ["x", "y"])
def test_the_place_is_the_logarithm_of_the_error_and_a_tenth(axis):
    values = [10.0, 50.0, 99.0, 100.0]
    place = heights(stretched(ACCURACY, values, axis), values)[:, "xy".index(axis)]
    logarithms = np.array([-math.log(100.1 - v) for v in values])
    assert (place - place[0]) / (place[3] - place[0]) == pytest.approx((logarithms - logarithms[0]) / (logarithms[3] - logarithms[0]))
    assert 0 < place[0] < place[3] < 1


@pytest.mark.parametrize(("column", "end"), [(SHARE, 0.0), (ACCURACY, 100.0)])
def test_the_end_is_on_the_axis(column, end):
    axes = stretched(column, [0.0, 0.4, 20.0, 99.6, 100.0])
    assert 0 < heights(axes, [end])[0, 1] < 1
    assert f"{end:g}" in [label.get_text() for label in axes.get_yticklabels()]


def test_labels_are_the_percentages():
    assert [t.get_text() for t in stretched(SHARE, [0.2, 50.0]).get_yticklabels()] == ["0.3", "1", "3", "10", "30"]
    assert [t.get_text() for t in stretched(ACCURACY, [10.0, 99.1]).get_yticklabels()] == ["10", "50", "80", "90", "95", "98", "99"]


@pytest.mark.parametrize(("column", "values"), [(ACCURACY, [96.0, 98.5]), (SHARE, [40.0, 60.0]), (TIME, [0.1, 100.0]), (SHARE, [])])
def test_other_axes_stay_linear(column, values):
    assert stretched(column, values).get_yscale() == "linear"
