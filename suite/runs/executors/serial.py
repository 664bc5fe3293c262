"""Runs one after the other in this process."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator

from suite.runs.executors import Result
from suite.runs.worker import Task, compute, prepare_process


def attempt(task: Task, on_epoch: Callable[[str, int, float], None]) -> Result:
    """The result of one task; an exception becomes a failure with its traceback."""
    key = task.spec.key
    try:
        return Result(task, record=compute(task, lambda epoch, error: on_epoch(key, epoch, error)))
    except Exception as error:
        return Result(task, failure={"error": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()})


class Serial:
    def run(self, next_task: Callable[[], Task | None], on_epoch: Callable[[str, int, float], None]) -> Generator[Result, None, None]:
        prepare_process()
        while (task := next_task()) is not None:
            yield attempt(task, on_epoch)
