"""A figure that needs no runs: a reproduction without rows."""

import csv
import io
from dataclasses import replace

import pytest
from figure_records import replace_table

from suite import report
from suite.app.results import Results
from suite.experiment.reproduction import Contours, Profile, Reproduction

BARE = Reproduction(
    id="demo/bare",
    title="Contours of penalties",
    source="Some & Paper 2019, Figure 1",
    cells=(),
    settings={"paper": Profile(None)},
    columns=(),
    figures=(Contours(panels=()),),
    departures=("Drawn by us.",),
)


@pytest.fixture
def bare(stored):
    table = replace(BARE, settings=stored().reproduction.settings)
    return stored(table=table, values={})


def test_the_page_names_the_figure_and_the_departures(bare):
    page = bare.table("markdown")
    assert page.startswith("# demo/bare: Contours of penalties\n")
    assert "`figure.png`" in page
    assert "(figure.png)" in page
    assert "- Drawn by us." in page
    assert "Some & Paper 2019, Figure 1" in page
    assert "## Table" not in page


def test_several_figures_are_named_by_their_numbers(bare):
    twice = replace_table(bare, replace(bare.reproduction, figures=bare.reproduction.figures * 2))
    assert "`figure1.png`, `figure2.png`" in twice.table("markdown")


def test_latex_is_a_comment_csv_a_head_and_the_terminal_a_line(bare):
    latex = bare.table("latex")
    assert latex
    assert all(line.startswith("%") for line in latex.splitlines())
    rows = list(csv.reader(io.StringIO(bare.table("csv"))))
    assert len(rows) == 1
    assert "metric" in rows[0]
    assert bare.table("terminal").splitlines()[0] == "demo/bare: Contours of penalties"


def test_there_is_nothing_to_decide(bare):
    assert (bare.verdicts["numbers"], bare.verdicts["claims"]) == ([], [])
    assert isinstance(bare, Results)


@pytest.mark.parametrize("format", report.FORMATS)
def test_rows_without_columns_can_be_shown_too(stored, format):
    results = stored()
    table = replace(results.reproduction, columns=(), extra=(), claims=(), published=None)
    assert replace_table(results, table).table(format)
