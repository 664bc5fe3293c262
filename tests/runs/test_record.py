"""A record is complete, and says nothing about whose machine it was."""

from __future__ import annotations

import contextlib
import getpass
import json
import math
import mmap
import os
import platform
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from suite import data
from suite.base import checkpoint
from suite.base.meter import Meter
from suite.runs import environment
from suite.runs.environment import code_state
from suite.runs.worker import compute
from suite.training.loop import CURVES


@pytest.fixture(scope="module")
def record(sgl0_result):
    return sgl0_result.record


def leaves(value):
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from leaves(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from leaves(part)
    else:
        yield value


def test_identity_stands_at_the_top(record, sgl0_result):
    spec = sgl0_result.task.spec
    expected = {"method": "sgl0", "seed": 0, "dataset": "digits", "model": "lenet_300_100", "profile": "smoke", "status": "done"}
    assert {name: record[name] for name in expected} == expected
    assert (record["epochs"], record["key"], record["spec"]) == (2, spec.key, spec.identity())
    assert record["label"] == "sparse group l0asso"


def test_metrics_under_both_protocols_and_of_every_view(record):
    shares = {"weight_sparsity", "weight_sparsity_exact", "neuron_sparsity", "parameters_left", "flops_left", "flops_left_valid"}
    assert shares | {"test_error", "best_test_error"} <= set(record["metrics"])
    last_layer = {f"last_layer_{name}" for name in ("sparsity", "neurons", "neurons_removed", "sparsity_of_rest")}
    assert shares | last_layer | {"test_error"} == set(record["views"]["V"]["metrics"])
    assert record["views"]["V"]["label"] == "sparse group l0asso, V"
    assert set(record["layers"]) == {"fc1", "fc2", "fc3"}


def test_curves_have_a_value_an_epoch(record):
    assert set(record["curves"]) == set(CURVES)
    assert {len(values) for values in record["curves"].values()} == {2}
    assert record["curves"]["test_error"][-1] == record["metrics"]["test_error"]


def test_costs(record):
    cost = record["cost"]
    assert 0 < cost["training_seconds"] <= cost["wall_seconds"]
    assert cost["cpu_seconds"] > 0
    assert 50 < cost["peak_memory_mb"] < 50_000


def test_the_cost_of_a_resumed_run_is_the_sum_of_its_parts(sgl0_result, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "SECONDS", -1.0)
    task = replace(sgl0_result.task, folder=tmp_path)

    def stop(epoch, error):
        time.sleep(0.3)  # a part that is no epoch's, and that only the sum has
        raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            compute(task, stop)
    started = time.perf_counter()
    found, last = compute(task), time.perf_counter() - started
    assert found["metrics"].items() <= sgl0_result.record["metrics"].items()
    cost, whole = found["cost"], sgl0_result.record["cost"]
    assert cost["parts"] == 3
    assert cost["wall_seconds"] >= max(last + 0.6, cost["training_seconds"])
    assert cost["cpu_seconds"] > 0
    assert whole.keys() == cost.keys() - {"parts"}


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="the system cannot forget the highest memory")
def test_the_peak_memory_is_that_of_the_run_and_not_of_the_process(monkeypatch):
    with mmap.mmap(-1, 256 << 20) as block:  # given back at its end, as memory of the heap need not be
        block.write(bytes(256 << 20))
        before = Meter().cost()["peak_memory_mb"]
    after = Meter()
    assert after.cost()["peak_memory_mb"] < before - 200
    after.add({"wall_seconds": 1.0, "cpu_seconds": 2.0, "peak_memory_mb": before})
    assert after.cost()["peak_memory_mb"] == before
    monkeypatch.setattr("suite.base.meter.PROCESS", Path("nowhere"))
    assert 50 < Meter().cost()["peak_memory_mb"] < 50_000, "another system's count, in the same unit"


def test_on_a_gpu_its_name_and_the_memory_that_the_run_took(sgl0_result, monkeypatch):
    asked = []
    program = "suite.training.program.compute"
    parts = {"status": "done", "epochs": 2, "metrics": {}, "curves": {"seconds": [1.0]}}
    monkeypatch.setattr(program, lambda task, checkpoint, on_epoch: asked.append("computed") or dict(parts))
    monkeypatch.setattr(torch.cuda, "init", lambda: None)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda device: asked.append(f"reset {device}"))
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: asked.append(f"read {device}") or 3 << 20)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"the GPU of {device}")
    found = compute(replace(sgl0_result.task, device="cuda:1"))
    assert asked == ["reset cuda:1", "computed", "read cuda:1"]
    assert found["cost"]["peak_gpu_memory_mb"] == 3.0
    assert found["environment"]["gpu"] == "the GPU of cuda:1"
    assert found["environment"]["device"] == "cuda:1"


def test_where_it_was_computed(record):
    found = record["environment"]
    assert re.fullmatch(r"[0-9a-f]{40}", found["git_commit"] or "0" * 40)
    assert found["git_dirty"] in (True, False, None)
    assert found["packages"]["torch"] == torch.__version__.partition("+")[0]
    assert found["python"] == platform.python_version()
    assert found["threads"] == 1
    assert found["cpu"]
    assert found["gpu"] is None
    assert found["flush_denormal"] is True


def test_denormals_are_flushed_as_the_record_says(record):
    assert (torch.tensor([1e-40]) * 1.0).item() == 0


def test_what_it_was_trained_on(record):
    digits = data.load("digits")
    expected = {"checksum": digits.checksum, "n_train": 1437, "n_test": 360, "n_validation": 0, "epoch_steps": 3}
    assert record["data"] == expected


def test_no_host_no_user_and_no_path(record, sgl0_result):
    texts = [str(leaf) for leaf in leaves(record) if isinstance(leaf, str)]
    private = {platform.node(), os.getcwd(), os.path.expanduser("~"), str(sgl0_result.task.folder)}
    with contextlib.suppress(KeyError, OSError):
        private.add(getpass.getuser())
    for text in texts:
        assert not text.startswith(("/", "\\", "~"))
        assert not re.search(r"(^|\s)/\w|[A-Z]:\\", text)
        assert not [word for word in private if len(word) > 1 and re.search(rf"(^|\W){re.escape(word)}(\W|$)", text)]


def test_a_record_is_plain_json(record):
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert all(math.isfinite(leaf) for leaf in leaves(record) if isinstance(leaf, float))


def test_a_checkout_that_is_somebody_elses_is_not_taken_for_ours(monkeypatch):
    commit = "0123456789" * 4
    answers = {"rev-parse": commit, "status": " M file"}
    monkeypatch.setattr(environment, "git", lambda *a: answers.get(a[0]))
    code_state.cache_clear()
    try:
        assert code_state() == {"git_commit": None, "git_dirty": None}
        code_state.cache_clear()
        answers["ls-files"] = "environment.py"
        assert code_state() == {"git_commit": commit, "git_dirty": True}
        code_state.cache_clear()
        answers["status"] = ""
        assert code_state() == {"git_commit": commit, "git_dirty": False}
    finally:
        code_state.cache_clear()


def test_without_git_there_is_no_commit(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert environment.git("status") is None
