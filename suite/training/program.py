"""A run that trains a network: from its task to the parts of its record, and what an epoch of it takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import islice

from torch import Tensor

from suite import data
from suite.base.bound import Bound
from suite.base.checkpoint import Checkpoint
from suite.base.errors import SuiteError
from suite.data import Dataset
from suite.experiment.spec import PROTOCOL, RunSpec
from suite.experiment.task import OnEpoch, Task
from suite.methods import method
from suite.methods.base import Finished
from suite.metrics import describe
from suite.training.loop import Training


@lru_cache(maxsize=1)
def dataset(name: str, root: str | None) -> Dataset:
    return data.load(name, root)


def compute(task: Task, checkpoint: Checkpoint, on_epoch: OnEpoch) -> dict:
    """Train, score, keep the final weights; what the record says of it."""
    spec = task.spec
    known = dataset(spec.dataset, task.data_root)
    finished = [Finished(r, partial(final_weights, task, needed)) for r, needed in zip(task.records, spec.needs(), strict=True)]
    run = Training(spec, known, device=task.device, finished=finished)
    outcome = run.train(checkpoint, on_epoch)
    if outcome.weights:
        weights_file(task, spec, "").save(outcome.weights)
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


def weights_file(task: Task, spec: RunSpec, instead: str) -> Bound:
    """The file of a run's final weights."""
    return Bound(task.folder / "weights" / f"{spec.key}.pt", spec.key, PROTOCOL, old=True, instead=instead)


def rescored(task: Task) -> dict:
    """The metrics that a finished run's final weights give, in `task.folder`; SuiteError where they are gone."""
    spec = task.spec
    weights = weights_file(task, spec, "they count as gone").load(task.device)
    if weights is None:
        raise SuiteError(f"the final weights of {spec.method.row} (seed {spec.seed}) are gone", "compute it again with reproduce --force")
    run = Training(spec.with_method(method("dense")), dataset(spec.dataset, task.data_root), device=task.device)
    run.model.load_state_dict(weights)
    return run.finished()


def final_weights(task: Task, needed: RunSpec) -> dict:
    """Final weights of a finished run: those it left, or trained again where they are gone."""
    file = weights_file(task, needed, "they are made again")
    weights = file.load(task.device)
    if weights is None:
        if needed.needs():
            raise SuiteError(f"the final weights of {needed.method.row} (seed {needed.seed}) are gone", "rerun with --force")
        weights = Training(needed, dataset(needed.dataset, task.data_root), device=task.device).train().weights
        file.save(weights)
    return weights


PROBE_SECONDS, TIMED_SECONDS = 2.0, 10.0
"""A step that takes longer than the first is timed on parts of a batch alone; timed steps end after about the second."""
CLOCKS = {"cpu": time.process_time}
"""A core is timed by the work it does for this process, so that other work on the machine does not count; the rest by the wall."""


def timing(spec: RunSpec, data_root: str | None, steps: int, device: str = "cpu") -> tuple[float, float]:
    """Seconds of an epoch, from so many timed steps in this thread, and of the rest of a run: building, scoring, compacting.

    Where a part of a batch takes `PROBE_SECONDS` already, the step is the line through that part and half of it, and the rest is not
    measured but put down as so many forward passes.
    """
    known, clock = dataset(spec.dataset, data_root), CLOCKS.get(device, time.perf_counter)
    started = clock()
    run = Training(spec, known, device=device)
    built = clock() - started
    size = run.schedule.batch_size
    batches = list(islice(run.batches(), steps))
    run.method.before_epoch(0)
    evaluation = len(run.x_test) / (3 * size)  # a forward pass is about a third of a step
    stepped(run, *batches[0], 2, clock)  # the first call of anything is slow
    part, step, before = 2, stepped(run, *batches[0], 2, clock), 0.0
    while part < size and step < PROBE_SECONDS:
        part, before = 2 * part, step
        step = stepped(run, *batches[0], part, clock)
    if part < size:
        step += max(0.0, step - before) * (size - part) / (part / 2) if before else step * (size - part) / part
        return step * (run.context.steps + evaluation), built + step * evaluation * (3 + len(run.method.views()))
    seconds: list[float] = []
    for batch in batches:
        if len(seconds) < 3 or sum(seconds) < TIMED_SECONDS:
            seconds.append(stepped(run, *batch, size, clock))
    started = clock()
    run.outcome("done")
    rest = built + clock() - started
    return statistics.median(seconds) * (run.context.steps + evaluation), rest


def stepped(run: Training, x: Tensor, y: Tensor, part: int, clock: Callable[[], float]) -> float:
    """Seconds of a step on the first `part` examples of a batch, until the device is done with it."""
    started = clock()
    run.step(x[:part], y[:part]).item()
    return clock() - started
