"""Small tables of runs on the embedded digits."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from made_up import Clock
from small_tables import make_table

from suite.experiment.task import Task
from suite.records.store import Store
from suite.runs.executors.serial import Serial
from suite.runs.orchestrate import Options, compute_missing
from suite.runs.worker import compute, prepare_process


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    prepare_process()
    yield
    torch.set_flush_denormal(False)


@pytest.fixture(autouse=True)
def no_latency(monkeypatch):
    """Leave out the compact network, whose latency takes longer to measure than these runs to train (in this process only)."""
    monkeypatch.setattr("suite.training.loop.compact_metrics", lambda *arguments, **options: {})


class Witness:
    """A watcher that writes down what it is told, and interrupts when it is told to."""

    def __init__(self, interrupt=lambda event, *what: False, stop=KeyboardInterrupt) -> None:
        self.interrupt, self.stop = interrupt, stop
        self.planned = self.reused = None
        self.epochs, self.results, self.closed = [], [], 0

    def plan(self, specs, known):
        self.planned, self.reused = [spec.method.row for spec in specs], len(known)

    def epoch(self, key, epoch, error):
        self.epochs.append((key, epoch, error))
        if self.interrupt("epoch", epoch):
            raise self.stop

    def result(self, result):
        self.results.append(result)
        if self.interrupt("result", len(self.results)):
            raise self.stop

    def close(self):
        self.closed += 1


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def table():
    return make_table


@pytest.fixture
def witness():
    return Witness


@pytest.fixture
def store(tmp_path) -> Store:
    return Store.of(tmp_path, "fake/table", "smoke")


@pytest.fixture
def compute_table(tmp_path):
    """compute_table(table, seeds=1, executor=Serial(), watchers=..., **options): the results of a table, stored in tmp_path."""

    def run(wanted, seeds=1, executor=None, watchers=(), **options):
        settings = Options(tmp_path, str(tmp_path / "data"), **options)
        return compute_missing(wanted.at("smoke", seeds), executor or Serial(), settings, list(watchers))

    return run


@pytest.fixture(scope="session")
def sgl0_result(tmp_path_factory):
    """A task and the record of two epochs of SGL0 on digits."""
    from suite.runs.executors import Result

    prepare_process()  # it is made before a module's `one_thread`
    folder: Path = tmp_path_factory.mktemp("record")
    spec = make_table("sgl0", epochs=2).at("smoke", 1).runs[0]
    task = Task(spec, "smoke", folder, str(folder / "data"))
    return Result(task, record=compute(task))
