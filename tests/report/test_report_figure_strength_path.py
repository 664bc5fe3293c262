"""Paths along the strengths of the methods."""

import math

import numpy as np
import pytest
from figure_records import ACCURACY, FLOPS, LEFT, PATHS, cell, make, named, nothing_overlaps, read, scored, words

from suite.experiment.reproduction import StrengthPath
from suite.methods import method
from suite.report.figures import strength_path


@pytest.fixture
def paths():
    figure = StrengthPath(y=ACCURACY, x=(LEFT, FLOPS))
    results = make(figure, PATHS)
    return results, figure, strength_path.canvas(results, figure)


def test_a_path_goes_through_the_means_in_the_order_of_the_strengths(paths):
    left, flops, *_ = paths[2].axes
    assert named(left)["l1"].get_xydata() == pytest.approx(np.array([[45.0, 98.5], [3.0, 97.0], [0.2, 11.0]]))
    assert named(flops)["l1"].get_xydata() == pytest.approx(np.array([[75.0, 98.5], [9.0, 97.0], [0.3, 11.0]]))
    assert named(left)["group_lasso"].get_xydata() == pytest.approx(np.array([[89.0, 98.5]]))


def test_paths_differ_without_colour(paths):
    lasso, group = named(paths[2].axes[0]).values()
    assert lasso.get_linestyle() != group.get_linestyle() or lasso.get_marker() != group.get_marker()
    assert lasso.get_marker() != "None"


def test_a_group_without_runs_says_so(paths):
    made = paths[2]
    assert [axes.get_title() for axes in made.axes] == ["mnist", "mnist", "pendigits", "pendigits"]
    assert [words(axes) for axes in made.axes] == [[], [], ["no runs"], ["no runs"]]


def test_the_paths_have_axes_and_a_legend_of_the_methods(paths):
    made = paths[2]
    assert [axes.get_xlabel() for axes in made.axes[2:]] == ["weights left (%)", "FLOPs left (%)"]
    assert made.axes[0].get_ylabel() == made.axes[2].get_ylabel() == "accuracy (%)"
    assert [text.get_text() for text in made.legends[0].get_texts()] == ["l1", method("group_lasso").title]
    assert nothing_overlaps(made)


def test_good_accuracies_have_room_beside_a_collapse(paths):
    axes = paths[2].axes[0]
    heights = axes.transAxes.inverted().transform(axes.transData.transform([(1, 11.0), (1, 90.0), (1, 97.0), (1, 98.5)]))[:, 1]
    assert heights[1] < 0.5  # on a linear axis 0.9; from 10 to 99 % with a margin of 4 % on either side:
    assert heights[3] - heights[2] == pytest.approx(math.log(3.1 / 1.6) / math.log(90.1 / 1.1) / 1.08)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["10", "50", "80", "90", "95", "98", "99"]


def test_the_points_of_the_paths_are_written(paths):
    found = [tuple(line.values()) for line in read(strength_path.points(*paths[:2]))]
    assert found == [
        ("mnist", "l1", "0.1", "0", "99", "50", "70"),
        ("mnist", "l1", "0.1", "1", "98", "40", "80"),
        ("mnist", "l1", "1", "0", "97", "3", "9"),
        ("mnist", "l1", "3", "0", "12", "0.1", "0.2"),
        ("mnist", "l1", "3", "1", "10", "0.3", "0.4"),
        ("mnist", "group_lasso", "0.5", "0", "98.5", "90", "95"),
        ("mnist", "group_lasso", "0.5", "1", "98.5", "88", "93"),
    ]
    assert strength_path.points(*paths[:2]).startswith("group,method,lam,seed,test_accuracy,weights_left,flops_left\n")


OPTIONS = {
    cell("integrated_tl1", "mnist", lam=1e-4): [scored(3.0, 50.0)],
    cell("integrated_tl1", "mnist", lam=1e-5): [scored(2.0, 40.0)],
    cell("integrated_tl1", "mnist", lam=1e-4, a=1.0): [scored(1.1, 60.0)],
    cell("l1", "pendigits", lam=0.1): [scored(1.5, 90.0)],
    cell("integrated_tl1", "pendigits", lam=1e-4, a=1.0): [scored(1.0, 95.0)],
}
BOTH = StrengthPath(y=ACCURACY, x=(LEFT,))


def test_one_method_with_other_options_is_a_path_of_its_own():
    results = make(BOTH, OPTIONS)
    axes, other = strength_path.canvas(results, BOTH).axes
    assert list(named(axes)) == ["integrated_tl1", "integrated_tl1[a=1.0]"]
    assert named(axes)["integrated_tl1"].get_xydata() == pytest.approx(np.array([[60.0, 98.0], [50.0, 97.0]]))
    assert set(named(other)) == {"l1", "integrated_tl1[a=1.0]"}
    legend = strength_path.canvas(results, BOTH).legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["integrated TL1 (a=0.01)", "integrated TL1 (a=1.0)", "l1"]
    assert [line["method"] for line in read(strength_path.points(results, BOTH))][1:3] == ["integrated_tl1", "integrated_tl1[a=1.0]"]


def test_a_figure_of_some_groups_shows_no_other_and_keeps_the_looks():
    results = make(BOTH, OPTIONS)
    one = StrengthPath(y=ACCURACY, x=(LEFT,), groups=("pendigits",))
    (axes,) = strength_path.canvas(results, one).axes
    assert axes.get_title() == "pendigits"
    looks = [
        {name: (line.get_color(), line.get_marker()) for name, line in named(a).items()}
        for a in (axes, strength_path.canvas(results, BOTH).axes[1])
    ]
    assert looks[0] == looks[1]
    legend = strength_path.canvas(results, one).legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["integrated TL1 (a=1.0)", "l1"]
    assert {line["group"] for line in read(strength_path.points(results, one))} == {"pendigits"}


def test_strengths_are_ordered_as_numbers():
    content = {cell("l1", lam=lam): [scored(lam, 50.0)] for lam in (10.0, 9.0, 0.5)}
    figure = StrengthPath(y=ACCURACY, x=(LEFT,))
    assert [line["lam"] for line in read(strength_path.points(make(figure, content), figure))] == ["0.5", "9", "10"]
