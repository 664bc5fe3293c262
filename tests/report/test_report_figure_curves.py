"""Curves over the steps of the optimiser."""

import math

import numpy as np
import pytest
from figure_records import ACCURACY, CURVED, LEFT, LOSS, cell, make, named, nothing_overlaps, read, trained, words
from scipy import stats

from suite.experiment.metrics import Column
from suite.experiment.reproduction import Curves, Filters
from suite.judging import published
from suite.report.figures import curves, filters


@pytest.fixture
def curved():
    figure = Curves(columns=(ACCURACY, LEFT, LOSS))
    results = make(figure, CURVED)
    return results, figure, curves.canvas(results, figure)


def test_curves_are_means_over_steps_of_the_optimiser(curved):
    accuracy, left, loss = map(named, curved[2].axes)
    assert accuracy["l1"].get_xydata() == pytest.approx(np.array([[10, 32.0], [20, 92.0], [30, 96.5]]))
    assert left["l1"].get_xydata() == pytest.approx(np.array([[10, 100.0], [20, 48.0], [30, 9.0]]))
    assert loss["sgl0"].get_xydata() == pytest.approx(np.array([[10, 1.0], [20, 0.9], [30, 0.8]]))
    assert set(left) == {"l1"}  # the other's records lack the curve
    assert [axes.get_xlabel() for axes in curved[2].axes] == ["steps of the optimiser"] * 3
    assert [axes.get_ylabel() for axes in curved[2].axes] == ["accuracy (%)", "weights left (%)", "training loss"]


def test_the_band_is_the_interval_of_student(curved):
    values = [2.0, 2.2, 1.8]
    low, high = stats.t.interval(0.95, 2, loc=np.mean(values), scale=stats.sem(values))
    (band,) = curved[2].axes[2].collections  # a single run has none
    first = band.get_paths()[0].vertices
    assert (min(first[first[:, 0] == 10, 1]), max(first[first[:, 0] == 10, 1])) == pytest.approx((low, high))
    line = next(line for line in read(curves.points(*curved[:2])) if line["metric"] == "train_loss")
    assert (float(line["low"]), float(line["high"])) == pytest.approx((low, high), rel=1e-5)


def test_a_band_of_percentages_ends_at_their_ends(curved):
    low, high = stats.t.interval(0.95, 2, loc=96.5, scale=stats.sem([96.0, 95.0, 98.5]))
    assert high > 100
    vertices = curved[2].axes[0].collections[0].get_paths()[0].vertices
    assert vertices[:, 1].max() == 100.0
    last = [line for line in read(curves.points(*curved[:2])) if line["metric"] == "test_accuracy" and line["row"] == "l1"][-1]
    assert (float(last["low"]), float(last["high"])) == pytest.approx((low, high), rel=1e-5)


def test_the_points_of_the_curves_are_written(curved):
    found = read(curves.points(*curved[:2]))
    assert found[1] == {
        "group": "",
        "row": "l1",
        "label": "lasso",
        "metric": "test_accuracy",
        "step": "20",
        "n": "3",
        "mean": "92",
        "low": f"{92 - stats.t.ppf(0.975, 2) / math.sqrt(3):.6g}",
        "high": f"{92 + stats.t.ppf(0.975, 2) / math.sqrt(3):.6g}",
    }
    assert [(line["metric"], line["mean"], line["low"], line["n"]) for line in found if line["row"] == "sgl0"] == [
        *(("test_accuracy", mean, "", "1") for mean in ("50", "80", "90")),
        *(("train_loss", mean, "", "1") for mean in ("1", "0.9", "0.8")),
    ]


@pytest.fixture
def papers(tmp_path, monkeypatch):
    monkeypatch.setattr(published, "root", lambda: tmp_path)
    (tmp_path / "demo.csv").write_text("# a remark\nrow,training,test_accuracy\nl1,50,60\nl1,100,99\nsgl0,100,7\n", encoding="utf-8")
    return Curves(columns=(ACCURACY, LOSS), along="training", published="demo.csv")


