"""From a reproduction to its stored runs: what is missing is computed, what is there is reused."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from suite.base.files import tidy
from suite.base.stopping import TimeLimit, TimeUp, held, stoppable
from suite.experiment.reproduction import Experiment
from suite.experiment.spec import RunSpec
from suite.experiment.task import Task
from suite.records.results import Results
from suite.records.store import Store
from suite.runs.executors import Executor, Result
from suite.runs.queue import Fit, Queue
from suite.runs.timings import read_timings

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """Told what happens while runs are computed: first which are missing, and the records of the others by key."""

    def plan(self, specs: list[RunSpec], known: dict[str, dict]) -> None: ...
    def epoch(self, key: str, epoch: int, error: float) -> None: ...
    def result(self, result: Result) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Options:
    """How to compute, none of which changes a result. limit: the time for all of it, None for as long as it takes."""

    out: Path
    data_root: str | None = None
    device: str = "cpu"
    force: bool = False
    retry_failed: bool = True
    limit: TimeLimit | None = None


def with_needs(specs: list[RunSpec]) -> list[RunSpec]:
    """The runs and those they build on, each before what needs it and once."""
    return list({spec.key: spec for wanted in specs for spec in wanted.chain()}.values())


def compute_missing(
    experiment: Experiment,
    executor: Executor,
    options: Options,
    watchers: list[Watcher],
    without: Collection[str] = (),
) -> Results:
    """Compute the missing runs of an experiment and give all of them, but those on the data sets of `without`.

    A run that fails is stored apart with its traceback and does not stop the others. Interrupting leaves every finished run stored
    and every other one with its checkpoint. At the time limit the results are what there is, and say so (`stopped`).
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
    fits = Fit(options.limit, options.device, lambda key: store.checkpoint(key).exists())
    folder, data_root, device = store.folder, options.data_root, options.device
    queue = Queue(missing, known, lambda spec, records: Task(spec, profile, folder, data_root, device, records), fits)

    def on_epoch(key: str, epoch: int, error: float) -> None:
        for watcher in watchers:
            watcher.epoch(key, epoch, error)

    try:
        with stoppable(options.limit if missing else None), told_of_the_end(watchers):
            for watcher in watchers:
                watcher.plan(missing, known)
            fits.timings = read_timings(options.out)
            fits.learn(known.values(), specs)
            with closing(executor.run(queue.next, on_epoch)) as results:
                for result in results:
                    spec = result.task.spec
                    with held():
                        if result.record is not None:
                            known[spec.key] = store.write(result.record)
                            fits.learn([known[spec.key]], {spec.key: spec})
                            queue.finished(spec.key)
                        else:
                            failures[spec.key] = failure(spec, result.failure or {})
                            store.write_failure(spec.key, failures[spec.key])
                        for watcher in watchers:
                            watcher.result(result)
    except KeyboardInterrupt as stop:
        if not isinstance(stop, TimeUp):
            stop.add_note(how_far(specs, known, store))
            raise
    for key in queue.blocked(set(failures)):
        failures[key] = failure(specs[key], {"error": "a run that it builds on gave no result", "traceback": ""})
        store.write_failure(key, failures[key])
    store.remember({key: record["status"] for key, record in known.items()})
    counts = {
        "computed": len(known) - reused,
        "reused": reused,
        "failed": len(failures),
        "diverged": sum(r["status"] == "diverged" for r in known.values()),
    }
    left = len(specs) - len(known) - len(failures)
    if not left:
        return Results(experiment, shown.folder, known, failures, counts)
    return Results(experiment, shown.folder, known, failures, counts | {"left": left}, f"{TimeUp()}: {how_far(specs, known, store)}")


@contextmanager
def told_of_the_end(watchers: list[Watcher]) -> Iterator[None]:
    """Whatever comes, the watchers are closed."""
    try:
        yield
    finally:
        for watcher in watchers:
            watcher.close()


def how_far(specs: Collection[str], known: Collection[str], store: Store) -> str:
    """How many runs are there, for a reader whose command was stopped."""
    half = sum(store.checkpoint(key).exists() for key in specs if key not in known)
    return f"{len(known)} of {len(specs)} runs are there" + (f", {half} half done" if half else "")


def failure(spec: RunSpec, what: dict) -> dict:
    """What is stored of a run that failed."""
    return {"method": spec.method.row, "seed": spec.seed, "spec": spec.identity(), **what}
