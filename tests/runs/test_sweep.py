"""How long is left, as arithmetic; and where the runs of a call stand, by a clock of the test's."""

from __future__ import annotations

import math

import pytest
from made_up import ended

from suite.runs.pace import Work, paced, seconds_left
from suite.runs.sweep import Sweep
from suite.runs.timings import Timing, kind


def test_work_is_shared_but_no_run_is():
    run = Timing(10.0, 5.0)
    assert seconds_left([Work(run, 4, runs=3)], 2) == pytest.approx(3 * 45 / 2)
    assert seconds_left([Work(run, 4), Work(Timing(1.0, 0.0), 1)], 8) == pytest.approx(45)
    assert seconds_left([Work(run, 4, since=7.0), Work(run, 0, since=99.0)], 1) == pytest.approx(38)  # the second is late, not early
    assert seconds_left([], 2) == 0.0


def test_what_was_not_seen_yet_is_as_much_slower_as_what_was():
    known = {"a": Timing(10.0, 2.0), "b": Timing(20.0, 4.0), "c": Timing(1.0, 1.0), "d": Timing(0.0, 3.0)}
    seen = {"a": Timing(30.0, 1.0), "c": Timing(1.0, 9.0), "d": Timing(0.0, 5.0)}
    assert paced(known, seen) == {"a": Timing(30.0, 1.0), "b": Timing(40.0, 8.0), "c": Timing(1.0, 9.0), "d": Timing(0.0, 5.0)}
    assert paced(known, {}) == known
    assert paced({}, seen) == seen


@pytest.fixture
def sweep(table, clock):
    """`sweep("dense", "l1", seeds=2)`: the sweep and its specs, planned; two epochs a run, two workers."""

    def make(*methods, seeds=2, known=(), jobs=2, device="cpu"):
        experiment = table(*methods, epochs=2).at("smoke", seeds)
        made = Sweep(experiment, jobs, device, clock)
        records = {spec.key: ended(spec, test_error=3.0).record for spec in experiment.runs if (spec.method.row, spec.seed) in known}
        made.plan([spec for spec in experiment.runs if spec.key not in records], records)
        return made, {(spec.method.row, spec.seed): spec for spec in experiment.runs}

    return make


def test_rows_count_what_is_stored_and_what_ends(sweep):
    made, specs = sweep("dense", "l1", known=[("dense", 0)])
    dense, l1 = made.tallies.values()
    assert (dense.row, dense.runs, dense.ended, dense.mean("test_error")) == ("dense", 2, 1, 3.0)
    assert (l1.runs, l1.ended, l1.mean("test_error")) == (2, 0, None)
    made.result(ended(specs["dense", 1], test_error=5.0, weight_sparsity=1.0))
    made.result(ended(specs["l1", 0], "diverged"))
    made.result(ended(specs["l1", 1], None))
    assert (dense.ended, dense.mean("test_error"), dense.mean("weight_sparsity")) == (2, 4.0, 1.0)
    assert (l1.ended, l1.done, l1.diverged, l1.failed) == (2, 0, 1, 1)
    assert (made.ended, made.total, made.left) == (3, 3, {})
    assert (made.epochs, made.epochs_done) == (6, 6)


def test_a_run_is_at_work_from_its_first_news_on(sweep):
    made, specs = sweep("dense", "l1")
    first = specs["dense", 0]
    assert not made.running
    made.epoch(first.key, 1, 7.0)
    (run,) = made.running.values()
    assert (run.name, run.epoch, run.epochs, run.error) == ("dense seed 0", 1, 2, 7.0)
    assert made.epochs_done == 1
    made.result(ended(first))
    made.epoch(first.key, 2, 6.0)  # late news
    assert not made.running
    assert made.epochs_done == 2


def test_a_seed_is_whole_when_its_runs_have_ended_however(sweep):
    made, specs = sweep("dense", "l1", seeds=3)
    assert (made.whole, made.next_whole()) == (0, 1)
    made.result(ended(specs["dense", 0]))
    made.result(ended(specs["dense", 1]))
    made.result(ended(specs["l1", 1]))
    assert (made.whole, made.next_whole()) == (0, 2)
    made.result(ended(specs["l1", 0], None))
    assert (made.whole, made.next_whole()) == (2, 3)


def test_what_is_stored_is_whole_at_once(sweep):
    every = [("dense", 0), ("l1", 0), ("dense", 1)]
    assert sweep("dense", "l1", seeds=3, known=every)[0].whole == 1
    assert sweep("dense", "l1", seeds=2, known=[*every, ("l1", 1)])[0].whole == 2


