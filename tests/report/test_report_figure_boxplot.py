"""Boxes over the seeds."""

import numpy as np
import pytest
from figure_records import ACCURACY, BOXES, LEFT, make, named, nothing_overlaps, read

from suite.experiment.reproduction import Boxplot
from suite.report.figures import boxplot


@pytest.fixture
def boxes():
    figure = Boxplot(columns=(ACCURACY, LEFT))
    results = make(figure, BOXES)
    return results, figure, boxplot.canvas(results, figure)


def test_a_box_spans_the_quartiles_and_its_whiskers_the_seeds(boxes):
    axes = boxes[2].axes[0]
    box, *whiskers = [line.get_xdata() for line in axes.get_lines() if line.get_label().startswith("_")]
    assert (min(box), max(box)) == (97.0, 98.5)  # of 96, 98 and 99
    assert sorted(map(sorted, whiskers[:2])) == [[96.0, 97.0], [98.5, 99.0]]


def test_every_seed_is_a_point_and_no_two_are_level(boxes):
    lines = named(boxes[2].axes[0])
    seeds = lines["mnist/l1"]
    assert list(seeds.get_xdata()) == [99.0, 98.0, 96.0]
    assert len(set(seeds.get_ydata())) == 3
    assert np.abs(seeds.get_ydata()).max() < 0.3  # inside the box
    assert list(lines["mnist/sgl0"].get_xdata()) == [99.5]
    assert list(lines["mnist/sgl0"].get_ydata()) == [1.0]


def test_a_single_run_has_no_box(boxes):
    heights = {round(float(y)) for line in boxes[2].axes[0].get_lines() if line.get_label().startswith("_") for y in line.get_ydata()}
    assert heights == {0}


def test_boxes_have_a_row_of_panels_for_each_group(boxes):
    made = boxes[2]
    assert [axes.get_title() for axes in made.axes] == ["mnist", "mnist", "pendigits", "pendigits"]
    assert [axes.get_xlabel() for axes in made.axes] == ["accuracy (%)", "weights left (%)"] * 2
    assert [label.get_text() for label in made.axes[0].get_yticklabels()] == ["lasso", "sparse group l0, a method of\na very long name"]
    assert nothing_overlaps(made)


def test_a_method_has_the_same_colour_in_every_group(boxes):
    top, bottom = named(boxes[2].axes[0]), named(boxes[2].axes[2])
    assert top["mnist/sgl0"].get_color() == bottom["pendigits/sgl0"].get_color() != bottom["pendigits/l1"].get_color()
    assert top["mnist/sgl0"].get_marker() == bottom["pendigits/sgl0"].get_marker() != bottom["pendigits/l1"].get_marker()


def test_the_points_of_the_boxes_are_written(boxes):
    found = read(boxplot.points(*boxes[:2]))
    assert found[0] == {"group": "mnist", "row": "mnist/l1", "label": "lasso", "seed": "0", "test_accuracy": "99", "weights_left": "10"}
    assert [(line["row"], line["seed"]) for line in found] == [
        *(("mnist/l1", seed) for seed in "012"),
        ("mnist/sgl0", "0"),
        *(("pendigits/l1", seed) for seed in "01"),
        *(("pendigits/sgl0", seed) for seed in "01"),
    ]
