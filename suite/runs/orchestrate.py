"""From a reproduction to its stored runs: what is missing is computed, what is there is reused."""

from __future__ import annotations

import logging
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from heapq import heappop, heappush
from pathlib import Path
from typing import Protocol

from suite.base.files import tidy
from suite.experiment.reproduction import Experiment
from suite.experiment.spec import RunSpec
from suite.experiment.task import Task
from suite.records.results import Results
from suite.records.store import Store
from suite.runs.executors import Executor, Result

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """Told what happens while runs are computed: first which are missing, and the records of the others by key."""

    def plan(self, specs: list[RunSpec], known: dict[str, dict]) -> None: ...
    def epoch(self, key: str, epoch: int, error: float) -> None: ...
    def result(self, result: Result) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Options:
    """How to compute, none of which changes a result."""

    out: Path
    data_root: str | None = None
    device: str = "cpu"
    force: bool = False
    retry_failed: bool = True


def with_needs(specs: list[RunSpec]) -> list[RunSpec]:
    """The runs and those they build on, each before what needs it and once."""
    return list({spec.key: spec for wanted in specs for spec in wanted.chain()}.values())


class Queue:
    """The runs that are still to be computed, in order, each held back until the runs it builds on are finished."""

    def __init__(self, missing: list[RunSpec], known: dict[str, dict], profile: str, folder: Path, options: Options) -> None:
        self.waiting = {spec.key: spec for spec in missing}
        self.known, self.profile, self.folder, self.options = known, profile, folder, options
        self.order = {key: place for place, key in enumerate(self.waiting)}
        self.needs = {key: [needed.key for needed in spec.needs()] for key, spec in self.waiting.items()}
        self.users: dict[str, list[str]] = {}
        for key, needs in self.needs.items():
            for needed in needs:
                self.users.setdefault(needed, []).append(key)
        self.ready = [(place, key) for key, place in self.order.items() if self.can_start(key)]

    def can_start(self, key: str) -> bool:
        return all(needed in self.known and self.known[needed]["status"] == "done" for needed in self.needs[key])

    def finished(self, key: str) -> None:
        """To be told of every run that is newly known: those that waited for it alone can start."""
        for user in self.users.get(key, ()):
            if user in self.waiting and self.can_start(user):
                heappush(self.ready, (self.order[user], user))

    def next(self) -> Task | None:
        """The first run that can be computed now; None when there is none, or none yet."""
        if not self.ready:
            return None
        _, key = heappop(self.ready)
        records = tuple(self.known[needed] for needed in self.needs[key])
        return Task(self.waiting.pop(key), self.profile, self.folder, self.options.data_root, self.options.device, records)


def compute_missing(
    experiment: Experiment,
    executor: Executor,
    options: Options,
    watchers: list[Watcher],
    without: Collection[str] = (),
) -> Results:
    """Compute the missing runs of an experiment and give all of them, but those on the data sets of `without`.

    A run that fails is stored apart with its traceback and does not stop the others. Interrupting leaves every finished run stored
    and every other one with its checkpoint.
    """
    table, profile = experiment.reproduction, experiment.profile
    store, shown = (Store.of(options.out, id, profile) for id in (table.home, table.id))
    for place in dict.fromkeys((store, shown)):
        place.check_writable()
        tidy(place.folder)
    wanted = [spec for spec in experiment.runs if spec.dataset not in without]
    specs = {spec.key: spec for spec in with_needs(wanted)}
    if options.force:
        store.forget(*specs)
    known = store.read_all(specs)
    skipped = {} if options.retry_failed else {key: f for key in specs if key not in known and (f := store.read_failure(key))}
    missing = [spec for key, spec in specs.items() if key not in known and key not in skipped]
    reused = len(specs) - len(missing) - len(skipped)
    failures: dict[str, dict] = dict(skipped)

    def on_epoch(key: str, epoch: int, error: float) -> None:
        for watcher in watchers:
            watcher.epoch(key, epoch, error)

    queue = Queue(missing, known, profile, store.folder, options)
    try:
        for watcher in watchers:
            watcher.plan(missing, known)
        with closing(executor.run(queue.next, on_epoch)) as results:
            for result in results:
                key = result.task.spec.key
                if result.record is not None:
                    known[key] = store.write(result.record)
                    queue.finished(key)
                else:
                    failures[key] = failure(result.task.spec, result.failure or {})
                    store.write_failure(key, failures[key])
                for watcher in watchers:
                    watcher.result(result)
    finally:
        for watcher in watchers:
            watcher.close()
    for key, spec in queue.waiting.items():
        failures[key] = failure(spec, {"error": "a run that it builds on gave no result", "traceback": ""})
        store.write_failure(key, failures[key])
    store.remember({key: record["status"] for key, record in known.items()})
    counts = {
        "computed": len(known) - reused,
        "reused": reused,
        "failed": len(failures),
        "diverged": sum(r["status"] == "diverged" for r in known.values()),
    }
    return Results(experiment, shown.folder, known, failures, counts)


def failure(spec: RunSpec, what: dict) -> dict:
    """What is stored of a run that failed."""
    return {"method": spec.method.row, "seed": spec.seed, "spec": spec.identity(), **what}
