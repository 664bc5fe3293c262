"""Workers that are killed and commands that are interrupted, while runs are trained; then the same goes on in this process."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from suite.records.store import Store

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes in /proc")]

TABLE = "rvscgd/table1"
LINE = ("reproduce", TABLE, "--profile", "smoke", "--no-tracking")
HERE = ("--jobs", "1")


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


def trains(pid):
    """Whether the process is a worker that has loaded PyTorch; a child just forked still shows its parent's memory and command."""
    try:
        worker = "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()
        return worker and "libtorch_cpu" in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def records(store):
    return list(store.folder.glob("runs/*.json"))


def test_a_killed_worker_fails_its_run_alone(started, invoke, no_latency, store):
    line = (*LINE, "--seeds", "1", "--method", "networks/base", "--method", "networks/coarse ReLU")
    process = started(*line, "--jobs", "2")
    worker = until(lambda: next((pid for pid in children(process) if trains(pid)), None), process)
    os.kill(worker, signal.SIGKILL)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 1, err
    assert "computed 1, reused 0, failed 1" in out
    assert "killed" in err
    assert "Traceback" not in err
    (failure,) = store.folder.glob("failures/*.json")
    assert "killed" in json.loads(failure.read_text())["error"]
    assert len(records(store)) == 1

    again = invoke(*line, *HERE)
    assert again.exit_code == 0, again.output
    assert "computed 1, reused 1, failed 0" in again.stdout


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupted_command_goes_on_where_it_was(started, invoke, no_latency, store, jobs):
    line = (*LINE, "--seeds", "5", "--method", "networks/base", "--quiet")
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
    assert 1 <= done < 5

    again = invoke(*line, *HERE)
    assert again.exit_code == 0, again.output
    assert f"computed {5 - done}, reused {done}, failed 0" in again.stdout
