"""A name that a table uses and does not have is an error of one line when the table is loaded, with the nearest names."""

import math
import sys
import types
from dataclasses import replace

import pytest

from suite.app import catalogue
from suite.base.errors import SuiteError
from suite.experiment.checks import check
from suite.experiment.claims import at_matched, best_average_rank, lower, within_path
from suite.experiment.figures import Curves, Scatter, StrengthPath
from suite.experiment.metrics import Column, column
from suite.experiment.reproduction import Matched, Selection
from suite.judging.published import check_published, parse
from suite.methods import method_class, names

TABLE = catalogue.get("sgl0/table1")
ERROR, SPARSITY = column("test_error"), column("weight_sparsity")
TYPO = Column("tset_error", "test error")

SLIPS = {
    "the row of a claim": ({"claims": (lower("sgl0", "grup_lasso", "test_error"),)}, "'grup_lasso'", "group_lasso"),
    "the metric of a claim": ({"claims": (lower("sgl0", "cges", "tset_error"),)}, "'tset_error'", "test_error"),
    "the view of a row": ({"claims": (lower("sgl0@v", "cges", "test_error"),)}, "'sgl0@v'", "sgl0@V"),
    "the view of a metric": ({"claims": (lower("sgl0", "cges", "test_error@U"),)}, "'U'", "V"),
    "a series": ({"claims": (within_path("sgl0", ["cge"], "test_error", "weight_sparsity", 1.0),)}, "'cge'", "cges"),
    "the guard of a path": ({"claims": (within_path("sgl0", ["cges"], "test_error", "weigth", 1.0),)}, "'weigth'", "weights"),
    "the metric of a level": ({"claims": (at_matched("sgl0", ["cges"], "test_error", "sparsty", 90),)}, "'sparsty'", "sparsity"),
    "a block of a ranking": ({"claims": (best_average_rank("sgl0", ["cges"], "test_error", ["mnist"], "lower"),)}, "'mnist/sgl0'", ""),
    "the baseline": ({"baseline": "dens"}, "'dens'", "dense"),
    "a column": ({"columns": (TYPO,)}, "'tset_error'", "test_error"),
    "a further column": ({"extra": (TYPO,)}, "'tset_error'", "test_error"),
    "a ranked column": ({"ranked": (TYPO,)}, "'tset_error'", "test_error"),
    "the selection": ({"selection": Selection(error="validation_eror")}, "'validation_eror'", "validation_error"),
    "the group of a comparison": ({"matched": (Matched(ERROR, SPARSITY, (90.0,), group="mnits"),)}, "'mnits'", ""),
    "the baseline of a comparison": ({"matched": (Matched(ERROR, SPARSITY, (90.0,), baseline="cge"),)}, "'cge'", "cges"),
    "the panel of a figure": ({"figures": (Scatter(y=ERROR, x=(TYPO,)),)}, "'tset_error'", "test_error"),
    "the group of a figure": ({"figures": (StrengthPath(y=ERROR, x=(SPARSITY,), groups=("grid",)),)}, "'grid'", ""),
    "a logarithmic axis": ({"figures": (Curves(columns=(ERROR,), log=("train_los",)),)}, "'train_los'", ""),
    "two rows of one name": ({"cells": (TABLE.cells[0], TABLE.cells[0])}, "'dense'", ""),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_named_with_the_nearest_names(slip):
    changes, named, near = SLIPS[slip]
    with pytest.raises(SuiteError) as error:
        check(replace(TABLE, **changes))
    assert str(error.value).startswith("sgl0/table1: ")
    assert named in str(error.value)
    assert near in error.value.remedy


@pytest.mark.parametrize("name", catalogue.ids())
def test_every_reproduction_names_only_what_it_has(name):
    table = catalogue.get(name)
    assert check(table) is table


def test_a_published_row_that_is_no_row_is_named():
    with pytest.raises(SuiteError, match="'group_lasso', which the table does not have"):
        check_published(replace(TABLE, cells=tuple(cell for cell in TABLE.cells if cell.row != "group_lasso")))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"rows": {"sgl0": {"test_error": 0.67}}}, "sgl0.test_error: 0.67 is no table"),
        ({"rows": {"sgl0": 0.67}}, "sgl0: 0.67 is no table of numbers"),
        ({"rows": {"sgl0": {"test_error": {"value": "0.67"}}}}, "'0.67' is not a number"),
        ({"rows": {"sgl0": {"test_error": {"valeu": 0.67}}}}, "test_error"),
    ],
)
def test_a_published_number_that_is_no_table_is_named(table, words):
    with pytest.raises(SuiteError, match=words):
        parse(table)


def test_a_module_without_a_reproduction_is_named(monkeypatch):
    module = types.ModuleType("reproductions.sgl0.empty")
    module.TABLE = 1
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(catalogue, "ids", lambda: ["sgl0/empty"])
    with pytest.raises(SuiteError, match=r"reproductions\.sgl0\.empty declares no reproduction"):
        catalogue.get("sgl0/empty")


@pytest.mark.parametrize("name", names())
def test_methods_name_their_views(name, start):
    run = start(name)
    assert set(run.method.views()) == set(method_class(name).viewed)
    assert math.isfinite(run.error())
