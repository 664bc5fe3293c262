"""A clock that stands still, and runs that end without being computed."""

from __future__ import annotations

from pathlib import Path

from suite.experiment.spec import RunSpec
from suite.experiment.task import Task
from suite.runs.executors import Result


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def ended(spec: RunSpec, status: str | None = "done", seconds: tuple[float, ...] = (10.0, 10.0), rest: float = 5.0, **metrics) -> Result:
    """What an executor gives of a run, with so many seconds for each epoch; None for a status: a failure."""
    task = Task(spec, "smoke", Path())
    if status is None:
        return Result(task, failure={"error": "ArithmeticError: out of luck", "traceback": ""})
    cost = {"wall_seconds": sum(seconds) + rest, "training_seconds": sum(seconds)}
    record = {"key": spec.key, "method": spec.method.row, "status": status, "epochs": len(seconds), "metrics": metrics}
    return Result(task, record={**record, "curves": {"seconds": list(seconds)}, "cost": cost})
