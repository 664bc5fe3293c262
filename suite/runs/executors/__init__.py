"""Who computes runs: this process, local worker processes, later a cluster, all behind one protocol."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

from suite.experiment.task import Task


@dataclass(frozen=True)
class Result:
    """What became of a task: its record, or a failure ({"error", "traceback"})."""

    task: Task
    record: dict | None = None
    failure: dict | None = None


class Executor(Protocol):
    """Computes tasks. One failing task never stops the others, and each result comes back as soon as it is there."""

    def run(self, next_task: Callable[[], Task | None], on_epoch: Callable[[str, int, float], None]) -> Generator[Result, None, None]:
        """Results as they come; closing the generator ends what is running.

        `next_task` gives the next task, or None when none can start before another result is there; `on_epoch(key, epoch, test_error)` is
        called in this process as runs make progress.
        """
        ...
