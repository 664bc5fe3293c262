"""kill -9 at random moments of a sweep, which is started again until it is done: python benchmarks/kills.py [--executor ray] [--kills 20]

The sweep is compared with one that nobody killed: every run must be there once, whole and, its timings apart, the same to the last bit.
`local` kills the command with its workers, or one worker. `ray` starts a cluster of three nodes on this machine (two compute) and kills
the command, a process that computes, or a node, which another one replaces.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import click
from hurried import Hurried

from suite.app.api import chosen_executor
from suite.experiment.reproduction import Profile, Reproduction, grid
from suite.methods import method
from suite.methods.schedule import Schedule
from suite.records.store import Store
from suite.runs.orchestrate import Options, compute_missing

TIMED = ("latency_dense_ms", "latency_compact_ms")
SETTINGS = {"RAY_worker_niceness": "0", "RAY_USAGE_STATS_ENABLED": "0", "RAY_health_check_period_ms": "500", "OMP_NUM_THREADS": "1"}
MEMORY = 100 << 20


def table(epochs: int) -> Reproduction:
    methods = (Hurried(), Hurried(lam=0.01), method("magnitude"))
    cells = grid(dataset="digits", model="lenet_300_100", method=methods)
    settings = {"smoke": Profile(Schedule(epochs, batch_size=100))}
    return Reproduction("kills/sweep", "A sweep", "nobody", cells, settings, columns=())


def sweep(out: Path, seeds: int, epochs: int, executor: str, address: str) -> None:
    """The command that is killed."""
    with chosen_executor(executor, 2, "cpu", address) as (computing, device):
        results = compute_missing(table(epochs).at("smoke", seeds), computing, Options(out, None, device), [])
    sys.exit(bool(results.failures))


def alike(record: dict) -> dict:
    """What must be the same of a run whoever computes it."""
    kept = {name: value for name, value in record.items() if name not in ("cost", "environment", "curves", "metrics")}
    kept["curves"] = {name: values for name, values in record["curves"].items() if name != "seconds"}
    kept["metrics"] = {name: value for name, value in record["metrics"].items() if name not in TIMED}
    return kept


def runs(out: Path) -> dict[str, dict]:
    """The stored runs, from every file there is; a file that is not whole is an error here."""
    folder = Store.of(out, "kills/sweep", "smoke").folder / "runs"
    return {path.stem: json.loads(path.read_text()) for path in folder.glob("[!.]*")}


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()]
    return []


def kill(*pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Nodes:
    """A cluster on this machine."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 0, "object_store_memory": MEMORY, "include_dashboard": False, "no_monitor": True, "include_log_monitor": False}
        self.cluster = Cluster(initialize_head=True, head_node_args=head)
        self.nodes = [self.add() for _ in range(2)]

    def add(self):
        return self.cluster.add_node(num_cpus=1, object_store_memory=MEMORY)

    def processes(self, node) -> list[int]:
        served = [info.process.pid for kind in node.all_processes.values() for info in kind]
        return [*served, *(child for pid in served for child in children(pid))]

    def kill_node(self) -> None:
        node = self.nodes.pop(random.randrange(len(self.nodes)))
        kill(*self.processes(node))
        self.nodes.append(self.add())

    def kill_worker(self) -> bool:
        """Whether there was one: what computes has the name of its task."""
        found = [pid for node in self.nodes for pid in self.processes(node) if b"ray::work" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        if found:
            kill(random.choice(found))
        return bool(found)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--executor", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option("--kills", default=20, show_default=True)
@click.option("--seeds", default=12, show_default=True, help="Four runs each.")
@click.option("--epochs", default=12, show_default=True)
@click.option("--random-seed", default=0, show_default=True)
@click.option("--drive", type=click.Path(path_type=Path), hidden=True)
@click.option("--address", default="auto", hidden=True)
def main(executor: str, kills: int, seeds: int, epochs: int, random_seed: int, drive: Path | None, address: str) -> None:
    """Kill a sweep again and again, and compare it with one that was left alone."""
    if drive:
        return sweep(drive, seeds, epochs, executor, address)
    random.seed(random_seed)
    os.environ |= SETTINGS
    with tempfile.TemporaryDirectory() as folder:
        nodes = Nodes() if executor == "ray" else None
        address = nodes.cluster.address if nodes else "auto"
        options = ["--executor", executor, "--seeds", str(seeds), "--epochs", str(epochs), "--address", address]
        parts, killed = 0, {"command": 0, "worker": 0, "node": 0}
        while sum(killed.values()) < kills:
            out, parts = Path(folder, f"killed{parts}"), parts + 1
            while True:
                command = subprocess.Popen([sys.executable, __file__, "--drive", str(out), *options], start_new_session=True)
                if chase(command, nodes, kills, killed, out) == 0:
                    break
        click.echo(f"killed: {killed}; {parts} sweeps were needed for it")
        with suppress(SystemExit):
            sweep(Path(folder, "whole"), seeds, epochs, "local", "auto")
        expected = {key: alike(record) for key, record in runs(Path(folder, "whole")).items()}
        assert len(expected) == 4 * seeds
        for part in range(parts):
            found = {key: alike(record) for key, record in runs(Path(folder, f"killed{part}")).items()}
            differ = {key: [n for n in expected[key] if found[key][n] != expected[key][n]] for key in expected if key in found}
            assert found == expected, (
                f"{len(found)} of {len(expected)} runs; fields that differ: { {k: f for k, f in differ.items() if f} }"
            )
        click.echo(f"{len(expected)} runs each: every run there once, whole, and as in the sweep that was left alone")
        if nodes:
            nodes.cluster.shutdown()


def chase(command, nodes: Nodes | None, kills: int, killed: dict[str, int], out: Path) -> int:
    """Kill the sweep, or what computes for it, at random moments from its first progress on, until it ends; its exit code."""
    before = len(runs(out))
    while command.poll() is None and len(runs(out)) <= before:
        time.sleep(0.05)
    while sum(killed.values()) < kills and command.poll() is None:
        time.sleep(random.uniform(0.0, 4.0))
        if command.poll() is not None:
            break
        victim = random.choice(["command", "worker", "worker", "node"] if nodes else ["command", "worker"])
        if victim == "node" and nodes:
            nodes.kill_node()
        elif victim == "worker" and nodes:
            if not nodes.kill_worker():
                continue
        elif victim == "worker":
            found = [pid for pid in children(command.pid) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
            if not found:
                continue
            kill(random.choice(found))
        else:
            kill(command.pid, *(children(command.pid) if not nodes else []))
        killed[victim] += 1
    return command.wait()


if __name__ == "__main__":
    main()
