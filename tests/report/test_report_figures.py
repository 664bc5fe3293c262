import csv
import io
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from figure_records import replace_table

from suite.base.errors import SuiteError
from suite.records.naming import labels
from suite.report.figures import scatter, style

SIGNATURES = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml", "csv": b"source,row"}


@pytest.fixture
def drawn(stored):
    results = stored()
    return results, scatter.canvas(results, results.reproduction.figures[0])


def lines(axes):
    """The points of a panel by label."""
    found = {line.get_label(): [tuple(map(float, point)) for point in line.get_xydata()] for line in axes.get_lines()}
    return {label: points for label, points in found.items() if not label.startswith("_")}


def test_axes_are_named_with_units(drawn):
    left, right = drawn[1].axes
    assert (left.get_xlabel(), right.get_xlabel()) == ("weight sparsity (%)", "neuron sparsity (%)")
    assert left.get_ylabel() == "test error (%)"


def test_there_is_one_point_a_seed(drawn):
    left, right = map(lines, drawn[1].axes)
    assert left["group_lasso"] == [(88.0, 1.0), (89.0, 1.1), (90.0, 1.2)]
    assert right["group_lasso"] == [(60.0, 1.0), (62.0, 1.1), (64.0, 1.2)]
    assert left["cges"] == [(94.0, 0.7)]
    assert right["special"] == [(20.0, 0.9), (21.0, 0.9)]  # the first seed lacks the metric
    assert "l1" not in left


def test_the_mean_has_a_cross(drawn):
    crosses = [tuple(line.get_xydata()[0]) for line in drawn[1].axes[0].get_lines() if line.get_marker() == "x"]
    assert len(crosses) == 6  # rows with several runs, without V, which is off the scale
    assert crosses[1] == pytest.approx((89.0, 1.1))


def test_the_papers_numbers_are_hollow_in_the_method_s_colour_and_marker(drawn):
    by_label = {line.get_label(): line for line in drawn[1].axes[0].get_lines()}
    ours, paper = by_label["group_lasso"], by_label["paper: group_lasso"]
    assert lines(drawn[1].axes[0])["paper: group_lasso"] == [(89.5, 0.5)]
    assert (paper.get_color(), paper.get_marker()) == (ours.get_color(), ours.get_marker())
    assert paper.get_markerfacecolor() == "none"  # where the numbers agree, ours shows through
    assert [label for label in by_label if label.startswith("paper")] == ["paper: group_lasso"]  # the others lack an error


def test_methods_differ_in_colour_or_marker(drawn):
    styles = [
        (line.get_color(), line.get_marker()) for line in drawn[1].axes[0].get_lines() if not line.get_label().startswith(("_", "paper"))
    ]
    assert len(set(styles)) == len(styles) == 9
    assert len({(style.COLOURS[i % 7], style.MARKERS[i % 13]) for i in range(91)}) == 91


def test_a_row_that_is_far_off_is_put_on_the_upper_edge_and_says_so(drawn):
    left = drawn[1].axes[0]
    assert left.get_ylim()[1] < 2
    line = next(line for line in left.get_lines() if line.get_label() == "sgl0@V")
    pixels = line.get_transform().transform(line.get_xydata())
    assert pixels[:, 1] == pytest.approx(left.transAxes.transform((0, 1))[1])
    assert "sparse group l0asso, V; at the top: 90 %" in [text.get_text() for text in drawn[1].legends[0].get_texts()]


def test_the_legend_names_every_row_and_covers_nothing(drawn):
    results, made = drawn
    made.draw_without_rendering()
    legend = made.legends[0]
    texts = {text.get_text().replace("\n", " ").partition("; at the top")[0] for text in legend.get_texts()}
    assert texts >= {label for key, label in labels(results).items() if key != "l1"}
    box = legend.get_window_extent()
    assert made.bbox.x0 <= box.x0
    assert box.x1 <= made.bbox.x1
    assert made.bbox.y0 <= box.y0
    for axes in made.axes:
        assert not axes.get_tightbbox().overlaps(box)
    entries = [text.get_window_extent() for text in legend.get_texts()]
    assert not any(a.overlaps(b) for i, a in enumerate(entries) for b in entries[:i])


