"""A Ray cluster of several nodes on this machine: what it computes is what one process computes, whoever is killed in between.

It takes a while to start, and is started once. A longer test, with twenty kills: python benchmarks/kills.py --executor ray
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from misbehaving import Misbehaving
from reproducible import reproducible

from suite.app.api import chosen_executor
from suite.app.cli import main
from suite.metrics.savings import compact_metrics
from suite.runs.executors.serial import Serial
from suite.runs.timings import kind

pytestmark = pytest.mark.slow

SETTINGS = {
    "RAY_worker_niceness": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_health_check_period_ms": "500",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "1",
    "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]),
}
MEMORY = 100 << 20
EPOCHS = 7
KILLS = 6
ELSEWHERE = ("environment",)


@pytest.fixture(scope="module")
def cluster():
    """A head that computes nothing, and two nodes of one core."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        Nodes = pytest.importorskip("ray.cluster_utils").Cluster
        head = {"num_cpus": 0, "object_store_memory": MEMORY, "include_dashboard": False, "no_monitor": True, "include_log_monitor": False}
        found = Nodes(initialize_head=True, head_node_args=head)
        found.workers = [found.add_node(wait=False, num_cpus=1, object_store_memory=MEMORY) for _ in range(2)]
        found.wait_for_nodes()
        yield found
        left = [pid for node in found.list_all_nodes() for pid in processes(node)]
        found.shutdown()
        kill(left)


@pytest.fixture(scope="class")
def executor(cluster):
    """This process as the one that the nodes compute for."""
    with chosen_executor("ray", None, "auto", cluster.address) as (executor, device):
        assert device == "cpu"
        yield executor


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


@pytest.fixture
def waiting(tmp_path):
    """waiting("a", 3, 5): a method that waits in the epochs 3 and 5, counted from 0, while there are files that say so; and its folder."""

    def make(name, *epochs):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "again").touch()
        for epoch in epochs:
            (folder / f"wait{epoch}").touch()
        return Misbehaving(how="waits", folder=str(folder)), folder

    return make


def test_what_no_node_has_is_refused_in_one_line(tmp_path, cluster):
    """Before anything is computed, with what there is and what to do."""
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


class Told:
    """A watcher that does something after whatever it is told."""

    def __init__(self, witness, do):
        self.told, self.do = witness(), do
        self.plan, self.close = self.told.plan, self.told.close

    def epoch(self, *what):
        self.told.epoch(*what)
        self.do()

    def result(self, result):
        self.told.result(result)
        self.do()

    def reached(self, key) -> int:
        """The epochs that a run has done as far as is known here."""
        return max((epoch for of, epoch, _ in self.told.epochs if of == key), default=0)

    def finished(self) -> set[str]:
        return {result.task.spec.key for result in self.told.results}


