"""Thousands of runs: their keys, their states and their order cost no more for each of them than for a few.

The times of the commands over 100,000 records: python benchmarks/many_records.py
"""

from __future__ import annotations

import gc
import json
import time
from dataclasses import replace

import pytest
from made_records import made
from small_tables import make_table

from suite.app.catalogue import get
from suite.experiment.task import Task
from suite.methods import method
from suite.records import index as index_module
from suite.records.store import Store
from suite.runs.orchestrate import with_needs
from suite.runs.queue import Queue

SEEDS = (0, 1, 7, 12345)


@pytest.mark.parametrize("name", ["sgl0/table1", "integrated-tl1/figure5", "rvscgd/figure4"])
def test_keys_are_those_of_the_runs(name):
    table = get(name)
    for profile in table.settings:
        for line in table.at(profile, 1).lines:
            spec = line.run(3)
            assert spec.keys(SEEDS) == [replace(spec, seed=seed).key for seed in SEEDS]


@pytest.fixture
def many(table, store, monkeypatch):
    """A store of 60 records that counts how many it reads, and takes that for many."""
    monkeypatch.setattr(index_module, "MANY", 50)
    found = list(table("dense").at("smoke", 60).keys)
    for number, key in enumerate(found):
        store.write({"key": key, "status": "diverged" if number == 5 else "done"})
    read, plain = [], Store.status
    monkeypatch.setattr(Store, "status", lambda self, key: read.append(key) or plain(self, key))
    return found, read


def test_a_record_is_opened_once_to_know_its_state(many, store):
    found, read = many
    expected = {key: "diverged" if number == 5 else "done" for number, key in enumerate(found)}
    assert store.states(found) == expected
    assert read == found
    assert store.states(found) == expected
    assert read == found

    store.write({"key": found[3], "status": "diverged"})
    store.path(found[4]).write_text("{")
    store.path(found[6]).unlink()
    changed = expected | {found[3]: "diverged", found[4]: "missing", found[6]: "missing"}
    assert store.states(found) == changed
    assert read[60:] == [found[3], found[4]]
    for broken in ("[", "[]", "null", json.dumps(dict.fromkeys(found, 7)), json.dumps({key: [] for key in found}), "[" * 10**5):
        (store.folder / index_module.FILE).write_text(broken)
        assert store.states(found) == changed


def test_a_status_is_that_of_the_whole_record(store, monkeypatch):
    record = made(make_table("dense").at("smoke", 1).runs[0], status="diverged")
    record["environment"]["packages"] = {"status": "inner"}
    key = record["key"]
    store.write(record)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "read", None)
        assert store.status(key) == "diverged"
    text = store.path(key).read_text()
    for other in (json.dumps(record), json.dumps(record, indent=1) + "\n"):  # as other programs write it
        store.path(key).write_text(other)
        assert store.status(key) == "diverged"
    for broken in (text[:-10], text.replace(key, "b"), text.replace('"diverged"', '"odd"'), ""):
        store.path(key).write_text(broken)
        assert store.status(key) == "missing"
    assert store.status("b") == "missing"


def test_a_sweep_leaves_the_states_of_its_runs(many, store):
    found, read = many
    store.remember(dict.fromkeys(found, "done"))
    assert set(store.states(found).values()) == {"done"}
    assert read == []


def test_few_records_need_no_index(many, store):
    found, _ = many
    store.remember(dict.fromkeys(found[:5], "done"))
    assert set(store.states(found[:5]).values()) == {"done"}
    assert not (store.folder / index_module.FILE).exists()


def test_runs_come_in_order_and_wait_for_what_they_build_on(table, tmp_path):
    specs = with_needs(table("magnitude", "l1").at("smoke", 2).runs)
    known: dict[str, dict] = {}
    queue = Queue(specs, known, lambda spec, records: Task(spec, "smoke", tmp_path, records=records), lambda spec: True)
    rows = []
    while queue.waiting:
        started = []
        while task := queue.next():
            started.append(task)
        rows.append([(task.spec.method.row, task.spec.seed, len(task.records)) for task in started])
        for task in started:
            known[task.spec.key] = {"status": "done"}
            queue.finished(task.spec.key)
    assert rows == [[("dense", 0, 0), ("l1", 0, 0), ("dense", 1, 0), ("l1", 1, 0)], [("magnitude", 0, 1), ("magnitude", 1, 1)]]


def test_a_queue_takes_no_longer_for_each_run_when_it_is_long(table, tmp_path):
    def seconds(seeds):
        specs = with_needs(table("magnitude", method("random_pruning"), "l1").at("smoke", seeds).runs)
        known: dict[str, dict] = {}
        queue = Queue(specs, known, lambda spec, records: Task(spec, "smoke", tmp_path, records=records), lambda spec: True)
        gc.disable()  # to look through what other tests have left takes longer than the whole queue
        begun = time.process_time()
        while task := queue.next():
            known[task.spec.key] = {"status": "done"}
            queue.finished(task.spec.key)
        ended = time.process_time()
        gc.enable()
        assert not queue.waiting
        return (ended - begun) / seeds

    assert seconds(1000) < 4 * min(seconds(100) for _ in range(3))
