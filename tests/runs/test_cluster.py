"""A Ray cluster of several nodes on this machine: what it computes is what one process computes, whoever is killed in between.

A longer test, with twenty kills: python benchmarks/kills.py --executor ray
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from misbehaving import Misbehaving
from reproducible import reproducible

from suite.app.api import chosen_executor
from suite.app.cli import main
from suite.base.errors import SuiteError
from suite.metrics.compact import compact_metrics
from suite.runs.executors.cluster import refuse
from suite.runs.executors.serial import Serial

pytestmark = pytest.mark.slow

SETTINGS = {
    "RAY_worker_niceness": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_health_check_period_ms": "500",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "1",
    "PYTHONPATH": str(Path(__file__).parent),
}
MEMORY = 100 << 20
EPOCHS = 14
KILLS = 6
ELSEWHERE = ("environment",)


@pytest.fixture
def cluster():
    """A head that computes nothing, and two nodes of one core."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        Cluster = pytest.importorskip("ray.cluster_utils").Cluster
        head = {"num_cpus": 0, "object_store_memory": MEMORY, "include_dashboard": False, "no_monitor": True, "include_log_monitor": False}
        found = Cluster(initialize_head=True, head_node_args=head)
        found.workers = [found.add_node(wait=False, num_cpus=1, object_store_memory=MEMORY) for _ in range(2)]
        found.wait_for_nodes()
        yield found
        found.shutdown()


def processes(node) -> list[int]:
    """The processes that serve a node, and those that compute on it."""
    served = [info.process.pid for kind in node.all_processes.values() for info in kind]
    return [
        *served,
        *(int(child) for pid in served for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()),
    ]


def computes(pid: int) -> bool:
    """Whether a process is at a run: Ray gives it the name of its task."""
    with suppress(OSError):
        return b"ray::work" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def in_no_hurry(monkeypatch):
    """In this process nothing dawdles, and networks are made smaller and timed as on the nodes."""
    monkeypatch.setattr("suite.training.loop.compact_metrics", compact_metrics)
    monkeypatch.setattr(Misbehaving, "after_step", lambda self: None)
    monkeypatch.setattr("suite.base.checkpoint.SECONDS", 30.0)  # which the method sets, too


class Killer:
    """A watcher that kills a node once both runs are under way, and interrupts once the lost one is further elsewhere."""

    def __init__(self, witness, node, slow):
        self.told, self.node, self.slow, self.killed = witness(), node, set(slow), False
        self.plan, self.close, self.result = self.told.plan, self.told.close, self.told.result

    def epoch(self, key, epoch, error):
        self.told.epoch(key, epoch, error)
        if not self.killed and {k for k, e, _ in self.told.epochs if e >= 3} >= self.slow:
            kill(processes(self.node))
            self.killed = True
        finished = {result.task.spec.key for result in self.told.results}
        if self.slow & finished and epoch >= 5 and key in self.slow - finished:
            raise KeyboardInterrupt


def outlives_a_node_and_an_interrupt(table, compute_table, store, tmp_path, cluster, witness, caplog):
    """Two runs dawdle, one on each node. One node is killed, and both go on where they were; the last is interrupted, and ends here."""
    (tmp_path / "again").touch()
    dawdling = [Misbehaving(how="dawdles", folder=folder) for folder in (str(tmp_path), f"{tmp_path}/")]
    sweep = table(*dawdling, "magnitude", epochs=EPOCHS)
    killer = Killer(witness, cluster.workers[0], [spec.key for spec in sweep.at("smoke", 1).runs[:2]])
    with chosen_executor("ray", None, "auto", cluster.address) as (executor, device):
        assert device == "cpu"
        with pytest.raises(KeyboardInterrupt):
            compute_table(sweep, executor=executor, watchers=[killer])
    assert killer.killed
    assert "was lost with its process or node" in caplog.text
    finished = {path: path.read_bytes() for path in store.folder.glob("runs/*.json")}
    assert {path.stem for path in finished} == {result.record["key"] for result in killer.told.results}
    assert {path.stem for path in store.folder.glob("checkpoints/*.pt")} == killer.slow - {path.stem for path in finished}

    results = compute_table(sweep, executor=Serial())
    assert results.counts["failed"] == 0
    assert len(results.records) == 4
    assert {path: path.read_bytes() for path in finished} == finished
    computed = (tmp_path / "epochs").read_text().split()
    assert computed.count("0") == 2, "a run started anew"
    assert len(computed) <= 2 * EPOCHS + 6, "more than a checkpoint interval was computed again"
    expected = compute_table(sweep, executor=Serial(), force=True).records
    assert reproducible(results.records, ELSEWHERE) == reproducible(expected, ELSEWHERE)


class Spoiler:
    """A watcher that has the next misbehaving run die once so many runs are there."""

    def __init__(self, witness, file, results):
        self.told, self.file, self.results = witness(), file, results
        self.plan, self.close, self.epoch = self.told.plan, self.told.close, self.told.epoch

    def result(self, result):
        self.told.result(result)
        if len(self.told.results) == self.results:
            self.file.unlink()


