"""How busy workers are in a sweep of many tiny runs: python benchmarks/busy.py [--executor ray] [--runs 1000] [--jobs 2]

Busy is the share of the time of the sweep that its workers spend inside runs: sum of the runs' wall seconds over (seconds of the sweep
x workers). The clock of the sweep starts with the first run, so that starting the workers (loading PyTorch takes seconds) is told apart.
Tracking in MLflow is off. A run is 20 epochs of 20 steps on 100 starts without a data set, some tens of milliseconds.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import click

from suite.app.api import chosen_executor
from suite.experiment.reproduction import Profile, Reproduction, grid
from suite.methods.schedule import Schedule
from suite.runs.orchestrate import Options, compute_missing
from suite.theory.starts import Starts

MEMORY = 100 << 20


def table(epochs: int) -> Reproduction:
    schedule = Schedule(epochs, epoch_steps=20, batch_size=100, optimizer="sgd", learning_rate=0.1)
    cells = grid(dataset="", model="no_overlap", method=[Starts(beta=beta) for beta in (1e-3, 4e-3)])
    return Reproduction("busy/sweep", "A sweep", "nobody", cells, {"smoke": Profile(schedule)}, columns=())


class Clock:
    """A watcher that notes when runs end."""

    def __init__(self) -> None:
        self.started = self.ended = 0.0
        self.walls: list[float] = []
        self.cpu = 0.0

    def plan(self, specs, known):
        pass

    def epoch(self, key, epoch, error):
        pass

    def result(self, result):
        cost = result.record["cost"]
        self.ended = time.perf_counter()
        self.started = self.started or self.ended - cost["wall_seconds"]
        self.walls.append(cost["wall_seconds"])
        self.cpu += cost["cpu_seconds"]

    def close(self):
        pass


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--executor", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option("--runs", default=1000, show_default=True)
@click.option("--jobs", default=2, show_default=True, help="Workers; with Ray, so many nodes of one core on this machine.")
@click.option("--epochs", default=20, show_default=True)
def main(executor: str, runs: int, jobs: int, epochs: int) -> None:
    """Compute many tiny runs, and say how busy the workers were."""
    os.environ |= {"RAY_worker_niceness": "0", "RAY_USAGE_STATS_ENABLED": "0"}
    address, cluster, clock = "auto", None, Clock()
    if executor == "ray":
        from ray.cluster_utils import Cluster

        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": MEMORY, "include_dashboard": False})
        for _ in range(jobs):
            cluster.add_node(num_cpus=1, object_store_memory=MEMORY)
        address = cluster.address
    begun, own = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder, chosen_executor(executor, None if cluster else jobs, "cpu", address) as (computing, _):
        results = compute_missing(table(epochs).at("smoke", runs // 2), computing, Options(Path(folder)), [clock])
    own = time.process_time() - own
    if cluster:
        cluster.shutdown()
    wall, busy = clock.ended - clock.started, sum(clock.walls)
    click.echo(
        f"{len(results.records)} runs of {1000 * busy / len(clock.walls):.0f} ms ({1000 * clock.cpu / len(clock.walls):.0f} ms of CPU)"
    )
    click.echo(f"workers busy {100 * busy / (wall * jobs):.1f} % of {wall:.1f} s; first run begins after {clock.started - begun:.1f} s")
    click.echo(f"this process: {1000 * own / len(clock.walls):.1f} ms of CPU a run")


if __name__ == "__main__":
    main()