@pytest.mark.usefixtures("in_no_hurry")
class TestASweep:
    """On one connection, so that processes of the nodes are used again. The last test leaves one node less."""

    def test_repeats_runs_that_were_lost_together(self, table, compute_table, tmp_path, executor, caplog, monkeypatch):
        """Runs known to be short travel together; one ends the process of all, and each that is left goes on by itself."""
        sweep = table("dense", Misbehaving(how="dies", folder=str(tmp_path)), epochs=2)
        monkeypatch.setattr(executor.batches, "seconds", 60.0)
        monkeypatch.setattr(executor.batches, "taken", {kind(spec): 0.0 for spec in sweep.at("smoke", 1).runs})
        results = compute_table(sweep, seeds=6, executor=executor)
        assert results.counts == {"computed": 12, "reused": 0, "failed": 0, "diverged": 0}
        assert sum("was lost with its process" in message for message in caplog.messages) >= 2
        assert all(seconds > 0 for seconds in executor.batches.taken.values())
        expected = compute_table(sweep, seeds=6, executor=Serial(), force=True).records
        assert reproducible(results.records, ELSEWHERE) == reproducible(expected, ELSEWHERE)

    def test_outlives_kills_at_random_moments(self, table, compute_table, store, cluster, executor, witness, monkeypatch):
        """Processes that compute are killed, again and again. (The command and nodes too: benchmarks/kills.py)"""
        monkeypatch.setattr("suite.runs.executors.cluster.LOSSES", 2 * KILLS)
        sweep, draw, killed = table(Misbehaving(how="dawdles"), epochs=10), random.Random(0), []

        def reap():
            if len(killed) < KILLS:
                time.sleep(draw.uniform(0.0, 0.5))
                found = [pid for node in cluster.workers for pid in processes(node) if computes(pid)]
                killed.extend(draw.sample(found, min(len(found), 1)))
                kill(killed[-1:])

        results = compute_table(sweep, seeds=5, executor=executor, watchers=[Told(witness, reap)])
        assert len(killed) == KILLS
        assert results.counts == {"computed": 5, "reused": 0, "failed": 0, "diverged": 0}
        assert {path.stem for path in store.folder.glob("runs/*")} == set(results.records)
        expected = compute_table(sweep, seeds=5, executor=Serial(), force=True).records
        assert reproducible(results.records, ELSEWHERE) == reproducible(expected, ELSEWHERE)

    def test_outlives_a_node_and_an_interrupt(self, table, compute_table, store, waiting, cluster, executor, witness, caplog):
        """Two runs wait, one on each node. The node of one is killed, and both go on where they were; the lost one is interrupted when
        it is further on the other node, and ends here."""
        (losing, lost_folder), (staying, kept_folder) = waiting("lost", 3, 5), waiting("kept", 3)
        sweep = table(losing, staying, "magnitude", epochs=EPOCHS)
        lost, kept = (spec.key for spec in sweep.at("smoke", 1).runs[:2])

        def disturb():
            if (lost_folder / "wait3").exists() and min(map(told.reached, (lost, kept))) >= 3:
                pid = int((lost_folder / "pid").read_text())
                (node,) = (node for node in cluster.workers if pid in processes(node))
                kill(processes(node))
                for folder in (lost_folder, kept_folder):
                    (folder / "wait3").unlink()
            if kept in told.finished() and told.reached(lost) >= 5:
                raise KeyboardInterrupt

        told = Told(witness, disturb)
        with pytest.raises(KeyboardInterrupt):
            compute_table(sweep, executor=executor, watchers=[told])
        assert "was lost with its process or node" in caplog.text
        finished = {path: path.read_bytes() for path in store.folder.glob("runs/*.json")}
        assert {path.stem for path in finished} == {result.record["key"] for result in told.told.results}
        assert {path.stem for path in store.folder.glob("checkpoints/*.pt")} == {lost}

        (lost_folder / "wait5").unlink()
        results = compute_table(sweep, executor=Serial())
        assert results.counts["failed"] == 0
        assert len(results.records) == 4
        assert {path: path.read_bytes() for path in finished} == finished
        for folder, losses in ((lost_folder, 2), (kept_folder, 0)):
            computed = (folder / "epochs").read_text().split()
            assert computed.count("0") == 1, "a run started anew"
            assert len(computed) <= EPOCHS + 2 * losses, "more was computed again than a checkpoint lies behind"
        expected = compute_table(sweep, executor=Serial(), force=True).records
        assert reproducible(results.records, ELSEWHERE) == reproducible(expected, ELSEWHERE)


DRIVER = """
    from pathlib import Path

    from small_tables import make_table
    from misbehaving import Misbehaving

    from suite.app.api import chosen_executor
    from suite.runs.orchestrate import Options, compute_missing

    wanted = make_table("dense", Misbehaving(how="waits", folder={folder!r}), epochs={epochs})
    with chosen_executor("ray", 1, "auto", {address!r}) as (executor, device):
        compute_missing(wanted.at("smoke", 1), executor, Options(Path({out!r})), [])
"""


def test_a_sweep_outlives_the_head(table, compute_table, store, tmp_path, waiting, cluster, witness, in_no_hurry):
    """The last test on the cluster. With its head ends the process that is connected to it; what it has computed is there, and goes on."""
    method, folder = waiting("head", 3)
    script = tmp_path / "driver.py"
    script.write_text(textwrap.dedent(DRIVER).format(address=cluster.address, out=str(tmp_path), folder=str(folder), epochs=EPOCHS))
    wanted = table("dense", method, epochs=EPOCHS)
    quick, slow = (spec.key for spec in wanted.at("smoke", 1).runs)
    with open(tmp_path / "said", "w") as said, subprocess.Popen([sys.executable, script], stdout=said, stderr=said) as driver:
        while not (store.read(quick) and store.checkpoint(slow).exists() and (folder / "epochs").read_text().count("\n") > 3):
            assert driver.poll() is None, (tmp_path / "said").read_text()
            time.sleep(0.05)
        left = [pid for node in cluster.workers for pid in processes(node)]  # which end by themselves without a head, but not all at once
        kill(processes(cluster.head_node))
        assert driver.wait(timeout=60) != 0
        kill(left)
    (folder / "wait3").unlink()
    before = store.path(quick).read_bytes()
    told = witness()
    results = compute_table(wanted, watchers=[told])
    assert results.counts == {"computed": 1, "reused": 1, "failed": 0, "diverged": 0}
    assert store.path(quick).read_bytes() == before
    assert told.epochs[0][1] > 1, "the run started anew"
    dense, waited = (results.records[key] for key in (quick, slow))
    assert waited["curves"]["train_loss"] == dense["curves"]["train_loss"]