def repeats_runs_that_were_lost_together(table, compute_table, store, tmp_path, cluster, witness, caplog, monkeypatch):
    """With this beat a run that is like one before travels with the next; one ends the process of both, and each goes on by itself."""
    caplog.clear()
    folder = tmp_path / "spoilt"
    folder.mkdir()
    (folder / "again").touch()
    sweep = table("dense", Misbehaving(how="dies", folder=str(folder)), epochs=2)
    monkeypatch.setattr("suite.runs.executors.cluster.BEAT", 60.0)
    with chosen_executor("ray", None, "auto", cluster.address) as (executor, _):
        results = compute_table(sweep, seeds=6, executor=executor, watchers=[Spoiler(witness, folder / "again", 6)])
    assert results.counts == {"computed": 12, "reused": 0, "failed": 0, "diverged": 0}
    assert (folder / "again").exists()
    assert sum("was lost with its process" in message for message in caplog.messages) >= 2
    expected = compute_table(sweep, seeds=6, executor=Serial(), force=True).records
    assert reproducible(results.records, ELSEWHERE) == reproducible(expected, ELSEWHERE)
    shutil.rmtree(store.folder)


def outlives_kills_at_random_moments(table, compute_table, store, cluster):
    """Processes that compute are killed, again and again, while a sweep goes on. (The command and nodes too: benchmarks/kills.py)"""
    sweep = table(Misbehaving(how="dawdles"), epochs=10)
    draw, over, killed = random.Random(0), threading.Event(), []

    def reap():
        while len(killed) < KILLS and not over.wait(draw.uniform(0.0, 2.0)):
            found = [pid for node in cluster.workers for pid in processes(node) if computes(pid)]
            if found:
                killed.append(draw.choice(found))
                kill(killed[-1:])

    reaper = threading.Thread(target=reap)
    with chosen_executor("ray", None, "auto", cluster.address) as (executor, _):
        reaper.start()
        try:
            results = compute_table(sweep, seeds=5, executor=executor)
        finally:
            over.set()
            reaper.join()
    assert len(killed) > KILLS // 2
    assert results.counts == {"computed": 5, "reused": 0, "failed": 0, "diverged": 0}
    assert {path.stem for path in store.folder.glob("runs/*")} == set(results.records)
    expected = compute_table(sweep, seeds=5, executor=Serial(), force=True).records
    assert reproducible(results.records, ELSEWHERE) == reproducible(expected, ELSEWHERE)
    shutil.rmtree(store.folder)


DRIVER = """
    from pathlib import Path

    from small_tables import make_table
    from misbehaving import Misbehaving

    from suite.app.api import chosen_executor
    from suite.runs.orchestrate import Options, reproduce

    class Told:
        plan = close = lambda self, *what: None

        def epoch(self, key, epoch, error):
            print(epoch, flush=True)

        def result(self, result):
            print("result", flush=True)

    wanted = make_table("dense", Misbehaving(how="dawdles"), epochs=40)
    with chosen_executor("ray", None, "auto", {address!r}) as (executor, device):
        reproduce(wanted, 1, "smoke", executor, Options(Path({out!r})), [Told()])
"""


def outlives_the_head(table, compute_table, store, tmp_path, cluster, witness):
    """The head ends, and with it the process that is connected to it. What it has computed until then is there, and goes on here."""
    script = tmp_path / "driver.py"
    script.write_text(textwrap.dedent(DRIVER).format(address=cluster.address, out=str(tmp_path)))
    wanted = table("dense", Misbehaving(how="dawdles"), epochs=40)
    quick, slow = (spec.key for spec in wanted.at("smoke", 1).runs)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as driver:
        assert any(store.read(quick) and store.checkpoint(slow).exists() for _ in driver.stdout)
        left = processes(cluster.workers[1])  # which ends by itself without a head, but not all of it at once
        kill(processes(cluster.head_node))
        assert driver.wait(timeout=60) != 0
        kill(left)
    before = store.path(quick).read_bytes()
    told = witness()
    results = compute_table(wanted, watchers=[told])
    assert results.counts == {"computed": 1, "reused": 1, "failed": 0, "diverged": 0}
    assert store.path(quick).read_bytes() == before
    assert told.epochs[0][1] > 1, "the run started anew"
    dense, dawdled = (results.records[key] for key in (quick, slow))
    assert dawdled["curves"]["train_loss"] == dense["curves"]["train_loss"]


def refuses_what_no_node_has(tmp_path, cluster):
    """Before anything is computed, with what there is and what to do in one line."""
    line = ["reproduce", "table1", "--profile", "smoke", "--executor", "ray", "--address", cluster.address, "--out", str(tmp_path / "none")]
    for asked, what in (
        (["--gpus", "4"], "4 GPU, and the largest node of the cluster has 0"),
        (["--cpus", "2"], "2 CPU, and the largest node of the cluster has 1"),
    ):
        found = CliRunner().invoke(main, [*line, *asked])
        assert found.exit_code == 2
        assert f"error: a run asks for {what}" in found.output
        assert len(found.output.strip().splitlines()) == 1
    assert not (tmp_path / "none").exists()


def test_a_sweep_outlives_whoever_is_killed(table, compute_table, store, tmp_path, cluster, witness, in_no_hurry, caplog, monkeypatch):
    """One cluster for all, as it takes a while to start."""
    refuses_what_no_node_has(tmp_path, cluster)
    repeats_runs_that_were_lost_together(table, compute_table, store, tmp_path, cluster, witness, caplog, monkeypatch)
    outlives_kills_at_random_moments(table, compute_table, store, cluster)
    outlives_a_node_and_an_interrupt(table, compute_table, store, tmp_path, cluster, witness, caplog)
    outlives_the_head(table, compute_table, store, tmp_path, cluster, witness)


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