def test_a_figure_that_is_no_result_says_so_and_has_no_paper(stored):
    results = stored("smoke")
    made = scatter.canvas(results, results.reproduction.figures[0])
    assert made.get_suptitle().startswith("NOT A RESULT: the smoke profile")
    assert not [label for label in lines(made.axes[0]) if label.startswith("paper")]


@pytest.mark.parametrize("form", ["png", "pdf", "svg", "csv"])
def test_every_format_is_written_and_twice_the_same(stored, tmp_path, form):
    results = stored()
    (first,), (second,) = results.figure(tmp_path / f"a.{form}"), results.figure(tmp_path / "again" / f"a.{form}")
    assert first.read_bytes().startswith(SIGNATURES[form])
    assert first.read_bytes() == second.read_bytes()
    assert not re.search(rb"CreationDate|ModDate|dc:date", first.read_bytes()), "two drawings in one second would agree on a date"
    assert [path.name for path in (tmp_path / "again").iterdir()] == [f"a.{form}"]


def test_the_resolution_is_enough_for_print(stored, tmp_path):
    (path,) = stored().figure(tmp_path / "a")
    assert path.name == "a.png"
    assert int.from_bytes(path.read_bytes()[16:20], "big") >= 150 * 7


def test_several_figures_are_numbered(stored, tmp_path):
    results = stored()
    twice = replace_table(results, replace(results.reproduction, figures=results.reproduction.figures * 2))
    assert [path.name for path in twice.figure(tmp_path / "figure.csv")] == ["figure1.csv", "figure2.csv"]


def test_the_points_are_written_beside_it(stored):
    results = stored()
    rows = list(csv.DictReader(io.StringIO(scatter.points(results, results.reproduction.figures[0]))))
    ours = [(r["seed"], r["test_error"], r["weight_sparsity"]) for r in rows if (r["source"], r["row"]) == ("ours", "group_lasso")]
    assert ours == [("0", "1", "88"), ("1", "1.1", "89"), ("2", "1.2", "90")]
    paper = [r for r in rows if r["source"] == "paper"]
    assert [(r["row"], r["test_error"], r["weight_sparsity"]) for r in paper] == [
        ("group_lasso", "0.5", "89.5"),
        ("hard_concrete@gates ignored in the count", "", "0.02"),
        ("special", "", "50"),
    ]


@pytest.mark.parametrize("name", ["figure.jpg", "figure.tex"])
def test_another_ending_is_an_error(stored, tmp_path, name):
    with pytest.raises(SuiteError, match="choose from png, pdf, svg, csv"):
        stored().figure(tmp_path / name)


def test_a_figure_that_cannot_be_written_is_an_error(stored, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SuiteError, match="cannot write"):
        stored().figure(tmp_path / "file" / "figure.png")


def test_no_pyplot():
    code = "import sys, suite.report.figures, matplotlib.figure; print('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_a_view_far_off_does_not_set_the_scale_for_one_run(stored):
    """With SGL0 alone, its copy V misclassifies nearly everything and goes to the upper edge."""
    results = stored()
    alone = replace(results, records={key: r for key, r in results.records.items() if r["method"] == "sgl0"})
    made = scatter.canvas(alone, alone.reproduction.figures[0])
    errors = alone.values("sgl0", "test_error")
    assert errors
    assert max(alone.values("sgl0@V", "test_error")) > 10 * max(errors)
    assert made.axes[0].get_ylim()[1] < 2 * max(errors)
    texts = [text.get_text() for text in made.legends[0].get_texts()]
    assert any(text.endswith("only the paper's number") for text in texts)
