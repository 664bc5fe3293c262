"""A run that trains a network: from its task to the parts of its record, and what an epoch of it takes."""

from __future__ import annotations

import statistics
import time
from functools import lru_cache, partial

from suite import data
from suite.data import Dataset
from suite.errors import SuiteError
from suite.methods.base import Finished
from suite.metrics import describe
from suite.runs.spec import RunSpec
from suite.runs.worker import OnEpoch, Task
from suite.training import checkpoint
from suite.training.loop import Run


@lru_cache(maxsize=1)
def dataset(name: str, root: str | None) -> Dataset:
    return data.load(name, root)


def compute(task: Task, on_epoch: OnEpoch) -> dict:
    """Train, score, keep the final weights; what the record says of it."""
    spec = task.spec
    known = dataset(spec.dataset, task.data_root)
    finished = [Finished(r, partial(final_weights, task, needed)) for r, needed in zip(task.records, spec.needs(), strict=True)]
    run = Run(spec, known, device=task.device, finished=finished)
    outcome = run.train(task.folder / "checkpoints" / f"{spec.key}.pt", on_epoch)
    if outcome.weights:
        checkpoint.save(task.folder / "weights" / f"{spec.key}.pt", outcome.weights)
    return {
        "status": outcome.status,
        "epochs": run.epoch,
        "metrics": outcome.metrics,
        "views": {name: {"label": run.method.view_label(name), "metrics": metrics} for name, metrics in outcome.views.items()},
        "layers": outcome.layers,
        "curves": outcome.curves,
        "filters": outcome.filters,
        "network": describe(run.model, run.in_shape),
        "data": {
            "checksum": known.checksum,
            "n_train": len(run.x),
            "n_test": len(run.x_test),
            "n_validation": len(run.x_held),
            "epoch_steps": run.context.steps,
        },
    }


def final_weights(task: Task, needed: RunSpec) -> dict:
    """Final weights of a finished run: those it left, or trained again where they are gone."""
    path = task.folder / "weights" / f"{needed.key}.pt"
    weights = checkpoint.load(path, task.device)
    if weights is None:
        if needed.needs():
            raise SuiteError(f"the final weights of {needed.method.row} (seed {needed.seed}) are gone", "rerun with --force")
        weights = Run(needed, dataset(needed.dataset, task.data_root), device=task.device).train().weights
        checkpoint.save(path, weights)
    return weights


def timing(spec: RunSpec, data_root: str | None, steps: int) -> tuple[float, float]:
    """Seconds of an epoch, from so many timed steps in this thread, and of the rest of a run: building, scoring, compacting."""
    known = dataset(spec.dataset, data_root)
    started = time.perf_counter()
    run = Run(spec, known)
    built = time.perf_counter() - started
    size = run.schedule.batch_size
    batches = [(run.x[i : i + size], run.y[i : i + size]) for i in range(0, min(len(run.x), steps * size), size)]
    run.method.before_epoch(0)
    for x, y in batches[:3]:
        run.step(x, y)
    times = []
    for x, y in batches:
        started = time.perf_counter()
        run.step(x, y)
        times.append(time.perf_counter() - started)
    evaluation = len(run.x_test) / (3 * size)  # a forward pass is about a third of a step
    started = time.perf_counter()
    run.outcome("done")
    rest = built + time.perf_counter() - started
    return statistics.median(times) * (run.context.steps + evaluation), rest