def test_what_builds_on_a_failed_run_is_never_begun_and_has_ended(sweep):
    made, specs = sweep("dense", "magnitude", "l1", seeds=2)
    made.result(ended(specs["dense", 0], None))
    made.result(ended(specs["l1", 0]))
    assert made.whole == 1
    assert made.tallies["magnitude"].failed == 1
    assert made.ended == 3
    made.result(ended(specs["dense", 1]))
    made.result(ended(specs["l1", 1]))
    assert [spec.method.row for spec in (run.spec for run in made.left.values())] == ["magnitude"]


def test_what_builds_on_a_run_that_failed_before_and_is_not_tried_again_has_ended_too(table, clock):
    experiment = table("magnitude").at("smoke", 2)
    diverged = ended(experiment.runs[0].needs()[0], "diverged").record
    made = Sweep(experiment, 1, clock=clock)
    made.plan(experiment.runs, {diverged["key"]: diverged})
    assert (made.left, made.ended, made.whole) == ({}, 2, 2)


def test_a_needed_run_that_is_no_row_has_a_line_of_its_own(table, clock):
    experiment = table("magnitude").at("smoke", 1)
    made = Sweep(experiment, 1, clock=clock)
    made.plan([*experiment.runs[0].needs(), *experiment.runs], {})
    assert list(made.tallies) == ["magnitude", "dense (needed)"]


def test_time_left_is_that_of_the_forecast_then_of_what_is_seen(sweep, clock):
    made, specs = sweep("dense", "l1")
    assert made.seconds_left() is None
    assert made.time_left() == ""
    made.forecast = {kind(specs["dense", 0]): Timing(10.0, 5.0), kind(specs["l1", 0]): Timing(20.0, 5.0)}
    assert made.seconds_left() == pytest.approx(2 * (25 + 45) / 2)
    assert made.seconds_left(seeds=1) == pytest.approx(45)  # no less than the longer of the two
    made.epoch(specs["dense", 0].key, 1, math.nan)
    clock.now += 4
    assert made.seconds_left() == pytest.approx((11 + 25 + 2 * 45) / 2)
    clock.now += 26
    made.epoch(specs["dense", 0].key, 2, math.nan)  # 30 s an epoch, where 10 were expected: all is three times as slow
    assert made.seconds_left() == pytest.approx((5 + 60 + 5 + 2 * 3 * 45) / 2)
    made.result(ended(specs["dense", 0], seconds=(20.0, 20.0), rest=1.0))
    assert made.seconds_left() == pytest.approx((41 + 2 * 2 * 45) / 2)
    assert made.time_left() == "about 2 minutes left"


def test_a_kind_of_which_nothing_is_known_is_like_the_others_on_its_network(sweep):
    made, specs = sweep("dense", "l1", seeds=1, jobs=1)
    made.forecast = {kind(specs["dense", 0]): Timing(10.0, 5.0)}
    assert made.seconds_left() == pytest.approx(50)


def test_of_a_resumed_run_only_epochs_of_this_call_say_how_long_one_takes(sweep, clock):
    made, specs = sweep("dense", seeds=3, jobs=1)
    key = specs["dense", 0].key
    clock.now += 500
    made.epoch(key, 1, math.nan)
    assert made.seconds_left() is None
    clock.now += 8
    made.epoch(key, 2, math.nan)
    assert made.seconds_left() == pytest.approx(2 * 2 * 8)
    assert made.epochs_done == 2


def test_a_cluster_has_as_many_workers_as_are_seen_and_a_gpu_one_until_then(sweep, clock):
    made, specs = sweep("dense", seeds=4, jobs=None)
    for seed in range(2):
        made.epoch(specs["dense", seed].key, 1, math.nan)
    made.forecast = {kind(specs["dense", 0]): Timing(10.0, 0.0)}
    assert made.seconds_left() == pytest.approx((2 * 10 + 2 * 20) / 2)

    made, specs = sweep("dense", seeds=4, jobs=4, device="cuda:1")
    made.forecast = {kind(specs["dense", 0], "cuda"): Timing(10.0, 0.0)}
    assert made.seconds_left() == pytest.approx(80)
    made.result(ended(specs["dense", 0], seconds=(30.0, 30.0), rest=0.0))
    assert made.seconds_left() == pytest.approx(60)
