"""Computing one run from its spec to its record, in whatever process an executor calls it."""

from __future__ import annotations

import ctypes
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from suite.errors import SuiteError
from suite.runs.spec import RunSpec


@dataclass(frozen=True)
class Task:
    """A run to compute. `folder` keeps its checkpoint and its final weights; the record goes back to the caller."""

    spec: RunSpec
    profile: str
    folder: Path
    data_root: str | None = None
    device: str = "cpu"
    records: tuple[dict, ...] = ()


def prepare_process(threads: int = 1) -> None:
    """Settings of a process that trains: thread count, flushed denormals, memory kept between steps.

    As weights die they turn denormal, and arithmetic on denormals is many times slower. Buffers of a few megabytes that are given
    back to the system and taken again at every step cost a page fault per 4 KiB; glibc is told to keep them.
    """
    import torch

    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(-3, 32 << 20)  # M_MMAP_THRESHOLD, at its greatest
        libc.mallopt(-1, 1 << 30)  # M_TRIM_THRESHOLD
    except (OSError, AttributeError):
        pass  # another C library: slower, nothing else


@lru_cache(maxsize=1)
def dataset(name: str, root: str | None):
    from suite import data

    return data.load(name, root)


def compute(task: Task, on_epoch: Callable[[int, float], None] = lambda epoch, error: None) -> dict:
    """The record of a run. Its checkpoint stays until the record is stored, since only then the run cannot be lost."""
    from suite.methods.base import Finished
    from suite.metrics import describe
    from suite.runs.environment import environment
    from suite.training import checkpoint
    from suite.training.loop import Run

    spec = task.spec
    started, cpu = time.perf_counter(), time.process_time()
    data = dataset(spec.dataset, task.data_root)
    finished = [Finished(r, partial(final_weights, task, needed)) for r, needed in zip(task.records, spec.needs(), strict=True)]
    run = Run(spec, data, device=task.device, finished=finished)
    path = task.folder / "checkpoints" / f"{spec.key}.pt"
    outcome = run.train(path, on_epoch)
    if outcome.weights:
        checkpoint.save(task.folder / "weights" / f"{spec.key}.pt", outcome.weights)
    return {
        "schema": 1,
        "key": spec.key,
        "method": spec.method.row,
        "label": spec.method.label,
        "seed": spec.seed,
        "dataset": spec.dataset,
        "model": spec.model,
        "profile": task.profile,
        "status": outcome.status,
        "epochs": run.epoch,
        "spec": spec.identity(),
        "metrics": outcome.metrics,
        "views": {name: {"label": run.method.view_label(name), "metrics": metrics} for name, metrics in outcome.views.items()},
        "layers": outcome.layers,
        "curves": outcome.curves,
        "filters": outcome.filters,
        "network": describe(run.model, run.in_shape),
        "data": {
            "checksum": data.checksum,
            "n_train": len(run.x),
            "n_test": len(run.x_test),
            "n_validation": len(run.x_held),
            "epoch_steps": run.context.steps,
        },
        "cost": {
            "wall_seconds": time.perf_counter() - started,
            "cpu_seconds": time.process_time() - cpu,
            "training_seconds": sum(outcome.curves["seconds"]),
            "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        },
        "environment": environment(task.device),
    }


def final_weights(task: Task, needed: RunSpec) -> dict:
    """Final weights of a finished run: those it left, or trained again where they are gone."""
    from suite.training import checkpoint
    from suite.training.loop import Run

    path = task.folder / "weights" / f"{needed.key}.pt"
    weights = checkpoint.load(path, task.device)
    if weights is None:
        if needed.needs():
            raise SuiteError(f"the final weights of {needed.method.row} (seed {needed.seed}) are gone", "rerun with --force")
        weights = Run(needed, dataset(needed.dataset, task.data_root), device=task.device).train().weights
        checkpoint.save(path, weights)
    return weights
