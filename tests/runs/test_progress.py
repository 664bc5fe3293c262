"""What is shown while runs are computed: lines where there is no terminal, and a table in one."""

from __future__ import annotations

import io
import logging
import math
import sys

import pytest
from made_up import ended
from rich.console import Console
from terminals import Screen

from suite.runs import progress
from suite.runs.live import LiveTable, Picture, chosen
from suite.runs.progress import Progress, standing
from suite.runs.sweep import Sweep, Tally
from suite.runs.timings import Timing, kind

METHODS = ("dense", "l1", "group_lasso", "sgl0", "cges", "hard_concrete")


@pytest.fixture
def planned(table, clock):
    """`planned(seeds=2)`: a sweep of two methods with two workers, and its runs in order."""

    def make(*methods, seeds=2, epochs=4):
        experiment = table(*(methods or ("dense", "l1")), epochs=epochs).at("smoke", seeds)
        sweep = Sweep(experiment, 2, clock=clock)
        sweep.plan(experiment.runs, {})
        return sweep, experiment.runs

    return make


# Without a terminal


@pytest.fixture
def watched(table, clock):
    experiment = table("dense", "l1", epochs=4).at("smoke", 2)
    timings = {kind(spec): Timing(100.0, 20.0) for spec in experiment.runs}

    def known(specs, say):
        say(f"timing {len(specs)}")
        return timings

    return Progress(experiment, 2, "cpu", known, clock), experiment.runs


def test_without_a_terminal_it_says_at_the_start_what_there_is_to_do(watched, capsys):
    watcher, (first, *others) = watched
    watcher.plan(others, {first.key: ended(first).record})
    assert capsys.readouterr() == (
        "",
        "fake/table smoke: 3 runs to compute, 1 reused, 12 epochs\ntiming 3\nabout 10 minutes with 2 workers\n",
    )


def test_where_nothing_is_to_be_computed_nothing_is_said(watched, capsys):
    watcher, specs = watched
    watcher.plan([], {spec.key: ended(spec).record for spec in specs})
    watcher.close()
    assert capsys.readouterr() == ("", "")


def test_a_line_a_run_and_one_every_few_minutes(watched, capsys, clock):
    watcher, (dense, l1, dense_1, l1_1) = watched
    watcher.plan([dense, l1, dense_1, l1_1], {})
    capsys.readouterr()
    for epoch in (1, 2, 3):
        clock.now += 90
        watcher.epoch(dense.key, epoch, 12.345)
        watcher.epoch(l1.key, epoch, math.nan)
    # dense takes 90 s an epoch, so l1, seen for one only, 90 s and 18 s: (200 + 198) s of these, 380 s and 378 s of the others
    said = "[0/4] 3 of 16 epochs; at work: dense seed 0 (epoch 2 of 4, error 12.35 %), l1 seed 0 (epoch 1 of 4); about 10 minutes left\n"
    assert capsys.readouterr().err == said
    clock.now += 60
    watcher.result(ended(dense, seconds=(90.0,) * 4, test_error=12.0, weight_sparsity=0.5))
    watcher.result(ended(l1, "diverged", seconds=(90.0,)))
    watcher.result(ended(dense_1, None))
    assert capsys.readouterr().err.splitlines() == [
        "[1/4] dense seed 0: error 12.00 %, weight sparsity 0.50 %, 365 s",
        "[2/4] l1 seed 0: diverged in epoch 1",
        "[3/4] dense seed 1: FAILED: ArithmeticError: out of luck",
    ]
    clock.now += 120
    watcher.epoch(l1_1.key, 1, 5.0)
    assert capsys.readouterr().err.startswith("[3/4] 13 of 16 epochs; at work: l1 seed 1 (epoch 1 of 4, error 5.00 %); about ")
    watcher.result(ended(l1_1))
    watcher.close()
    assert capsys.readouterr().err.splitlines()[-1] == "fake/table smoke: 4 runs in 8 minutes"


def test_an_interrupted_call_does_not_say_that_it_is_done(watched, capsys):
    watcher, specs = watched
    watcher.plan(specs, {})
    capsys.readouterr()
    watcher.close()
    assert capsys.readouterr().err == ""


def test_of_many_runs_at_work_a_few_are_named(planned):
    sweep, specs = planned(*METHODS, seeds=1)
    for spec in specs:
        sweep.epoch(spec.key, 1, math.nan)
    assert "at work: dense seed 0 (epoch 1 of 4), l1 seed 0 (epoch 1 of 4), group_lasso seed 0 (epoch 1 of 4), 3 more" in standing(sweep)


# With one


@pytest.fixture
def console():
    def make(width=100, height=30, **more):
        return Console(file=io.StringIO(), force_terminal=True, width=width, height=height, markup=False, highlight=False, **more)

    return make


def drawn(sweep, console):
    screen = Screen(console.width)
    console.print(Picture(sweep, "fake/table smoke"))
    screen.feed(console.file.getvalue().replace("\n", "\r\n"))
    return screen.text.rstrip("\n").split("\n")


@pytest.fixture
def halfway(planned):
    """dense is done, one run of l1 failed, the other is at work."""
    sweep, (dense, l1, dense_1, l1_1) = planned()
    sweep.forecast = {kind(spec): Timing(100.0, 20.0) for spec in (dense, l1)}
    sweep.result(ended(dense, seconds=(100.0,) * 4, test_error=12.0, weight_sparsity=0.5))
    sweep.result(ended(l1, None))
    sweep.result(ended(dense_1, seconds=(100.0,) * 4, test_error=14.0, weight_sparsity=1.5))
    sweep.epoch(l1_1.key, 3, 11.0)
    return sweep


