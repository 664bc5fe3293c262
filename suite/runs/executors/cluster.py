"""Runs as tasks of a Ray cluster. Results come back to this process, which alone writes the store: no shared file system is needed.

Ray is asked to repeat nothing. A run whose node or process is lost is sent out again from here, from the last checkpoint that came in,
and a store that was left by one executor is resumed by any other.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import ExitStack, redirect_stdout, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from suite import data
from suite.errors import SuiteError
from suite.files import replaced
from suite.runs.environment import code_state, installed
from suite.runs.executors import Result
from suite.runs.executors.connection import Overheard, capacities, connect, disconnect
from suite.runs.executors.node import Report, Shared, packed, work
from suite.runs.worker import Task

log = logging.getLogger(__name__)

LOSSES = 3
"""So many times in a row, without a checkpoint in between, a run may be lost before it counts as failed."""
LOOK_SECONDS = 5.0
"""How often the nodes of the cluster are counted."""
FAREWELL_SECONDS = 3.0
"""How long interrupted tasks have to tidy up before they are killed."""


class Cluster:
    """Runs on the nodes of the Ray cluster at `address`, each with `cpus` threads and `gpus` GPUs (0.25: four share one).

    jobs      at most so many at a time; None: as many as the nodes take
    gpus      None: 1 on a GPU, else 0
    device    "auto" is "cuda" where the cluster has GPUs and the runs ask for them

    A context, and connected from the start to its end. Raises SuiteError where nothing answers, or where no node is large enough for a
    run, which would wait for ever.
    """

    def __init__(
        self, address: str = "auto", *, cpus: int = 1, gpus: float | None = None, jobs: int | None = None, device: str = "auto"
    ) -> None:
        connect(address, cpus)
        try:
            largest = {name: max((node.get(name, 0.0) for node in capacities()), default=0.0) for name in ("CPU", "GPU")}
            use = largest["GPU"] > 0 if gpus is None else gpus > 0
            self.device = ("cuda" if use else "cpu") if device == "auto" else device
            self.cpus, self.jobs = cpus, jobs
            self.gpus = (0.0 if self.device == "cpu" else 1.0) if gpus is None else gpus
            if self.device != "cpu" and not self.gpus:
                raise SuiteError(f"a run on {self.device} needs a GPU", "give it one, or a share of one, with --gpus, or add --device cpu")
            refuse({"CPU": self.cpus, "GPU": self.gpus}, largest)
        except BaseException:
            disconnect()
            raise
        self.datasets: dict[str, Shared] = {}
        self.losses: Counter[str] = Counter()

    def __enter__(self) -> Cluster:
        import ray

        self.left = ExitStack()
        self.left.callback(disconnect)
        self.left.enter_context(redirect_stdout(Overheard()))
        options = {"num_cpus": self.cpus, "num_gpus": self.gpus, "max_retries": 0, "num_returns": "streaming"}
        self.work = ray.remote(work).options(**options)  # once: made anew for each run it would be another function on the nodes
        return self

    def __exit__(self, *error: object) -> None:
        self.left.close()

    def room(self) -> int:
        """How many runs the nodes take at once."""
        asked = {name: amount for name, amount in {"CPU": self.cpus, "GPU": self.gpus}.items() if amount}
        return sum(int(min(node.get(name, 0.0) / amount for name, amount in asked.items())) for node in capacities())

    def run(self, next_task: Callable[[], Task | None], on_epoch: Callable[[str, int, float], None]) -> Generator[Result, None, None]:
        flying: dict[Any, Task] = {}
        looked, most = -LOOK_SECONDS, 0
        try:
            while True:
                if time.monotonic() - looked > LOOK_SECONDS:
                    looked, most = time.monotonic(), self.jobs or 2 * self.room() + 2  # more than there is room for: no process waits
                while len(flying) < most and (task := next_task()) is not None:
                    flying[self.send(task)] = task
                if not flying:
                    return
                for stream in waited(list(flying)):
                    task = flying[stream]
                    report = self.receive(stream, task)
                    if report is None:
                        flying[self.send(flying.pop(stream))] = task
                        continue
                    if report.progress:
                        on_epoch(task.spec.key, *report.progress)
                    if report.final:
                        del flying[stream]
                        yield Result(task, report.record, report.failure)
        finally:
            end(list(flying))

    def send(self, task: Task) -> Any:
        """Start a task on some node, with the files it starts from; the stream of its reports."""
        import ray

        name = task.spec.dataset
        if name and name not in self.datasets:
            self.datasets[name] = Shared(ray.put(packed(data.load(name, task.data_root))))
        files = {path.as_posix(): (task.folder / path).read_bytes() for path in task.starts_from if (task.folder / path).exists()}
        return self.work.remote(replace(task, folder=Path(), data_root=self.datasets.get(name)), files, self.cpus)

    def receive(self, stream: Any, task: Task) -> Report | None:
        """The next report of a run, whose files are kept where the run would have left them here; None for one to be sent out again."""
        import ray

        key = task.spec.key
        try:
            report: Report = ray.get(next(stream))
        except ray.exceptions.RayTaskError as error:
            reason = str(error).strip().rpartition("\n")[2]
            return Report(failure={"error": f"a node could not compute the run: {reason}", "traceback": str(error)})
        except (StopIteration, ray.exceptions.RayError) as error:
            self.losses[key] += 1
            if self.losses[key] >= LOSSES:
                reason = f"lost {LOSSES} times with its process or node (out of memory?)"
                return Report(failure={"error": f"{reason}; run the same command again to resume it", "traceback": str(error)})
            log.warning("%s seed %d was lost with its process or node; it goes on elsewhere", task.spec.method.row, task.spec.seed)
            return None
        for name, content in report.files.items():
            self.losses[key] = 0
            with replaced(task.folder / name) as scratch:
                scratch.write_bytes(content)
        if report.record is not None:
            report.record["environment"] |= {**code_state(), "suite": installed("suite")}  # the nodes have a copy of this code
        return report


def refuse(asked: dict[str, float], largest: dict[str, float]) -> None:
    """SuiteError when a run asks for more than the largest node has."""
    for name, amount in asked.items():
        if amount > largest[name]:
            remedy = f"ask for less with --{name.lower()}s" + ", or for none with --device cpu" * (name == "GPU")
            raise SuiteError(f"a run asks for {amount:g} {name}, and the largest node of the cluster has {largest[name]:g}", remedy)


def end(streams: list[Any]) -> None:
    """Cancel what is running, and let it tidy up."""
    import ray

    for stream in streams:
        with suppress(ray.exceptions.RayError):
            ray.cancel(stream)
    if streams:
        ray.wait([stream.completed() for stream in streams], num_returns=len(streams), timeout=FAREWELL_SECONDS)


def waited(streams: list[Any]) -> list[Any]:
    """The streams that have something to say, as soon as one has; none after a while."""
    import ray

    ready, _ = ray.wait(streams, num_returns=1, timeout=LOOK_SECONDS, fetch_local=False)
    return ray.wait(streams, num_returns=len(streams), timeout=0, fetch_local=False)[0] if ready else []
