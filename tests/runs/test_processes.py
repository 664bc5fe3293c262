"""Worker processes: the same records as in one process, and no run, process or setting lost when one is killed or interrupted."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch
from misbehaving import Misbehaving
from reproducible import reproducible

from suite.base import checkpoint
from suite.base.stopping import TimeUp
from suite.methods import method
from suite.metrics.savings import compact_metrics
from suite.runs.executors import Result
from suite.runs.executors.processes import GRACE, THREADS, Processes, Worker

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def nothing_left():
    before = {name: os.environ.get(name) for name in THREADS}
    yield
    assert multiprocessing.active_children() == []
    assert {name: os.environ.get(name) for name in THREADS} == before


@pytest.fixture
def seldom(monkeypatch):
    """Runs resumed in this process leave the interval of checkpoints as it was, which misbehaving ones shorten."""
    monkeypatch.setattr(checkpoint, "SECONDS", checkpoint.SECONDS)


def test_two_workers_give_what_one_process_gives_each_on_its_device(table, compute_table, witness, store, monkeypatch):
    monkeypatch.setattr("suite.training.loop.compact_metrics", compact_metrics)
    wanted = table(method("magnitude", like=method("sgl0")), "sgl0", Misbehaving(how="diverges"), epochs=2)
    serial = compute_table(wanted).records
    watcher = witness()
    parallel = compute_table(wanted, executor=Processes(2, devices=("cpu", "cpu:0")), watchers=[watcher], force=True)
    assert parallel.counts == {"computed": 4, "reused": 0, "failed": 0, "diverged": 1}
    devices = [{record["environment"].pop("device") for record in records.values()} for records in (serial, parallel.records)]
    assert devices == [{"cpu"}, {"cpu", "cpu:0"}]
    assert reproducible(parallel.records) == reproducible(serial)
    assert {r["environment"]["threads"] for r in parallel.records.values()} == {1}
    order = [result.task.spec.method.name for result in watcher.results]
    assert order.index("magnitude") > max(order.index("dense"), order.index("sgl0"))
    assert sorted(epoch for key, epoch, _ in watcher.epochs) == [1, 1, 1, 2, 2]


def test_a_worker_starts_where_the_fewest_are(monkeypatch):
    monkeypatch.setattr("suite.runs.executors.processes.Worker", lambda threads, device: device)
    workers = Processes(4, devices=("cuda:0", "cuda:1"))
    assert [workers.start(taken) for taken in ([], ["cuda:0"], ["cuda:0", "cuda:1"])] == ["cuda:0", "cuda:1", "cuda:0"]
    assert Processes(2).start(["", ""]) == ""


def test_a_killed_worker_fails_its_run_alone_and_a_new_command_resumes_it(table, compute_table, store, tmp_path, seldom):
    wanted = table(Misbehaving(how="dies", folder=str(tmp_path)), Misbehaving(how="fails", folder=""), "dense", epochs=3)
    results = compute_table(wanted, 1, Processes(1))
    assert results.counts == {"computed": 2, "reused": 0, "failed": 1, "diverged": 0}
    killed = wanted.at("smoke", 1).runs[0]
    assert store.read(killed.key) is None
    assert "killed by signal 9" in store.read_failure(killed.key)["error"]
    assert "resume" in store.read_failure(killed.key)["error"]
    assert (store.folder / "checkpoints" / f"{killed.key}.pt").exists()

    again = compute_table(wanted)
    assert again.counts == {"computed": 1, "reused": 2, "failed": 0, "diverged": 0}
    assert (tmp_path / "epochs").read_text().split() == ["0", "1", "1", "2"]
    assert again.records[killed.key]["epochs"] == 3
    dense = again.records[wanted.at("smoke", 1).runs[2].key]
    assert again.records[killed.key]["metrics"]["test_error"] == dense["metrics"]["test_error"]
    assert again.records[killed.key]["curves"]["train_loss"] == dense["curves"]["train_loss"]
    assert store.read_failure(killed.key) is None


@pytest.mark.parametrize("stop", [KeyboardInterrupt, TimeUp])
def test_an_interrupt_ends_the_workers_and_the_next_command_resumes(table, compute_table, witness, store, tmp_path, seldom, stop):
    """The worker waits in its last epoch for an interrupt that comes before it is told to go on. At the time limit there are results."""
    wanted = table(Misbehaving(how="waits", folder=str(tmp_path)), epochs=4)
    for name in ("again", "wait3"):
        (tmp_path / name).touch()
    watcher = witness(lambda event, n: event == "epoch" and n == 3, stop)
    with pytest.raises(KeyboardInterrupt) if stop is KeyboardInterrupt else nullcontext():
        found = compute_table(wanted, executor=Processes(2), watchers=[watcher])
        assert found.stopped == "stopped at the time limit: 0 of 1 runs are there, 1 half done"
    assert multiprocessing.active_children() == []
    assert list(store.folder.glob("runs/*")) == []
    (checkpoint,) = (store.folder / "checkpoints").glob("*.pt")
    before = len((tmp_path / "epochs").read_text().split())
    (tmp_path / "wait3").unlink()
    resumed = witness()
    results = compute_table(wanted, watchers=[resumed])
    assert results.counts["computed"] == 1
    assert [epoch for _, epoch, _ in resumed.epochs] == [4]
    assert len((tmp_path / "epochs").read_text().split()) == before + 1
    assert not checkpoint.exists()


def test_what_cannot_be_sent_back_is_a_failure_of_that_run(table, compute_table, monkeypatch):
    monkeypatch.setattr("suite.runs.executors.processes.work", leave)
    results = compute_table(table("dense"), executor=Processes(1))
    ((failure,),) = [results.failures.values()]
    assert "exit code 3" in failure["error"]


def leave(pipe, threads):
    pipe.recv()
    os._exit(3)


def test_results_come_before_the_next_task_starts(table, tmp_path):
    """Tasks that depend on a result are handed out once that result was taken."""
    taken = []

    def next_task():
        return None if len(taken) > 2 else taken.append(len(taken)) or f"task {len(taken)}"

    found = list(Echo(1).run(next_task, lambda *progress: None))
    assert [result.task for result in found] == ["task 1", "task 2", "task 3"]


def test_a_worker_that_takes_the_place_of_another_takes_its_device(monkeypatch):
    """The first dies at its task, while that of the other device goes on to the next."""
    given = []
    monkeypatch.setattr("suite.runs.executors.processes.Worker", lambda threads, device: EchoWorker(device, given))
    tasks = iter(["dies", "second", "third", "fourth"])
    found = {
        result.task: result.failure for result in Processes(2, devices=("a", "b")).run(lambda: next(tasks, None), lambda *progress: None)
    }
    assert found == {"dies": {"error": "it died", "traceback": ""}, "second": None, "third": None, "fourth": None}
    assert given[:2] == [("dies", "a"), ("second", "b")]
    assert dict(given[2:]) == {"third": "b", "fourth": "a"}


class Echo(Processes):
    def start(self, taken):
        return EchoWorker()


class EchoWorker:
    """A worker without a process: it answers when it is asked, or dies."""

    def __init__(self, device="", given=None):
        self.device, self.given = device, given if given is not None else []
        self.pipe, self.theirs = multiprocessing.Pipe()

    def give(self, task):
        self.given.append((task, self.device))
        self.theirs.close() if task == "dies" else self.theirs.send(Result(task))

    def tell(self):
        self.theirs.close()

    def stop(self, grace=0.0):
        self.pipe.close()

    def death(self):
        return "it died"


ORPHANS = """
    import sys
    sys.path[:0] = {paths!r}

    from small_tables import make_table
    from misbehaving import Misbehaving

    from suite.runs.executors.processes import Processes
    from suite.runs.worker import Task
    from pathlib import Path

    if __name__ == "__main__":
        specs = make_table(Misbehaving(how="waits", folder={folder!r}), epochs=2).at("smoke", 1).runs
        tasks = iter([Task(spec, "smoke", Path({folder!r}), {folder!r}) for spec in specs])
        started = []

        class Noted(Processes):
            def start(self, taken):
                started.append(super().start(taken))
                return started[-1]

        for _ in Noted(1).run(lambda: next(tasks, None), lambda *progress: print(started[0].process.pid, flush=True)):
            pass
"""


def running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to look at processes")
def test_a_worker_whose_parent_was_killed_ends_and_leaves_its_last_epoch(tmp_path):
    """Though it is in an epoch that never ends, and has nothing to tell its parent."""
    for name in ("again", "wait1"):
        (tmp_path / name).touch()
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(ORPHANS).format(paths=[str(Path(__file__).parent)], folder=str(tmp_path)))
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        worker = int(parent.stdout.readline())
        assert running(worker)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 2 * GRACE
    while running(worker):
        assert time.monotonic() < deadline, "the worker outlived its parent"
        time.sleep(0.05)
    (file,) = (tmp_path / "checkpoints").glob("*.pt")
    assert torch.load(file, weights_only=True)["epoch"] == 1


def test_a_worker_that_does_not_heed_is_ended_all_the_same(monkeypatch):
    monkeypatch.setattr("suite.runs.executors.processes.work", heed_nothing)
    worker = Worker(1)
    assert worker.pipe.recv() == "here"
    started = time.monotonic()
    worker.tell()
    worker.stop(grace=0.5)
    assert 0.5 < time.monotonic() - started < GRACE
    assert worker.process.exitcode == -signal.SIGKILL


def heed_nothing(pipe, threads):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pipe.send("here")
    time.sleep(60)
