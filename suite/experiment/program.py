"""What computes runs: training a network, or iterating the theory's algorithms. A method names its own."""

from __future__ import annotations

import importlib
from typing import Any, Protocol, cast

from suite.base.checkpoint import Checkpoint
from suite.experiment.spec import RunSpec
from suite.experiment.task import OnEpoch, Task
from suite.methods.base import Method


class Program(Protocol):
    """A module with these functions: `suite.training.program` and `suite.theory.program`."""

    def compute(self, task: Task, checkpoint: Checkpoint, on_epoch: OnEpoch) -> dict[str, Any]:
        """The parts of a run's record that are its own: status, epochs, metrics, views, layers, curves, filters, network, data."""

    def timing(self, spec: RunSpec, data_root: str | None, steps: int, device: str = "cpu") -> tuple[float, float]:
        """Seconds of an epoch, from so many timed steps in this thread, and of the rest of a run."""

    def rescored(self, task: Task) -> dict[str, Any]:
        """The metrics that follow from the final weights in `task.folder`; none where it keeps no weights."""


def program_of(method: Method) -> Program:
    """The program of a method, imported now: declaring a method imports nothing that trains."""
    return cast(Program, importlib.import_module(method.program))
