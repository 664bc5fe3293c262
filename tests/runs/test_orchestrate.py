"""What is missing is computed, what is there is reused, what fails is kept apart, what is interrupted goes on."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest
import torch
from misbehaving import Misbehaving

from suite.base import checkpoint
from suite.base.errors import SuiteError
from suite.methods import method, method_class
from suite.runs.orchestrate import with_needs


class Idle:
    """An executor that must have nothing to do."""

    def run(self, next_task, on_epoch):
        assert next_task() is None
        yield from ()


def without_timings(record: dict) -> dict:
    curves = {name: values for name, values in record["curves"].items() if name != "seconds"}
    return {**{k: v for k, v in record.items() if k not in ("cost", "profile")}, "curves": curves}


def test_runs_are_computed_once(table, compute_table, witness, store):
    two = table("dense", "l1")
    first = witness()
    assert compute_table(two, 2, watchers=[first]).counts == {"computed": 4, "reused": 0, "failed": 0, "diverged": 0}
    assert (first.planned, first.reused, first.closed) == (["dense", "l1"] * 2, 0, 1)
    assert [epoch for _, epoch, _ in first.epochs] == [1, 1, 1, 1]
    assert [r.record["metrics"]["test_error"] for r in first.results] == [error for _, _, error in first.epochs]
    times = {path: path.stat().st_mtime_ns for path in store.folder.glob("runs/*.json")}
    assert len(times) == 4

    again = witness()
    results = compute_table(two, 2, Idle(), [again])
    assert results.counts == {"computed": 0, "reused": 4, "failed": 0, "diverged": 0}
    assert (again.planned, again.reused, again.results) == ([], 4, [])
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert [len(row.runs) for row in results.rows] == [2, 2]

    assert compute_table(two, 3).counts == {"computed": 2, "reused": 4, "failed": 0, "diverged": 0}
    assert compute_table(table("dense"), 1).counts == {"computed": 0, "reused": 1, "failed": 0, "diverged": 0}


def test_results_are_those_of_the_files(table, compute_table, store):
    computed = compute_table(table("sgl0", Misbehaving(how="diverges"))).records
    assert computed == {path.stem: json.loads(path.read_text()) for path in store.folder.glob("runs/*.json")}
    assert compute_table(table("sgl0", Misbehaving(how="diverges")), executor=Idle()).records == computed


def test_force_computes_again(table, compute_table):
    first = compute_table(table("dense"))
    second = compute_table(table("dense"), force=True)
    assert second.counts == {"computed": 1, "reused": 0, "failed": 0, "diverged": 0}
    (a,), (b,) = first.records.values(), second.records.values()
    assert without_timings(a) == without_timings(b)
    assert a["cost"] != b["cost"]


def test_a_failing_run_stops_no_other_and_is_tried_again(table, compute_table, witness, store, tmp_path):
    wanted = table(Misbehaving(how="fails", folder=str(tmp_path)), "dense", epochs=2)
    watcher = witness()
    results = compute_table(wanted, watchers=[watcher])
    assert results.counts == {"computed": 1, "reused": 0, "failed": 1, "diverged": 0}
    bad, good = wanted.at("smoke", 1).runs
    assert list(results.records) == [good.key]
    assert [result.failure is not None for result in watcher.results] == [True, False]
    kept = store.read_failure(bad.key)
    assert results.failures == {bad.key: {k: v for k, v in kept.items() if k != "key"}}
    assert kept["error"] == "ArithmeticError: out of luck"
    assert "Traceback" in kept["traceback"]
    assert "misbehaving.py" in kept["traceback"]
    assert (kept["method"], kept["seed"], kept["spec"]) == (bad.method.row, 0, bad.identity())
    assert store.read(bad.key) is None
    assert [(row.failed, len(row.runs)) for row in results.rows] == [(1, 0), (0, 1)]

    left = compute_table(wanted, executor=Idle(), retry_failed=False)
    assert left.counts == {"computed": 0, "reused": 1, "failed": 1, "diverged": 0}
    again = compute_table(wanted)
    assert again.counts == {"computed": 1, "reused": 1, "failed": 0, "diverged": 0}
    assert store.read_failure(bad.key) is None
    assert again.records[bad.key]["status"] == "done"


def test_a_diverged_run_is_a_recorded_outcome(table, compute_table, store):
    wanted = table(Misbehaving(how="diverges"), "dense", epochs=3)
    results = compute_table(wanted)
    assert results.counts == {"computed": 2, "reused": 0, "failed": 0, "diverged": 1}
    bad = wanted.at("smoke", 1).runs[0]
    record = store.read(bad.key)
    assert (record["status"], record["epochs"], record["metrics"], record["views"]) == ("diverged", 1, {}, {})
    assert len(record["curves"]["train_loss"]) == 1
    assert not (store.folder / "weights" / f"{bad.key}.pt").exists()
    assert results.rows[0].diverged == 1
    assert results.rows[0].runs == ()
    assert store.read_failure(bad.key) is None
    assert compute_table(wanted, executor=Idle()).counts == {"computed": 0, "reused": 2, "failed": 0, "diverged": 1}


def test_a_truncated_record_is_computed_again(table, compute_table, store, caplog):
    first = compute_table(table("dense"))
    ((key, record),) = first.records.items()
    text = store.path(key).read_text()
    store.path(key).write_text(text[: len(text) // 2])
    with caplog.at_level(logging.WARNING):
        second = compute_table(table("dense"))
    assert "computed again" in caplog.text
    assert second.counts["computed"] == 1
    assert without_timings(store.read(key)) == without_timings(record)


def test_what_others_build_on_comes_first_and_once(table):
    like = method("l1")
    specs = table(method("magnitude", like=like), method("random_pruning", like=like), "l1", "dense").at("smoke", 2).runs
    ordered = [(s.method.row, s.seed) for s in with_needs(specs)]
    names = ["dense", "l1", "magnitude[like=l1]", "random_pruning[like=l1]"]
    assert ordered == [(name, seed) for seed in range(2) for name in names]


def test_pruning_waits_for_the_dense_run(table, compute_table, witness, store):
    watcher = witness()
    wanted = table(method("magnitude", like=method("cges_proximal")))
    results = compute_table(wanted, watchers=[watcher])
    rows = [result.task.spec.method.row for result in watcher.results]
    assert rows == ["dense", "cges_proximal", "magnitude[like=cges_proximal]"]
    assert results.counts["computed"] == 3
    assert [row.key for row in results.rows] == ["magnitude[like=cges_proximal]"]
    proximal, magnitude = watcher.results[1].record["metrics"], watcher.results[2].record["metrics"]
    assert 0 < proximal["weight_sparsity"] == pytest.approx(magnitude["weight_sparsity"], abs=1e-9)
    assert proximal["weight_sparsity_exact"] != 100


def test_final_weights_that_are_gone_are_trained_again(table, compute_table, store):
    first = compute_table(table("magnitude"))
    pruned = table("magnitude").at("smoke", 1).runs[0]
    store.forget(pruned.key)
    for path in (store.folder / "weights").iterdir():
        path.unlink()
    second = compute_table(table("magnitude"))
    assert second.counts["computed"] == 1
    assert without_timings(second.records[pruned.key]) == without_timings(first.records[pruned.key])


def test_what_builds_on_a_failed_run_fails_with_the_reason(table, compute_table, monkeypatch, store):
    def fail(self, model, context):
        raise ArithmeticError("no dense network today")

    monkeypatch.setattr(method_class("dense"), "prepare", fail)
    results = compute_table(table("magnitude", "l1"))
    assert results.counts == {"computed": 1, "reused": 0, "failed": 2, "diverged": 0}
    errors = {failure["method"]: failure["error"] for failure in results.failures.values()}
    assert errors == {"dense": "ArithmeticError: no dense network today", "magnitude": "a run that it builds on gave no result"}
    assert {store.read_failure(key)["method"] for key in results.failures} == set(errors)
    monkeypatch.undo()
    assert compute_table(table("magnitude", "l1")).counts == {"computed": 2, "reused": 1, "failed": 0, "diverged": 0}


def test_an_interrupted_table_goes_on_where_it_was(table, compute_table, witness, store, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "SECONDS", -1.0)
    wanted = table("dense", "sgl0", epochs=3)
    dense, sgl0 = (spec.key for spec in wanted.at("smoke", 1).runs)
    stopped = witness(lambda event, n: event == "epoch" and n == 2 and len(stopped.results) == 1)
    with pytest.raises(KeyboardInterrupt):
        compute_table(wanted, watchers=[stopped])
    assert stopped.closed == 1
    assert store.read(dense)["status"] == "done"
    assert store.read(sgl0) is None
    assert store.read_failure(sgl0) is None
    assert [path.stem for path in (store.folder / "checkpoints").iterdir()] == [sgl0]

    resumed = witness()
    results = compute_table(wanted, watchers=[resumed])
    assert results.counts == {"computed": 1, "reused": 1, "failed": 0, "diverged": 0}
    assert [epoch for _, epoch, _ in resumed.epochs] == [3]
    assert not list((store.folder / "checkpoints").iterdir())
    weights = torch.load(store.folder / "weights" / f"{sgl0}.pt", weights_only=True)
    whole = compute_table(wanted, force=True)
    assert without_timings(whole.records[sgl0]) == without_timings(results.records[sgl0])
    expected = torch.load(store.folder / "weights" / f"{sgl0}.pt", weights_only=True)
    assert all(torch.equal(w, weights[name]) for name, w in expected.items())


def test_an_interrupt_between_runs_keeps_the_finished_ones(table, compute_table, witness):
    wanted = table("dense", "l1", "cges")
    with pytest.raises(KeyboardInterrupt):
        compute_table(wanted, watchers=[witness(lambda event, n: event == "result" and n == 2)])
    assert compute_table(wanted).counts == {"computed": 1, "reused": 2, "failed": 0, "diverged": 0}


def test_a_folder_that_cannot_be_written_is_noticed_before_anything_runs(table, compute_table, witness, tmp_path):
    Path(tmp_path / "fake").write_text("a file where a folder should be")
    watcher = witness()
    with pytest.raises(SuiteError, match="cannot write"):
        compute_table(table("dense"), executor=Idle(), watchers=[watcher])
    assert watcher.planned is None


def test_out_of_memory_on_the_gpu_is_a_failure_with_the_remedy(table, compute_table, monkeypatch):
    def fail(self, model, context):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nGPU 0 has a total capacity of 1.00 GiB")

    monkeypatch.setattr(method_class("dense"), "prepare", fail)
    results = compute_table(table("dense", "l1"))
    assert results.counts == {"computed": 1, "reused": 0, "failed": 1, "diverged": 0}
    ((error, traceback),) = [(failure["error"], failure["traceback"]) for failure in results.failures.values()]
    assert error.startswith("out of memory on the GPU; compute fewer runs at a time (--jobs 1")
    assert "\n" not in error
    assert "Tried to allocate 2.00 GiB" in traceback


def test_what_killed_writers_left_goes_and_what_is_being_written_stays(table, compute_table, store):
    left, fresh, named = (store.folder / name for name in ("checkpoints/.0.pt.77.tmp", "weights/.1.pt.78.tmp", "runs/.hidden"))
    for path in (left, fresh, named):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"part")
    for path in (left, named):
        os.utime(path, (0, 0))
    compute_table(table("dense"))
    assert not left.exists()
    assert fresh.exists()
    assert named.exists()


def test_published_runs_are_reused_and_forced_ones_are_computed_again(table, compute_table, store):
    two = table("dense", "l1")
    compute_table(two)
    store.gather(store.read_all().values())
    assert compute_table(two, 2).counts == {"computed": 2, "reused": 2, "failed": 0, "diverged": 0}
    assert compute_table(two, executor=Idle()).counts["reused"] == 2
    assert compute_table(two, force=True).counts == {"computed": 2, "reused": 0, "failed": 0, "diverged": 0}
    assert not (store.folder / "runs.jsonl").exists()
