"""Which runs it takes to decide what a table asks."""

from __future__ import annotations

from collections import Counter

import pytest

from suite.app.catalogue import get
from suite.experiment.claims import at_matched, best_average_rank, lower, never, reaches
from suite.experiment.metrics import column
from suite.experiment.reproduction import Cell, Profile, Reproduction
from suite.judging import verdicts
from suite.judging.goals import goals, run_of
from suite.judging.published import Number, Published
from suite.methods import method
from suite.methods.schedule import Schedule

ERROR, ZEROS = column("test_error", tolerance=0.1), column("weight_sparsity")
L1 = [method("l1", lam=lam) for lam in (0.1, 0.2)]
METHODS = {"d": method("dense"), "a": L1[0], "b": L1[1], "p": method("magnitude", like=L1[1])}


def cells(group=""):
    return tuple(Cell.of("digits", "lenet_300_100", of, group=group, name=name) for name, of in METHODS.items())


def experiment(*claims, groups=("",), seeds=3, **more):
    made = tuple(cell for group in groups for cell in cells(group))
    settings = {"paper": Profile(Schedule(2))}
    return Reproduction("demo/table", "", "", made, settings, columns=(ERROR, ZEROS), claims=claims, seeds=seeds, **more).at("paper")


@pytest.fixture
def published(monkeypatch):
    """The paper's numbers of the table, by row and metric."""

    def publish(**numbers):
        found = Published({tuple(place.split("__")): number for place, number in numbers.items()})
        monkeypatch.setattr(verdicts, "load", lambda name: found)

    return publish


def keys(experiment, rows, seeds):
    return {run_of(experiment, line.keys[seed]) for line in experiment.lines if line.cell.row in rows for seed in range(seeds)}


def test_a_number_is_tested_by_the_first_run_and_has_its_verdict_with_the_planned(published):
    published(a__test_error=Number(1.0, sd=0.1))
    found = experiment()
    test, verdict = goals(found)
    assert (test.what, test.rows, test.seeds, test.runs) == ("test of a number", ("a",), 1, keys(found, "a", 1))
    assert (verdict.what, verdict.seeds, verdict.runs) == ("verdict on a number", 3, keys(found, "a", 3))


def test_a_number_without_a_spread_is_tested_by_two_runs_and_a_tolerance(published):
    published(a__test_error=Number(1.0), b__weight_sparsity=Number(90.0), b__test_error=Number(None, status="not found"))
    assert [(goal.what, goal.rows, goal.seeds) for goal in goals(experiment())] == [
        ("test of a number", ("a",), 2),
        ("verdict on a number", ("a",), 3),
    ]
    assert goals(experiment(seeds=1)) == []


def test_a_single_planned_run_tests_a_number_and_gives_no_verdict(published):
    published(a__test_error=Number(1.0, sd=0.1))
    assert [goal.what for goal in goals(experiment(seeds=1))] == ["test of a number"]


def test_numbers_of_no_column_and_those_of_another_tables_runs_are_none(published):
    published(a__neuron_sparsity=Number(1.0, sd=0.1))
    assert goals(experiment()) == []
    published(a__test_error=Number(1.0, sd=0.1))
    assert goals(experiment(runs_in="demo/other")) == []


def test_a_claim_takes_its_rows_and_what_they_build_on():
    found = experiment(lower("p", "d", "test_error"))
    (goal,) = goals(found)
    assert goal.rows == ("d", "p")
    assert goal.seeds == 3
    assert goal.runs == keys(found, "dbp", 3)  # p is b, pruned


def test_views_are_of_the_row_and_controls_of_ours_are_no_goal():
    found = experiment(never("a@V", "test_error"), never("b", "test_error", ours=True))
    assert [goal.rows for goal in goals(found)] == [("a",)]


def test_a_claim_along_a_path_takes_its_series_and_one_within_a_loss_the_group():
    level = at_matched("x/l1", ("x/dense",), "test_error", "weight_sparsity", 50.0)
    within = reaches("x/l1", "weight_sparsity", 50.0, guard="test_accuracy", loss=1.0)
    at_level, reached = goals(experiment(level, within, groups=("x", "y")))
    assert at_level.rows == ("x/d", "x/a", "x/b")
    assert reached.rows == ("x/d", "x/a", "x/b", "x/p")


def test_a_rank_takes_its_rows_in_every_block():
    (goal,) = goals(experiment(best_average_rank("a", ("d",), "test_error", ("x", "y"), "lower"), groups=("x", "y")))
    assert goal.rows == ("x/d", "x/a", "y/d", "y/a")


def test_goals_of_table_1():
    """Five rows of three numbers each, and the claims that are the paper's."""
    table = get("sgl0/table1")
    found = goals(table.at("paper"))
    assert Counter(goal.what for goal in found) == {
        "test of a number": 15,
        "verdict on a number": 15,
        "verdict on a claim": sum(not claim.ours for claim in table.claims),
    }
    assert {goal.seeds for goal in found} == {1, 5}
    assert {goal.rows for goal in found if goal.what != "verdict on a claim"} == {
        (row,) for row in ("group_lasso", "sparse_group_lasso", "cges", "hard_concrete", "sgl0")
    }