def test_curves_along_the_training_lie_over_those_of_the_paper(papers):
    made = curves.canvas(make(papers, CURVED), papers)
    accuracy, loss = made.axes
    assert named(accuracy)["l1"].get_xydata() == pytest.approx(np.array([[100 / 3, 32.0], [200 / 3, 92.0], [100, 96.5]]))
    theirs = [line for line in accuracy.get_lines() if line.get_label() == "paper"]
    assert [line.get_xydata().tolist() for line in theirs] == [[[50, 60], [100, 99]], [[100, 7]]]
    assert [line.get_color() for line in theirs] == [named(accuracy)[row].get_color() for row in ("l1", "sgl0")]
    assert not [line for line in loss.get_lines() if line.get_label() == "paper"]
    assert [axes.get_xlabel() for axes in made.axes] == ["share of the training (%)"] * 2
    assert accuracy.get_ylim()[0] < 7
    assert "thin: the paper" in [text.get_text() for text in made.legends[0].get_texts()]


def test_curves_of_the_paper_stand_beside_results_alone(papers):
    made = curves.canvas(make(papers, CURVED, profile="smoke"), papers)
    assert "paper" not in named(made.axes[0])
    assert "thin: the paper" not in [text.get_text() for text in made.legends[0].get_texts()]


def test_the_papers_curves_need_the_axis_that_they_are_given_on():
    with pytest.raises(ValueError, match="along the training"):
        Curves(columns=(LOSS,), published="demo.csv")


def test_curves_of_groups_have_rows_of_panels_and_names():
    content = {cell("l1", "mnist"): [trained([4.0])], cell("l1", "pendigits"): [trained([5.0])], cell("l1", "cifar10"): [None]}
    figure = Curves(columns=(ACCURACY, LEFT))
    made = curves.canvas(make(figure, content), figure)
    assert [axes.get_title() for axes in made.axes] == ["mnist"] * 2 + ["pendigits"] * 2 + ["cifar10"] * 2
    assert [words(axes) for axes in made.axes] == [[], ["no runs"], [], ["no runs"], ["no runs"], ["no runs"]]
    assert nothing_overlaps(made)


ANGLE = Column("angle", "angle", unit="°")
STARTS = {
    cell("l1", title="lasso"): [
        {"curves": {"angle": [90.0, 1.0, 0.01], "angle_low": [80.0, 0.5, 0.001], "angle_high": [100.0, 2.0, 0.1]}},
        {"curves": {"angle": [92.0, 3.0, 0.03], "angle_low": [82.0, 0.7, 0.003], "angle_high": [102.0, 4.0, None]}},
    ]
}


def test_the_band_of_starts_is_that_of_the_records():
    """Median and quantiles, each the mean over the seeds; a number that is missing leaves a gap."""
    figure = Curves(columns=(ANGLE,), band="starts", log=("angle",))
    results = make(figure, STARTS)
    lines = read(curves.points(results, figure))
    assert [(line["step"], line["n"], line["mean"], line["low"], line["high"]) for line in lines] == [
        ("10", "2", "91", "81", "101"),
        ("20", "2", "2", "0.6", "3"),
        ("30", "2", "0.02", "0.002", ""),
    ]
    (axes,) = curves.canvas(results, figure).axes
    assert (axes.get_yscale(), axes.get_xlabel()) == ("log", "iterations")
    assert named(axes)["l1"].get_ydata() == pytest.approx([91, 2, 0.02])
    (band,) = axes.collections
    assert {81.0, 101.0, 0.6, 3.0} <= {round(y, 6) for _, y in band.get_paths()[0].vertices}


@pytest.mark.parametrize(("count", "places"), [(3, (1, 3)), (4, (2, 2)), (5, (3, 2))])
def test_many_panels_without_groups_stand_in_rows_of_two(count, places):
    figure = Curves(columns=tuple(Column("angle", f"angle {i}", unit="°") for i in range(count)), band="starts")
    made = curves.canvas(make(figure, STARTS), figure)
    assert [axes.get_ylabel() for axes in made.axes] == [f"angle {i} (°)" for i in range(count)]
    assert made.axes[0].get_subplotspec().get_gridspec().get_geometry() == places
    assert nothing_overlaps(made)


def test_views_have_neither_curves_nor_filters():
    scores = {"label": "sgl0, V", "metrics": {"test_error": 5.0}}
    content = {cell("sgl0"): [{**trained([4.0]), "filters": [[[[1.0]]]], "views": {"V": scores}}]}
    results = make(Filters(), content)
    assert [row.key for row in results.rows] == ["sgl0", "sgl0@V"]
    assert {line["row"] for line in read(curves.points(results, Curves(columns=(ACCURACY,))))} == {"sgl0"}
    assert {line["row"] for line in read(filters.points(results, Filters()))} == {"sgl0"}
