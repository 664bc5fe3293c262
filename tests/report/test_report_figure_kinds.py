"""What all figures that are drawn from runs have in common."""

from dataclasses import replace

import pytest
from figure_records import ACCURACY, BOXES, CURVED, FILTERED, FLOPS, LEFT, PATHS, cell, make, nothing_overlaps, replace_table, scored, words

from suite.experiment.reproduction import Boxplot, Curves, Filters, StrengthPath
from suite.methods.schedule import Schedule
from suite.report.figures import boxplot, curves, draw, filters, strength_path, style

KINDS = {
    "boxplot": (Boxplot(columns=(ACCURACY, LEFT)), BOXES),
    "strength_path": (StrengthPath(y=ACCURACY, x=(LEFT, FLOPS)), PATHS),
    "curves": (Curves(columns=(ACCURACY, LEFT)), CURVED),
    "filters": (Filters(), FILTERED),
}
DRAWERS = {"boxplot": boxplot, "strength_path": strength_path, "curves": curves, "filters": filters}
all_kinds = pytest.mark.parametrize("kind", KINDS)


@all_kinds
@pytest.mark.parametrize("form", ["png", "pdf", "csv"])
def test_the_same_records_give_the_same_file(kind, form, tmp_path):
    results = make(*KINDS[kind])
    (first,), (second,) = draw(results, tmp_path / f"a.{form}"), draw(results, tmp_path / f"b.{form}")
    assert first.read_bytes() == second.read_bytes()
    assert len(first.read_bytes()) > (100 if form == "csv" else 5000)


@all_kinds
def test_a_single_seed_is_enough(kind):
    figure, content = KINDS[kind]
    made = DRAWERS[kind].canvas(make(figure, {c: runs[-1:] if kind == "filters" else runs[:1] for c, runs in content.items()}), figure)
    assert made.get_suptitle() == "Paper scale.\ndemo/figure, paper profile, 3 epochs, n = 1"
    assert not [c for axes in made.axes if kind == "curves" for c in axes.collections]
    assert nothing_overlaps(made)


@all_kinds
def test_without_any_run_every_panel_says_so(kind):
    figure, content = KINDS[kind]
    results = make(figure, {c: [None] for c in content})
    made = DRAWERS[kind].canvas(results, figure)
    assert {text for axes in made.axes for text in words(axes)} == {"no runs"}
    assert len(DRAWERS[kind].points(results, figure).splitlines()) == 1
    assert nothing_overlaps(made)


@all_kinds
def test_what_is_no_result_says_so(kind):
    figure, content = KINDS[kind]
    made = DRAWERS[kind].canvas(make(figure, content, "smoke"), figure)
    assert made.get_suptitle().startswith("NOT A RESULT: the smoke profile runs on digits")


def test_a_long_title_is_broken_to_fit():
    groups = [f"a data set of a long name, number {i}" for i in range(5)]
    figure = Boxplot(columns=(ACCURACY,))
    results = make(figure, {cell("l1", group): [scored(1.0, 2.0)] for group in groups})
    profile = replace(results.reproduction.profile("paper"), groups={group: Schedule(epochs=i + 1) for i, group in enumerate(groups)})
    long = replace_table(results, replace(results.reproduction, settings={"paper": profile}))
    records = dict(zip(long.experiment.keys, results.records.values(), strict=True))
    made = boxplot.canvas(replace(long, records=records), figure)
    assert "number 4: 5 epochs, n = 1" in made.get_suptitle().replace("\n", " ")
    assert nothing_overlaps(made)


def test_looks_differ_in_greyscale():
    looks = style.styles(str(i) for i in range(13))
    assert len({(look.marker, str(look.line)) for look in looks.values()}) == 13
    assert list(style.styles(["a", "b", "a"])) == ["a", "b"]
