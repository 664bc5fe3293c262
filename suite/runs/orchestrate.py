"""From a reproduction to its stored runs: what is missing is computed, what is there is reused."""

from __future__ import annotations

import logging
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from suite.reproduction import Reproduction
from suite.results import Results
from suite.runs.executors import Executor, Result
from suite.runs.spec import RunSpec
from suite.runs.store import Store
from suite.runs.worker import Task

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """Told what happens while runs are computed: a progress bar, a tracker, a line a run for scripts."""

    def plan(self, specs: list[RunSpec], reused: int) -> None: ...
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
    ordered: dict[str, RunSpec] = {}

    def add(spec: RunSpec) -> None:
        if spec.key not in ordered:
            for needed in spec.needs():
                add(needed)
            ordered[spec.key] = spec

    for spec in specs:
        add(spec)
    return list(ordered.values())


class Queue:
    """The runs that are still to be computed, in order, each held back until the runs it builds on are finished."""

    def __init__(self, missing: list[RunSpec], known: dict[str, dict], profile: str, folder: Path, options: Options) -> None:
        self.waiting = list(missing)
        self.known, self.profile, self.folder, self.options = known, profile, folder, options

    def next(self) -> Task | None:
        """The first run that can be computed now; None when there is none, or none yet."""
        for spec in self.waiting:
            needed = tuple(self.known.get(n.key) for n in spec.needs())
            records = tuple(record for record in needed if record and record["status"] == "done")
            if len(records) == len(needed):
                self.waiting.remove(spec)
                return Task(spec, self.profile, self.folder, self.options.data_root, self.options.device, records)
        return None


def reproduce(
    reproduction: Reproduction,
    seeds: int,
    profile: str,
    executor: Executor,
    options: Options,
    watchers: list[Watcher],
    stand_in: bool = False,
    without: Collection[str] = (),
) -> Results:
    """Compute the missing runs of a reproduction and give all of them, but those on the data sets of `without`.

    A run that fails is stored apart with its traceback and does not stop the others. Interrupting leaves every finished run stored
    and every other one with its checkpoint.
    """
    store, shown = (Store.of(options.out, id, profile) for id in (reproduction.home, reproduction.id))
    for place in dict.fromkeys((store, shown)):
        place.check_writable()
    wanted = reproduction.runs(profile, seeds, stand_in, without)
    specs = with_needs(wanted)
    if options.force:
        for spec in specs:
            store.forget(spec.key)
    known = store.read_all(spec.key for spec in specs)
    skipped = {} if options.retry_failed else {s.key: f for s in specs if (f := store.read_failure(s.key)) and s.key not in known}
    missing = [s for s in specs if s.key not in known and s.key not in skipped]
    reused = len(specs) - len(missing) - len(skipped)
    failures: dict[str, dict] = dict(skipped)
    for watcher in watchers:
        watcher.plan(missing, reused)

    def on_epoch(key: str, epoch: int, error: float) -> None:
        for watcher in watchers:
            watcher.epoch(key, epoch, error)

    queue = Queue(missing, known, profile, store.folder, options)
    try:
        with closing(executor.run(queue.next, on_epoch)) as results:
            for result in results:
                key = result.task.spec.key
                if result.record is not None:
                    known[key] = store.write(result.record)
                else:
                    failures[key] = failure(result.task.spec, result.failure or {})
                    store.write_failure(key, failures[key])
                for watcher in watchers:
                    watcher.result(result)
    finally:
        for watcher in watchers:
            watcher.close()
    for spec in queue.waiting:
        failures[spec.key] = failure(spec, {"error": "a run that it builds on gave no result", "traceback": ""})
        store.write_failure(spec.key, failures[spec.key])
    counts = {
        "computed": len([s for s in missing if s.key in known]),
        "reused": reused,
        "failed": len(failures),
        "diverged": sum(r["status"] == "diverged" for r in known.values()),
    }
    return Results(reproduction, profile, seeds, shown.folder, known, failures, stand_in, counts)


def failure(spec: RunSpec, what: dict) -> dict:
    """What is stored of a run that failed."""
    return {"method": spec.method.row, "seed": spec.seed, "spec": spec.identity(), **what}
