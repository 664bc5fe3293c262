"""What `reproduce` shows before it ends: what is known, the first table at n = 1, and a table in a terminal that fills."""

import json
import re
import sys
from pathlib import Path

import pytest
from made_records import made
from terminals import Terminal

from suite.app import early
from suite.app.catalogue import get
from suite.app.early import EarlyTables
from suite.experiment.task import Task
from suite.records.store import Store
from suite.runs.executors import Result
from suite.runs.sweep import Sweep

TABLE1 = ("reproduce", "table1", "--profile", "smoke", "--method", "dense", "--method", "l1", "--no-tracking")
QUICK = ("reproduce", "rvscgd/figure4", "--profile", "smoke", "--no-tracking", "--seeds", "2")
"""Ten runs of a second, that need no data."""


@pytest.fixture
def told(tmp_path):
    """`told(seeds=3, known=[("dense", 0)])`: a function that ends runs of Table 1, by row and seed, and gives what is said then."""

    def make(seeds=3, known=(), rows=("dense", "l1"), profile="smoke", table="table1"):
        experiment, clock, said = get(table).with_methods(rows).at(profile, seeds), [0.0], []
        specs = {(line.cell.row, seed): line.run(seed) for line in experiment.lines for seed in range(seeds)}
        store = Store.of(tmp_path, experiment.reproduction.home, profile)
        sweep = Sweep(experiment, 2, clock=lambda: clock[0])
        watcher = EarlyTables(experiment, tmp_path, sweep, said.append)

        def end(row, seed, minutes=1, failed=False, **metrics):
            clock[0] += 60 * minutes
            spec = specs[row, seed]
            found = None if failed else store.write(made(spec, profile, **metrics))
            if failed:
                store.write_failure(spec.key, {"method": row, "seed": seed, "error": "out of luck"})
            for one in (sweep, watcher):
                one.result(Result(Task(spec, profile, Path()), record=found, failure={"error": "out of luck"} if failed else None))
            return [said.pop() for _ in said[:]]

        there = {specs[name].key: store.write(made(specs[name], profile)) for name in known}
        for one in (sweep, watcher):
            one.plan([spec for spec in specs.values() if spec.key not in there], there)
        end.start = [said.pop() for _ in said[:]]
        return end

    return make


def test_the_table_is_shown_once_all_runs_of_a_seed_have_ended(told):
    end = told()
    assert end.start == []  # no telling when
    assert end("dense", 0, test_error=1.25) == []
    assert end("dense", 1, test_error=9.0) == []
    (first,) = end("l1", 0)
    assert first.startswith("\nNOT A RESULT: ")
    (dense,) = (line for line in first.splitlines() if line.startswith("dense"))
    assert "1.25" in dense  # and not of seed 1, which is there too
    assert first.endswith("\nn = 1 of 3 seeds; the next one follows\n")
    (second,) = end("l1", 1)
    assert second.endswith("\nn = 2 of 3 seeds; the next one follows\n")
    assert end("dense", 2) == end("l1", 2) == []  # the last one is the command's


def test_a_run_that_failed_is_waited_for_no_longer(told):
    end = told()
    end("dense", 0)
    (shown,) = end("l1", 0, failed=True)
    assert "1 failed" in shown


def test_one_seed_has_one_table(told):
    end = told(seeds=1)
    assert end.start == end("dense", 0) == end("l1", 0) == []


def test_seeds_that_are_stored_are_shown_at_once(told):
    end = told(known=[("dense", 0), ("l1", 0)])
    assert end.start[0].endswith("n = 1 of 3 seeds; the next one follows\n")
    assert told(seeds=2, known=[("dense", 0), ("l1", 0), ("dense", 1), ("l1", 1)]).start == []


def test_the_first_table_is_the_last_where_only_a_run_of_the_first_seed_is_missing(told):
    end = told(seeds=2, known=[("l1", 0), ("dense", 1), ("l1", 1)])
    assert end.start == end("dense", 0) == []


def test_no_table_follows_on_one_that_nobody_has_read_yet(told):
    end = told()
    end("dense", 0)
    assert len(end("l1", 0)) == 1
    end("dense", 1, minutes=0.1)
    assert end("l1", 1, minutes=0.05) == []


def test_a_table_that_cannot_be_made_stops_no_run(told, monkeypatch, caplog):
    monkeypatch.setattr(early.Results, "table", lambda *of: 1 / 0)
    end = told()
    end("dense", 0)
    assert end("l1", 0) == []
    assert "no table of 1 seed yet: ZeroDivisionError" in caplog.text


def test_tables_that_show_the_runs_of_another_are_shown_early_too(told):
    rows = [cell.row for cell in get("integrated-tl1/figure4").cells[:2]]
    end = told(2, rows=rows, profile="quick", table="integrated-tl1/figure4")
    end(rows[0], 0)
    (shown,) = end(rows[1], 0)
    assert "integrated-tl1/figure4: " in shown