def test_the_table_has_a_line_a_row(halfway, console):
    title, head, dense, l1, bar = drawn(halfway, console())
    assert title == "fake/table smoke: 3 of 4 runs"
    assert head.split() == ["row", "runs", "epoch", "error", "sparsity"]
    assert dense.split() == ["dense", "2/2", "13.00", "1.00"]
    assert l1.split() == ["l1", "1/2", "3/4,", "1", "failed"]
    assert bar.startswith("━━━")
    assert bar.endswith("15/16 epochs  about 2 minutes left")


def test_it_fits_a_narrow_terminal(halfway, console):
    lines = drawn(halfway, console(width=60))
    assert len(lines) == 5
    assert max(map(len, lines)) <= 60
    assert lines[2].split() == ["dense", "2/2", "13.00", "1.00"]
    assert lines[4].endswith("15/16 epochs  about 2 minutes left")


def test_a_long_name_is_cut_and_a_wide_terminal_not_filled(planned, console):
    sweep, _ = planned("hard_concrete")
    sweep.tallies["hard_concrete"].row = "pendigits/" + 20 * "hard_concrete"
    assert "pendigits/hard_conc" in drawn(sweep, console(width=60))[2]
    assert "…" in drawn(sweep, console(width=60))[2]
    assert max(map(len, drawn(sweep, console(width=300)))) <= 100


def test_without_colours_it_is_the_same(halfway, console, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    plain = console()
    lines = drawn(halfway, plain)
    assert lines[3].split() == ["l1", "1/2", "3/4,", "1", "failed"]
    assert "\x1b[31m" not in plain.file.getvalue()


def test_where_not_all_rows_fit_the_others_are_counted(planned, console):
    sweep, specs = planned(*METHODS, seeds=1)
    for spec in specs[:3]:
        sweep.result(ended(spec))
    sweep.epoch(specs[5].key, 1, 2.0)
    lines = drawn(sweep, console(height=8))
    assert len(lines) == 7
    assert [line.split()[0] for line in lines[2:5]] == ["sgl0", "cges", "hard_concrete"]
    assert lines[5].strip() == "... 3 more, 3 of them complete"


def test_rows_at_work_come_before_those_that_wait_and_those_that_are_complete():
    tallies = [Tally(str(n), runs=2, done=2 if n < 4 else 1) for n in range(8)]
    assert chosen(tallies, (), 8) == tallies
    assert [t.row for t in chosen(tallies, {"2", "7"}, 5)] == ["2", "4", "5", "7"]
    assert [t.row for t in chosen(tallies, (), 1)] == ["4"]


class Live:
    """A live table on a screen of the test's, by which standard error is replaced."""

    def __init__(self, sweep, monkeypatch, width=100, height=30):
        self.out = io.StringIO()
        monkeypatch.setattr(sys, "stderr", self.out)
        self.shown = LiveTable(sweep, "fake/table smoke")
        self.shown.console.size = (width, height)
        self.width = width

    def screen(self):
        found = Screen(self.width)
        found.feed(self.out.getvalue().replace("\n", "\r\n"))
        return found


def test_what_is_logged_or_said_stands_above_the_table_and_stays(halfway, monkeypatch):
    handler = logging.StreamHandler(io.StringIO())
    logging.getLogger().addHandler(handler)
    try:
        live = Live(halfway, monkeypatch)
        handler.setStream(live.out)
        live.shown.start()
        logging.getLogger("x").warning("something is odd")
        live.shown.ended("l1 seed 0: FAILED: out of luck", well=False)
        live.shown.ended("dense seed 0: error 1 %", well=True)
        print("printed", file=sys.stderr)
        live.shown.say("a line of [100] columns and more " * 4)
        live.shown.live.refresh()
        assert not live.screen().cursor
        live.shown.stop()
        assert handler.stream is live.out
        assert sys.stderr is live.out
    finally:
        logging.getLogger().removeHandler(handler)
    screen = live.screen()
    lines = screen.text.split("\n")
    assert lines[:3] == ["something is odd", "l1 seed 0: FAILED: out of luck", "printed"]
    assert "".join(lines[3:5]) == ("a line of [100] columns and more " * 4).rstrip()
    assert lines[5] == "fake/table smoke: 3 of 4 runs"
    assert screen.text.count("3 of 4 runs") == 1
    assert screen.cursor
    assert lines[-1] == ""


def test_the_table_goes_when_all_runs_have_ended(halfway, monkeypatch):
    live = Live(halfway, monkeypatch)
    live.shown.start()
    live.shown.say("stays")
    (run,) = halfway.left.values()
    halfway.result(ended(run.spec))
    live.shown.stop()
    assert live.screen().text.strip("\n") == "stays"
    assert live.screen().cursor


@pytest.mark.parametrize(
    ("term", "tty", "expected"), [("xterm", True, True), ("dumb", True, False), ("", True, False), ("xterm", False, False)]
)
def test_a_table_needs_a_terminal_that_can_move_its_cursor(term, tty, expected, monkeypatch, planned):
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("FORCE_COLOR", "1")
    stream = io.StringIO()
    stream.isatty = lambda: tty
    monkeypatch.setattr(sys, "stderr", stream)
    assert progress.has_terminal() is expected
