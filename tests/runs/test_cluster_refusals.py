"""What the executor for a cluster makes of runs that it loses, and of a cluster too small or not there: none is started for it."""

from __future__ import annotations

import socket
import time
from collections import Counter

import pytest

from suite.app.api import chosen_executor
from suite.base.errors import SuiteError
from suite.experiment.task import Task
from suite.runs.executors.cluster import Cluster, refuse
from suite.runs.executors.node import Report


def test_a_run_that_is_lost_again_and_again_without_a_checkpoint_in_between_fails(table, tmp_path, monkeypatch):
    """What comes of a stream that breaks off, and of one that brings a checkpoint before it does."""
    monkeypatch.setattr(pytest.importorskip("ray"), "get", lambda report: report)
    receiving = object.__new__(Cluster)
    receiving.losses = Counter()
    (spec,) = table("dense").at("smoke", 1).runs
    tasks, brought = {spec.key: Task(spec, "smoke", tmp_path)}, Report(files={"checkpoints/it.pt": b"state"})
    streams = [iter(reports) for reports in ([], [], [brought], [], [], [])]
    assert [receiving.receive(stream, tasks) for stream in streams[:5]] == [None, None, brought, None, None]
    assert (tmp_path / "checkpoints" / "it.pt").read_bytes() == b"state"
    assert "lost 3 times" in receiving.receive(streams[5], tasks).failures[spec.key]["error"]


def test_a_cluster_that_is_too_small_is_refused():
    refuse({"CPU": 2, "GPU": 0.5}, {"CPU": 2.0, "GPU": 1.0})
    with pytest.raises(SuiteError, match=r"^a run asks for 1 GPU, and the largest node of the cluster has 0; ask for less with --gpus,"):
        refuse({"CPU": 1, "GPU": 1.0}, {"CPU": 1.0, "GPU": 0.0})


@pytest.mark.parametrize("address", ["127.0.0.1:{closed}", "127.0.0.1:{silent}", "nonsense", "ray://127.0.0.1:10001", "host:port"])
def test_an_address_without_a_cluster_is_an_error_within_seconds(address, monkeypatch):
    monkeypatch.setattr("suite.runs.executors.connection.PROBE_SECONDS", 1.0)
    with socket.socket() as silent, socket.socket() as closed:
        for server in (silent, closed):
            server.bind(("127.0.0.1", 0))
        silent.listen()
        address = address.format(silent=silent.getsockname()[1], closed=closed.getsockname()[1])
        started = time.monotonic()
        with pytest.raises(SuiteError) as error, chosen_executor("ray", None, "auto", address):
            pass
        assert time.monotonic() - started < 30
        assert address in str(error.value)
        assert error.value.remedy
