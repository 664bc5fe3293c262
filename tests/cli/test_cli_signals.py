"""Commands that are interrupted, with and without workers, while runs are trained; then the same goes on in this process."""

import json
import re
import signal
import time
from pathlib import Path

import pytest

from suite.base.stopping import TimeLimit
from suite.records.store import Store
from suite.runs.queue import Fit
from suite.runs.timings import Timing, kind

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes in /proc")]

TABLE = "flip-side/table1"
LINE = ("reproduce", TABLE, "--profile", "smoke", "--no-tracking")
HERE = ("--jobs", "1")
SEEDS = 5


@pytest.fixture
def store(tmp_path):
    return Store.of(tmp_path / "results" / "runs", TABLE, "smoke")


def until(found, process=None, seconds=240):
    """What `found()` gives as soon as it is true; fails when the process ends or time runs out before."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := found():
            return value
        if process is not None and process.poll() is not None:
            pytest.fail(f"ended with {process.returncode}: {process.communicate()}")
        time.sleep(0.02)
    pytest.fail("nothing happened")


def children(process):
    """Process ids of the direct children."""
    return [int(n) for n in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def records(store):
    return list(store.folder.glob("runs/*.json"))


@pytest.mark.parametrize(("jobs", "number"), [(1, signal.SIGINT), (2, signal.SIGINT), (1, signal.SIGTERM), (2, signal.SIGHUP)])
def test_a_command_that_is_stopped_goes_on_where_it_was(started, invoke, no_latency, sketched, store, jobs, number):
    line = (*LINE, "--seeds", SEEDS, "--method", "ada_tikhonov", "--quiet")
    process = started(*line, "--jobs", jobs)
    until(lambda: records(store), process)
    workers = children(process)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == (130 if number == signal.SIGINT else 4), err
    assert out == ""
    done = len(records(store))
    assert 1 <= done < SEEDS
    (said,) = err.splitlines()
    what = "interrupted" if number == signal.SIGINT else f"stopped by {number.name}"
    assert re.fullmatch(rf"{what}: {done} of {SEEDS} runs are there(, \d half done)?; the same command goes on from here", said)
    until(lambda: not any(map(is_running, workers)), seconds=30)

    again = invoke(*line, *HERE)
    assert again.exit_code == 0, again.output
    assert f"computed {SEEDS - done}, reused {done}, failed 0" in again.stdout


def test_workers_end_with_a_command_that_is_killed(started, store):
    process = started(*LINE, "--seeds", SEEDS, "--method", "ada_tikhonov", "--quiet", "--jobs", 2)
    until(lambda: records(store), process)
    workers = children(process)
    assert len(workers) >= 2
    process.kill()
    process.wait()
    until(lambda: not any(map(is_running, workers)), seconds=30)


def test_at_the_time_limit_the_table_so_far_is_shown(invoke, no_latency, sketched, store, tmp_path):
    """The runs take longer than is left for them once the first is known."""

    def learn(self, records, specs):
        self.timings |= {kind(spec): Timing(0.0, 1610.0) for spec in specs.values() if records}

    line = (*LINE, "--seeds", SEEDS, "--method", "ada_tikhonov", *HERE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fit, "learn", learn)
        patch.setattr(TimeLimit, "left", property(lambda self: 1600.0))
        found = invoke(*line, "--time-limit", "30:00", "--json", "--quiet")
        assert found.exit_code == 4, found.output
        assert found.stderr.splitlines() == [f"stopped at the time limit: 1 of {SEEDS} runs are there; the same command goes on from here"]
        summary = json.loads(found.stdout)
        assert summary["counts"] == {"computed": 1, "reused": 0, "failed": 0, "diverged": 0, "left": SEEDS - 1}
        again = invoke(*line, "sgl0/table1", "--time-limit", "30m")
    assert again.exit_code == 4
    assert "computed 0, reused 1, failed 0" in again.stdout
    assert not (tmp_path / "results" / "runs" / "sgl0").exists(), "the second table was begun"
    assert re.search(r"1 of \d+ finished", (store.folder / "table.md").read_text())
    assert invoke(*line, "--quiet").exit_code == 0