def test_a_look_at_the_papers_scale_is_on_record_and_none_is_taken_that_would_count(told, tmp_path):
    end = told(seeds=8, profile="paper")
    for seed in range(4):
        end("dense", seed)
        assert "Paper scale" in end("l1", seed)[0]
    folder = Store.of(tmp_path, "sgl0/table1", "paper").folder
    assert json.loads((folder / "looks.json").read_text())["looks"]["dense"] == [1, 2, 3, 4]
    end("dense", 4)
    (shown,) = end("l1", 4)
    assert shown == "n = 5 of 8 seeds; the next one follows\n"


@pytest.mark.slow
def test_standard_output_holds_one_table_and_the_early_one_is_not_in_it(invoke, sketched):
    line = (*QUICK, "--jobs", "1", "--method", "5 equal", "--method", "10 normal")
    found = invoke(*line)
    assert found.exit_code == 0, found.output
    assert found.stdout.count("NOT A RESULT") == 1
    assert "n = 1 of 2" not in found.stdout
    assert found.stderr.count("NOT A RESULT") == 1
    before, _, after = found.stderr.partition("n = 1 of 2 seeds; the next one follows")
    assert "first table, of one seed, in about " in before
    assert "[2/4] 10 normal seed 0: weight sparsity " in before
    assert "[4/4] 10 normal seed 1: weight sparsity " in after

    again = invoke(*line)
    assert "computed 0, reused 4" in again.stdout
    assert "n = 1" not in again.output
    for other in ("--quiet", "--json"):
        assert "n = 1" not in invoke(*line, other, "--force").output


def test_what_is_known_at_the_papers_scale_comes_first_even_with_nothing_to_compute(invoke, sketched, stored, monkeypatch):
    monkeypatch.setattr("suite.app.api.find_data", lambda wanted, root: (wanted, frozenset()))
    stored("dense", 0, "paper", test_error=0.9)
    stored("dense", 0, "quick")
    found = invoke("reproduce", "table1", "--seeds", "1", "--method", "dense", "--jobs", "1", "--no-tracking")
    assert found.exit_code == 0, found.output
    assert "computed 0, reused 1" in found.stdout
    assert found.stderr.startswith("Known from other runs (")
    assert "Paper scale" in found.stderr.splitlines()[0]


def test_the_forecast_says_when_the_first_table_comes(invoke, sketched, stored, tmp_path, monkeypatch):
    """Nothing is computed: the command is stopped where the first run would begin."""
    from suite.runs.timings import Timing, add_timings

    monkeypatch.setattr("suite.runs.executors.serial.attempt", lambda *of: (_ for _ in ()).throw(KeyboardInterrupt))
    add_timings(tmp_path / "results" / "runs", {f"digits/lenet5_caffe/{name}": Timing(60.0, 0.0) for name in ("dense", "l1")})
    epochs = get("table1").profile("smoke").schedule.epochs
    found = invoke(*TABLE1, "--seeds", "3", "--jobs", "1")
    assert found.exit_code == 130
    assert f"about {6 * epochs} minutes with 1 worker" in found.stderr
    assert f"first table, of one seed, in about {2 * epochs} minutes, and again after each further seed" in found.stderr
    stored("dense", 0)
    stored("l1", 0)
    found = invoke(*TABLE1, "--seeds", "3", "--jobs", "1")
    assert f"table of 2 seeds in about {2 * epochs} minutes" in found.stderr


# In a terminal


@pytest.fixture
def terminal(environment, tmp_path):
    """`terminal("reproduce", "table1")`: the command in a terminal of its own."""
    pytest.importorskip("pty")
    opened = []

    def start(*arguments, **more):
        opened.append(Terminal([sys.executable, "-m", "suite", *map(str, arguments)], tmp_path, environment, **more))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


@pytest.mark.slow
def test_a_terminal_is_left_as_it_was_with_one_table(terminal):
    shown = terminal(*QUICK, "--jobs", "2", width=140)
    during = shown.read(until=lambda text: re.search(r"\b1?\d/30\b", text))
    assert re.search(r"^10 equal +\d/2", during, re.MULTILINE)
    assert re.search(r"\d+/300 epochs", during)
    after = shown.read()
    assert shown.process.wait(30) == 0, after
    assert shown.raw.count(b"\x1b[?25l") == 1
    assert shown.screen.cursor
    assert " of 10 runs" not in after
    assert after.count("NOT A RESULT") == 2
    assert after.index("n = 1 of 2 seeds") < after.index("rvscgd/figure4 smoke: 10 runs in ") < after.rindex("NOT A RESULT")
    assert after.rstrip().split("\n")[-1].startswith("computed 10, reused 0, failed 0")


@pytest.mark.slow
def test_interrupted_the_table_stays_once(terminal):
    shown = terminal(*QUICK, "--jobs", "2", width=60, height=12)
    shown.read(until=lambda text: re.search(r"[1-4] of 10 runs", text))
    shown.type("\x03")
    after = shown.read()
    assert shown.process.wait(30) == 130, after
    assert shown.screen.cursor
    assert len(re.findall(r"smoke: \d of 10 runs", after)) == 1
    last = "".join(after.rstrip().split("\n")[-2:])
    assert re.fullmatch(r"interrupted: \d of 10 runs are there.*; the same command goes on from here", last)
