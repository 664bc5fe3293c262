"""What a node of a cluster reports of the runs it is given, without a cluster."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from misbehaving import Misbehaving

from suite.experiment.task import Task
from suite.runs.executors import node
from suite.runs.executors.batches import Batches
from suite.runs.executors.serial import Serial


@pytest.fixture
def tasks(table, tmp_path):
    """tasks(*methods): a task for each, as a driver sends them."""
    return lambda *methods: [Task(spec, "smoke", Path(), str(tmp_path)) for spec in table(*methods, epochs=2).at("smoke", 1).runs]


def test_runs_sent_together_are_each_reported_once(tasks, compute_table, table, tmp_path):
    sent = tasks("dense", Misbehaving(how="fails", folder=str(tmp_path)), "sgl0")
    reports = list(node.work(sent, {}, 1))
    keys = [task.spec.key for task in sent]
    assert [key for report in reports for key in report.records] == [keys[0], keys[2]]
    assert [key for report in reports for key in report.failures] == [keys[1]]
    last = {key: epoch for report in reports for key, (epoch, _) in report.progress.items()}
    assert last == dict(zip(keys, (2, 1, 2), strict=True))
    files = {name for report in reports for name in report.files if not name.startswith("checkpoints")}  # of runs of over a second
    assert files == {f"weights/{key}.pt" for key in (keys[0], keys[2])}
    serial = compute_table(table("dense", "sgl0", epochs=2), executor=Serial()).records
    for report in reports:
        for key, record in report.records.items():
            assert record["metrics"] == serial[key]["metrics"]


def test_a_run_that_leaves_is_a_failure_of_its_own(tasks, monkeypatch):
    monkeypatch.setattr(Misbehaving, "after_epoch", lambda self, epoch: sys.exit(3))
    leaving, dense = sent = tasks(Misbehaving(how="fails"), "dense")
    reports = list(node.work(sent, {}, 1))
    assert set().union(*(report.records for report in reports)) == {dense.spec.key}
    assert "left its process" in {**reports[0].failures, **reports[-1].failures}[leaving.spec.key]["error"]


def test_short_runs_travel_together_and_long_ones_alone(tasks):
    dense, sgl0 = tasks("dense", "sgl0")
    seeds = [replace(task, spec=replace(task.spec, seed=seed)) for seed in range(4) for task in (dense, sgl0)]
    keys = [task.spec.key for task in seeds]

    def sent(batches):
        queue = iter(seeds)
        return list(iter(lambda: list(batches.next(lambda: next(queue, None))), []))

    batches = Batches(seconds=0.5)
    assert sent(batches) == [[key] for key in keys], "nothing is known of them"
    batches.took(dense.spec, 0.1)
    assert sent(batches) == [keys[0:2], keys[2:4], keys[4:6], keys[6:]], "with one of which nothing is known a batch ends"
    batches.took(sgl0.spec, 0.1)
    assert sent(batches) == [keys[:5], keys[5:]]
    batches.took(sgl0.spec, 60.0)
    batches.took(dense.spec, 60.0)
    assert sent(batches) == [[key] for key in keys]
