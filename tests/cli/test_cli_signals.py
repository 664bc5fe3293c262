"""Commands that are interrupted, with and without workers, while runs are trained; then the same goes on in this process."""

import signal
import time
from pathlib import Path

import pytest

from suite.records.store import Store

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


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupted_command_goes_on_where_it_was(started, invoke, no_latency, sketched, store, jobs):
    line = (*LINE, "--seeds", SEEDS, "--method", "ada_tikhonov", "--quiet")
    process = started(*line, "--jobs", jobs)
    until(lambda: records(store), process)
    workers = children(process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert err.splitlines() == ["interrupted; the same command goes on from here"]
    until(lambda: not any(map(is_running, workers)), seconds=30)
    done = len(records(store))
    assert 1 <= done < SEEDS

    again = invoke(*line, *HERE)
    assert again.exit_code == 0, again.output
    assert f"computed {SEEDS - done}, reused {done}, failed 0" in again.stdout
