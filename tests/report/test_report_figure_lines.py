"""Graphs of functions against the functions."""

import csv
import io
import math
from pathlib import Path

import pytest
import torch
from figure_records import nothing_overlaps

from suite.app.results import Results
from suite.experiment.figures import Lines, Panel
from suite.experiment.reproduction import Profile, Reproduction
from suite.methods.schedule import Schedule
from suite.report.figures import draw, lines


def blocked(x):
    return torch.where(x < 1, x, math.inf)


LEFT = Panel("left", "x", -1.0, 2.0, 6, (("square", torch.square), ("root", lambda x: x.abs().sqrt())))
RIGHT = Panel("right", "y", 0.0, 2.0, 4, (("blocked", blocked), ("square", torch.square)))
FIGURE = Lines(panels=(LEFT, RIGHT))


def make(figure=FIGURE):
    table = Reproduction("demo/lines", "Some functions", "Paper", (), {"quick": Profile(Schedule(epochs=1))}, (), figures=(figure,))
    return Results(table.at("quick", 1), Path("unused"), {})


def test_the_points_are_the_functions():
    found = list(csv.DictReader(io.StringIO(lines.points(make(), FIGURE))))
    assert len(found) == 7 + 7 + 5 + 5
    by_line = {}
    for row in found:
        by_line.setdefault((row["panel"], row["line"]), []).append((float(row["x"]), float(row["value"])))
    assert by_line["left", "square"] == [(x / 2, x**2 / 4) for x in range(-2, 5)]
    assert by_line["right", "blocked"] == [(0.0, 0.0), (0.5, 0.5), (1.0, math.inf), (1.5, math.inf), (2.0, math.inf)]


def test_the_grid_has_both_ends():
    assert lines.grid(Panel("", "", 0.1, 0.7, 7, ())).tolist()[::7] == [0.1, 0.7]


def test_every_panel_has_its_graphs_title_and_axis():
    made = lines.canvas(make(), FIGURE)
    left, right = made.axes
    assert (left.get_title(), right.get_title(), left.get_xlabel(), right.get_xlabel()) == ("left", "right", "x", "y")
    assert (left.get_xlim(), right.get_xlim()) == ((-1.0, 2.0), (0.0, 2.0))
    drawn = {line.get_label(): line for line in left.get_lines()}
    assert drawn["square"].get_ydata().tolist() == [1.0, 0.25, 0.0, 0.25, 1.0, 2.25, 4.0]
    assert made.get_suptitle() == "demo/lines: Some functions"
    assert nothing_overlaps(made)


def test_the_same_name_looks_the_same_and_stands_once_in_the_legend():
    made = lines.canvas(make(), FIGURE)
    looks = [{line.get_label(): (line.get_color(), line.get_linestyle()) for line in axes.get_lines()} for axes in made.axes]
    assert looks[0]["square"] == looks[1]["square"] != looks[0]["root"]
    assert [text.get_text() for text in made.legends[0].get_texts()] == ["square", "root", "blocked"]


def test_an_infinite_value_leaves_the_panel_upwards():
    axes = lines.canvas(make(), FIGURE).axes[1]
    (line,) = (line for line in axes.get_lines() if line.get_label() == "blocked")
    bottom, top = axes.get_ylim()
    assert (bottom, top) == pytest.approx((-0.2, 4.2))
    assert all(math.isfinite(y) for y in line.get_ydata())
    assert line.get_ydata()[2] > 2 * top


def test_a_constant_has_room():
    figure = Lines(panels=(Panel("flat", "x", 0.0, 1.0, 2, (("one", torch.ones_like),)),))
    bottom, top = lines.canvas(make(figure), figure).axes[0].get_ylim()
    assert bottom < 1 < top


@pytest.mark.parametrize("function", [lambda x: x[1:], lambda x: x / x])
def test_what_gives_no_numbers_is_refused(function):
    panel = Panel("", "", 0.0, 1.0, 2, (("broken", function),))
    with pytest.raises(ValueError, match="broken has to give a number for each of the 3 points"):
        lines.graphs(panel)


@pytest.mark.parametrize("form", ["png", "pdf", "csv"])
def test_it_needs_no_runs_and_is_the_same_each_time(tmp_path, form):
    (first,), (second,) = draw(make(), tmp_path / f"a.{form}"), draw(make(), tmp_path / f"b.{form}")
    assert first.read_bytes() == second.read_bytes()
    assert len(first.read_bytes()) > (100 if form == "csv" else 5000)
