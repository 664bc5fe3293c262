"""Contours of penalties against their formulas in plain arithmetic."""

import csv
import io
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgba

from suite.app.results import Results
from suite.experiment.reproduction import Contours, Profile, Reproduction
from suite.methods.schedule import Schedule
from suite.penalties import (
    CGES,
    L0,
    L1,
    MCP,
    SCAD,
    CappedL1,
    ExclusiveLasso,
    GroupLasso,
    IntegratedTL1,
    L1MinusL2,
    LogSum,
    Lp,
    Ridge,
    SparseGroup,
    TransformedL1,
)
from suite.report.figures import contours, draw


def tl1(w, a=0.5):
    return sum((a + 1) * abs(v) / (a + abs(v)) for v in w)


FORMULAS = {
    L0(): lambda w: sum(v != 0 for v in w),
    L1(): lambda w: abs(w[0]) + abs(w[1]),
    Ridge(): lambda w: (w[0] ** 2 + w[1] ** 2) / 2,
    Lp(0.5): lambda w: math.sqrt(abs(w[0])) + math.sqrt(abs(w[1])),
    TransformedL1(0.5): tl1,
    SCAD(3.7): lambda w: abs(w[0]) + abs(w[1]),  # up to 1
    MCP(0.5): lambda w: sum(min(abs(v), 0.5) - min(abs(v), 0.5) ** 2 for v in w),
    LogSum(0.1): lambda w: sum(math.log(1 + abs(v) / 0.1) for v in w),
    CappedL1(0.3): lambda w: sum(min(abs(v), 0.3) for v in w),
    L1MinusL2(1.0): lambda w: abs(w[0]) + abs(w[1]) - math.hypot(*w),
    GroupLasso(): lambda w: math.sqrt(2) * math.hypot(*w),
    GroupLasso(scale_by_size=False): lambda w: math.hypot(*w),
    ExclusiveLasso(): lambda w: (abs(w[0]) + abs(w[1])) ** 2 / 2,
    SparseGroup(L1(), GroupLasso()): lambda w: abs(w[0]) + abs(w[1]) + math.sqrt(2) * math.hypot(*w),
    CGES(0.25): lambda w: 0.75 * math.hypot(*w) + 0.125 * (abs(w[0]) + abs(w[1])) ** 2,
    IntegratedTL1(0.25, 0.5): lambda w: 0.25 * tl1(w) + 0.75 * math.hypot(*w),
}
TITLES = {penalty: f"penalty {i}" for i, penalty in enumerate(FORMULAS)}


def make(figure):
    table = Reproduction(
        "demo/contours", "Penalties of two weights", "Paper", (), {"quick": Profile(Schedule(epochs=1))}, (), figures=(figure,)
    )
    return Results(table.at("quick", 1), Path("unused"), {})


def every(**more):
    return Contours(panels=tuple((title, penalty) for penalty, title in TITLES.items()), **more)


@pytest.mark.parametrize("penalty", FORMULAS, ids=repr)
def test_the_surface_is_the_penalty(penalty):
    axis = contours.grid(1.0, 4)
    found = contours.surface(penalty, axis)
    for j, w2 in enumerate(axis.tolist()):
        for i, w1 in enumerate(axis.tolist()):
            assert found[j, i].item() == pytest.approx(FORMULAS[penalty]((w1, w2)), abs=1e-12)


def test_the_grid_has_zero_and_both_ends():
    assert contours.grid(0.7, 10).tolist()[::10] == [-0.7, 0.0, 0.7]
    assert len(contours.grid(0.7, 10)) == 21


def test_the_points_are_on_a_coarse_grid():
    figure = Contours(panels=(("a", GroupLasso(scale_by_size=False)), ("b", TransformedL1(0.5))), extent=2.0)
    found = list(csv.DictReader(io.StringIO(contours.points(make(figure), figure))))
    assert len(found) == 2 * 41 * 41
    assert {line["w1"] for line in found} == {f"{k / 10:g}" for k in range(-20, 21)}
    for line in found[::97]:
        w = float(line["w1"]), float(line["w2"])
        assert float(line["value"]) == pytest.approx(math.hypot(*w) if line["panel"] == "a" else tl1(w), rel=1e-5, abs=1e-9)


def test_lines_lie_where_the_penalty_has_their_share_of_its_greatest_value():
    figure = Contours(panels=(("norm", GroupLasso(scale_by_size=False)),))
    (lines,) = contours.canvas(make(figure), figure).axes[0].collections
    levels = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    for level, path in zip(levels, lines.get_paths(), strict=True):
        assert np.hypot(*path.vertices.T) == pytest.approx(level * math.sqrt(2), abs=2e-3)  # a circle, to the grid's resolution
    shades = [to_rgba(colour) for colour in lines.get_edgecolor()]
    assert len(set(shades)) == 9
    assert shades[-1] == pytest.approx(colormaps["viridis"](0.0))  # the lowest is darkest


def test_panels_are_titled_square_and_within_the_canvas():
    figure = every()
    made = contours.canvas(make(figure), figure)
    panels = made.axes[: len(FORMULAS)]
    assert [axes.get_title() for axes in panels] == list(TITLES.values())
    assert all(axes.get_aspect() == 1 and axes.get_xlim() == axes.get_ylim() == (-1.0, 1.0) for axes in panels)
    assert (made.get_supxlabel(), made.get_supylabel()) == ("$w_1$", "$w_2$")
    assert made.get_suptitle() == "demo/contours: Penalties of two weights"
    made.draw_without_rendering()
    boxes = [axes.get_tightbbox() for axes in made.axes]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= made.bbox.x1 and box.y1 <= made.bbox.y1 for box in boxes)


def test_the_panels_are_set_in_so_many_columns():
    figure = every(columns=3)
    made = contours.canvas(make(figure), figure)
    assert made.axes[0].get_gridspec().get_geometry() == (6, 3)
    few = replace(figure, panels=figure.panels[:2])
    assert contours.canvas(make(few), few).axes[0].get_gridspec().get_geometry() == (1, 2)


@pytest.mark.parametrize("form", ["png", "pdf", "csv"])
def test_it_needs_no_runs_and_is_the_same_each_time(tmp_path, form):
    results = make(Contours(panels=(("L1", L1()), ("L0", L0()))))
    (first,), (second,) = draw(results, tmp_path / f"a.{form}"), draw(results, tmp_path / f"b.{form}")
    assert first.read_bytes() == second.read_bytes()
    assert len(first.read_bytes()) > 5000
