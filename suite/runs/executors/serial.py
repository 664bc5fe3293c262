"""Runs one after the other in this process."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator

from suite.base.errors import SuiteError
from suite.experiment.task import Task
from suite.runs.executors import Result
from suite.runs.worker import compute, prepare_process

OUT_OF_MEMORY = SuiteError(
    "out of memory on the GPU", "compute fewer runs at a time (--jobs 1; with Ray --gpus 1), or without it (--device cpu), and run again"
)


def attempt(task: Task, on_epoch: Callable[[str, int, float], None]) -> Result:
    """The result of one task; an exception becomes a failure with its traceback."""
    import torch

    key = task.spec.key
    try:
        return Result(task, record=compute(task, lambda epoch, error: on_epoch(key, epoch, error)))
    except torch.OutOfMemoryError:
        failure = {"error": str(OUT_OF_MEMORY), "traceback": traceback.format_exc()}
    except Exception as error:
        failure = {"error": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
    torch.cuda.empty_cache()  # for the next run, and the others on the GPU
    return Result(task, failure=failure)


class Serial:
    def run(self, next_task: Callable[[], Task | None], on_epoch: Callable[[str, int, float], None]) -> Generator[Result, None, None]:
        prepare_process()
        while (task := next_task()) is not None:
            yield attempt(task, on_epoch)
