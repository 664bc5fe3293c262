"""Metrics against the strength, and against one another along it."""

import numpy as np
import pytest
from figure_records import cell, make, named, nothing_overlaps, read, words

from suite.experiment.metrics import Column
from suite.experiment.reproduction import Sweep
from suite.methods import method
from suite.report.figures import sweep
from suite.stats.intervals import summary

ERROR = Column("test_error", "test error", better="lower")
ZEROS = Column("weight_sparsity", "weight sparsity", better="higher")
DIVERGED = {"status": "diverged"}


def found(error, zeros):
    return {"metrics": {"test_error": error, "weight_sparsity": zeros}}


def at(name, lam, *, group):
    return cell(name, group, lam=lam)


CONTENT = {
    cell("dense", "0"): [found(5.0, 0.0), found(5.5, 0.0)],
    at("sgl0", 0.5, group="0.5"): [found(7.0, 80.0), found(9.0, 84.0)],
    at("sgl0", 0.01, group="0.01"): [found(5.2, 10.0), found(5.4, 12.0)],
    at("cges", 0.01, group="0.01"): [found(6.0, 30.0), None],
    at("cges", 0.5, group="0.5"): [DIVERGED, DIVERGED],
    at("sgl0", 0.1, group="0.1"): [found(6.0, 40.0), None],
}


@pytest.fixture
def drawn():
    figure = Sweep(columns=(ZEROS, ERROR), against=((ZEROS, ERROR),), strength="alpha (of the loss)")
    results = make(figure, CONTENT)
    return results, figure, sweep.canvas(results, figure)


def test_lines_go_through_the_means_in_the_order_of_the_strengths(drawn):
    sparsity, error, _ = drawn[2].axes
    line = named(sparsity)["sgl0"]
    assert line.get_ydata() == pytest.approx([11.0, 40.0, 82.0])
    assert line.get_xdata() == pytest.approx([0.01, 0.1, 0.5], rel=0.1)  # a little apart from the others
    assert named(error)["sgl0"].get_ydata() == pytest.approx([5.3, 6.0, 8.0])
    assert sparsity.get_xscale() == "log"
    assert [label.get_text() for label in sparsity.get_xticklabels()] == ["0.01", "0.1", "0.5"]


def test_intervals_are_those_of_the_mean_where_there_are_two_seeds(drawn):
    error = drawn[2].axes[1]
    bars = [line.get_ydata() for line in error.get_lines() if len(set(line.get_xdata())) == 1 and len(line.get_xdata()) == 2]
    expected = [summary([5.2, 5.4]).interval(), summary([7.0, 9.0]).interval()]
    np.testing.assert_allclose(sorted(map(list, bars)), sorted(map(list, expected)))


def test_a_method_without_a_strength_is_a_line_across(drawn):
    line = named(drawn[2].axes[1])["dense"]
    assert line.get_ydata() == pytest.approx([5.25, 5.25])
    assert line.get_xdata() == pytest.approx([0, 1])  # of the width of the panel


def test_strengths_of_which_every_run_diverged_are_marked_at_the_top(drawn):
    made = drawn[2]
    (cross,) = [line for line in made.axes[0].get_lines() if line.get_marker() == "x"]
    assert cross.get_xdata() == pytest.approx([0.5], rel=0.1)
    assert cross.get_ydata() == pytest.approx([1.0])
    assert cross.get_color() == named(made.axes[0])["cges"].get_color()
    assert named(made.axes[0])["cges"].get_ydata() == pytest.approx([30.0])
    assert made.legends[0].get_texts()[-1].get_text() == "cross at the top: every run diverged"


def test_the_last_panel_is_the_path_of_the_means_with_growing_markers(drawn):
    panel = drawn[2].axes[2]
    assert named(panel)["sgl0"].get_xydata() == pytest.approx(np.array([[11.0, 5.3], [40.0, 6.0], [82.0, 8.0]]))
    colour = named(panel)["sgl0"].get_color()
    sizes = [line.get_markersize() for line in panel.get_lines() if line.get_color() == colour and line.get_marker() not in ("", "None")]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    assert panel.get_xlabel() == "weight sparsity (%); larger markers: larger alpha"


def test_axes_and_legend(drawn):
    made = drawn[2]
    assert [axes.get_xlabel() for axes in made.axes[:2]] == ["alpha (of the loss)"] * 2
    assert [axes.get_ylabel() for axes in made.axes] == ["weight sparsity (%)", "test error (%)", "test error (%)"]
    titles = [method(name).title for name in ("dense", "sgl0", "cges")]
    assert [text.get_text() for text in made.legends[0].get_texts()][:3] == titles
    assert made.axes[0].get_ylim()[0] >= 0
    assert nothing_overlaps(made)


def test_without_runs_the_panels_say_so():
    figure = Sweep(columns=(ERROR,), against=((ZEROS, ERROR),))
    made = sweep.canvas(make(figure, {key: [None] for key in CONTENT}), figure)
    assert [words(axes) for axes in made.axes] == [["no runs"]] * 2
    assert nothing_overlaps(made) if made.legends else True


def test_the_points_are_written(drawn):
    assert sweep.points(*drawn[:2]).startswith("method,lam,seed,weight_sparsity,test_error\n")
    assert [tuple(line.values()) for line in read(sweep.points(*drawn[:2]))] == [
        ("dense", "", "0", "0", "5"),
        ("dense", "", "1", "0", "5.5"),
        ("sgl0", "0.01", "0", "10", "5.2"),
        ("sgl0", "0.01", "1", "12", "5.4"),
        ("sgl0", "0.1", "0", "40", "6"),
        ("sgl0", "0.5", "0", "80", "7"),
        ("sgl0", "0.5", "1", "84", "9"),
        ("cges", "0.01", "0", "30", "6"),
    ]
