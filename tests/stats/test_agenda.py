"""What to compute first: every case is worked out by hand. A run is a letter, a goal the runs that it takes."""

import math

import pytest

from suite.judging.agenda import Goal, agenda


def goal(*runs, seeds=1):
    return Goal("verdict on a claim", " and ".join(runs), "demo/table", tuple(runs), seeds, frozenset(runs))


def order(goals, hours, budget):
    """The runs of each step, as words."""
    return ["".join(sorted(step.runs)) for step in agenda(goals, hours, budget)]


def test_most_for_an_hour_comes_first():
    goals = [goal("a"), goal("b"), goal("b", seeds=2), goal("b", seeds=3)]  # a gives 1 for 1 hour, b 3 for 2 hours
    steps = agenda(goals, {"a": 1.0, "b": 2.0}, 3.0)
    assert [(step.goal, step.hours) for step in steps] == [(goals[1], 2.0), (goals[0], 1.0)]
    assert [step.reached for step in steps] == [tuple(goals[1:]), (goals[0],)]


@pytest.mark.parametrize(("budget", "chosen"), [(3.0, ["b", "a"]), (2.9, ["b"]), (1.5, ["a"]), (0.9, [])])
def test_what_does_not_fit_is_left_out_for_what_does(budget, chosen):
    assert order([goal("a"), goal("b"), goal("b", seeds=2), goal("b", seeds=3)], {"a": 1.0, "b": 2.0}, budget) == chosen


def test_what_cannot_be_finished_is_not_begun_and_draws_nothing_to_it():
    large = goal("a", "c", "d")  # of 12 hours: of 5 it gets none, though a would bring it nearer
    hours = {"a": 1.0, "b": 1.0, "c": 1.0, "d": 10.0}
    assert order([large, goal("b"), goal("a")], hours, 5.0) == ["b", "a"]
    assert order([large, goal("b"), goal("a")], hours, 13.0) == ["a", "b", "cd"]  # a gives 1 + 1/12


def test_claims_share_the_row_that_they_have_in_common():
    """xy and xz give 1 and half of the other for 2 hours, uv 1 for 2. With x there, z takes one hour, and comes before uv."""
    goals = [goal("u", "v"), goal("x", "y"), goal("x", "z")]
    assert order(goals, dict.fromkeys("uvxyz", 1.0), 9.0) == ["xy", "z", "uv"]


def test_a_number_goes_before_a_claim_of_two_rows():
    """1 for an hour against 1.5 for two."""
    assert order([goal("x", "y"), goal("x", "z"), goal("n")], dict.fromkeys("xyzn", 1.0), 9.0) == ["n", "xy", "z"]


def test_first_runs_come_before_the_planned_seeds():
    """Seeds 0 to 2 of two rows: a first run gives 1 and a third of the verdict for an hour, a verdict 2 for three."""
    rows = [[f"{row}{seed}" for seed in range(3)] for row in "ab"]
    goals = [goal(*row[:n], seeds=n) for row in rows for n in (1, 3)]
    hours = {run: 1.0 for row in rows for run in row}
    assert order(goals, hours, 6.0) == ["a0", "b0", "a1a2", "b1b2"]
    assert order(goals, hours, 3.0) == ["a0", "b0"]  # one hour is left, in which nothing is decided


def test_a_run_comes_with_those_it_builds_on():
    """Pruning takes no time but its dense run 2 hours; once that is there it comes at once, before what gives 1 an hour."""
    pruned, other = goal("dense", "pruned"), goal("other")
    hours = {"dense": 2.0, "pruned": 0.1, "other": 1.0}
    assert order([pruned, other], hours, 9.0) == ["other", "densepruned"]
    assert order([pruned, other], {"pruned": 0.1, "other": 1.0}, 9.0) == ["pruned", "other"]


def test_what_is_there_is_no_goal():
    assert order([goal("a"), goal("a", "b")], {"b": 1.0}, 9.0) == ["b"]
    assert order([goal("a")], {}, 9.0) == []


def test_goals_that_come_true_on_the_way_are_told():
    goals = [goal("x", "y"), goal("y", "z"), goal("x", "z")]
    first, second = agenda(goals, dict.fromkeys("xyz", 1.0), 9.0)
    assert (first.reached, second.reached) == ((goals[0],), (goals[1], goals[2]))
    assert second.runs == {"z"}


def test_two_goals_of_the_same_runs_count_twice():
    alike = [Goal("test of a number", about, "demo/table", ("a",), 1, frozenset("a")) for about in ("error", "zeros")]
    (step,) = agenda(alike, {"a": 1.0}, 1.0)
    assert step.reached == tuple(alike)


def test_what_nothing_is_known_of_never_fits():
    hours = {"a": math.inf, "b": 1.0}
    assert order([goal("a"), goal("a", "b"), goal("b", seeds=2)], hours, 1e9) == ["b"]
    assert order([goal("a")], hours, math.inf) == []


def test_of_alike_goals_the_first_comes_first():
    hours = {"a": 0.1 + 0.2, "b": 0.3}  # apart by rounding alone
    assert order([goal("a"), goal("b")], hours, 1.0) == ["a", "b"]
    assert order([goal("b"), goal("a")], hours, 1.0) == ["b", "a"]


def test_runs_that_take_no_time_are_no_division_by_zero():
    assert order([goal("a"), goal("b")], {"a": 1.0, "b": 0.0}, 1.1) == ["b", "a"]
