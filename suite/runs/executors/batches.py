"""Which runs are sent to a node together: short ones, as sending takes some milliseconds of this process and of the cluster's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from suite.experiment.spec import RunSpec
from suite.experiment.task import Task
from suite.runs.timings import kind


@dataclass
class Batches:
    """Batches of runs that fill about so many seconds, by what runs of their kind took last; one of which nothing is known goes alone."""

    seconds: float
    taken: dict[str, float] = field(default_factory=dict)

    def took(self, spec: RunSpec, seconds: float) -> None:
        self.taken[kind(spec)] = seconds

    def next(self, next_task: Callable[[], Task | None]) -> dict[str, Task]:
        """The next runs by key, as many as there can be; none where `next_task` gives None."""
        tasks: dict[str, Task] = {}
        filled = 0.0
        while filled < self.seconds and (task := next_task()) is not None:
            tasks[task.spec.key] = task
            filled += self.taken.get(kind(task.spec), self.seconds)
        return tasks
