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
from suite.base.errors import SuiteError
from suite.base.files import replaced
from suite.experiment.task import Task
from suite.runs.environment import code_state, installed
from suite.runs.executors import Result
from suite.runs.executors.batches import Batches
from suite.runs.executors.connection import Overheard, capacities, connect, disconnect
from suite.runs.executors.node import BEAT, Report, Shared, packed, work

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
        self.batches = Batches(BEAT)

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
        flying: dict[Any, dict[str, Task]] = {}
        looked, most = -LOOK_SECONDS, 0
        try:
            while True:
                if time.monotonic() - looked > LOOK_SECONDS:
                    looked, most = time.monotonic(), self.jobs or 2 * self.room() + 2  # more than there is room for: no process waits
                while len(flying) < most and (tasks := self.batches.next(next_task)):
                    flying[self.send(tasks)] = tasks
                if not flying:
                    return
                for stream in waited(list(flying)):
                    tasks = flying[stream]
                    report = self.receive(stream, tasks)
                    if report is None:
                        del flying[stream]
                        flying |= {self.send(alone): alone for alone in ({key: task} for key, task in tasks.items())}
                        continue
                    for key, progress in report.progress.items():
                        on_epoch(key, *progress)
                    for key in [key for key in tasks if key in report.ended]:
                        yield self.result(tasks.pop(key), report)
                    if not tasks:
                        del flying[stream]
        finally:
            end(list(flying))

    def send(self, tasks: dict[str, Task]) -> Any:
        """Start runs on some node, with the files they start from; the stream of their reports."""
        import ray

        for task in tasks.values():
            if (name := task.spec.dataset) and name not in self.datasets:
                self.datasets[name] = Shared(ray.put(packed(data.load(name, task.data_root))))
        places = ((path.as_posix(), task.folder / path) for task in tasks.values() for path in task.starts_from)
        files = {name: path.read_bytes() for name, path in places if path.exists()}
        bare = [replace(task, folder=Path(), data_root=self.datasets.get(task.spec.dataset)) for task in tasks.values()]
        return self.work.remote(bare, files, self.cpus)

    def receive(self, stream: Any, tasks: dict[str, Task]) -> Report | None:
        """The next report of runs, whose files are kept where the runs would have left them here; None for runs to be sent out again.

        Those that fail together are sent out again each on its own, so that one does not fail the others.
        """
        import ray

        key, task = next(iter(tasks.items()))
        try:
            report: Report = ray.get(next(stream))
        except ray.exceptions.RayTaskError as error:
            reason = str(error).strip().rpartition("\n")[2]
            failure = {"error": f"a node could not compute the run: {reason}", "traceback": str(error)}
            return Report(failures={key: failure}) if len(tasks) == 1 else None
        except (StopIteration, ray.exceptions.RayError) as error:
            self.losses[key] += len(tasks) == 1
            if self.losses[key] >= LOSSES:
                reason = f"lost {LOSSES} times with its process or node (out of memory?)"
                return Report(failures={key: {"error": f"{reason}; run the same command again to resume it", "traceback": str(error)}})
            for task in tasks.values():
                log.warning("%s seed %d was lost with its process or node; it goes on elsewhere", task.spec.method.row, task.spec.seed)
            return None
        for name, content in report.files.items():
            self.losses[key] = 0
            with replaced(task.folder / name) as scratch:
                scratch.write_bytes(content)
        return report

    def result(self, task: Task, report: Report) -> Result:
        """What a report says has become of a run."""
        key = task.spec.key
        record = report.records.get(key)
        if record is not None:
            record["environment"] |= {**code_state(), "suite": installed("suite")}  # the nodes have a copy of this code
            self.batches.took(task.spec, record["cost"]["wall_seconds"])
        return Result(task, record, report.failures.get(key))


def refuse(asked: dict[str, float], largest: dict[str, float]) -> None:
    """SuiteError when a run asks for more than the largest node has."""
    for name, amount in asked.items():
        if amount > largest[name]:
            other = ", or for none with --device cpu" if name == "GPU" else ""
            remedy = f"ask for less with --{name.lower()}s{other}"
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
