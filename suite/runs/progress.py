"""What a user sees on standard error while runs are computed: a table that fills, or lines where there is no terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Protocol

from suite.experiment.reproduction import Experiment
from suite.experiment.spec import RunSpec
from suite.runs.executors import Result
from suite.runs.sweep import METRICS, Run, Sweep
from suite.runs.timings import Timing, duration, workers

EVERY = 180.0
"""Seconds between two lines on where all runs stand. They are written when an epoch ends, so later where epochs are longer."""
NAMED = 3
"""So many of the runs at work are named in such a line."""


class Shown(Protocol):
    """How the sweep is shown."""

    def start(self) -> None: ...
    def say(self, text: str) -> None: ...
    def ended(self, line: str, well: bool) -> None: ...
    def news(self) -> None: ...
    def stop(self) -> None: ...


class Lines:
    """Where there is no terminal: a line for each run that ends, and every few minutes one on all of them."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep, self.last = sweep, sweep.clock()

    def start(self) -> None:
        self.last = self.sweep.clock()

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def ended(self, line: str, well: bool) -> None:
        self.say(f"[{self.sweep.ended}/{self.sweep.total}] {line}")

    def news(self) -> None:
        if (now := self.sweep.clock()) - self.last >= EVERY and self.sweep.left:
            self.last = now
            self.say(standing(self.sweep))

    def stop(self) -> None:
        pass


def has_terminal() -> bool:
    """Whether standard error is a terminal that can move its cursor."""
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in ("", "dumb", "unknown")


class Progress:
    """A watcher that shows where all runs stand, and says what becomes of those that fail.

    jobs        workers; None: not known
    timings     what is known of how long runs take, from them and something to say with while it is found out
    first       what is said before anything else
    """

    def __init__(
        self,
        experiment: Experiment,
        jobs: int | None = None,
        device: str = "cpu",
        timings: Callable[[list[RunSpec], Callable[[str], None]], dict[str, Timing]] = lambda specs, say: {},
        clock: Callable[[], float] = time.monotonic,
        first: Callable[[], str] = lambda: "",
    ) -> None:
        self.first, self.timings = first, timings
        self.title = f"{experiment.reproduction.id} {experiment.profile}"
        self.sweep = Sweep(experiment, jobs, device, clock)
        self.shown: Shown = Lines(self.sweep)
        if has_terminal():
            from suite.runs.live import LiveTable

            self.shown = LiveTable(self.sweep, self.title)

    def say(self, text: str) -> None:
        """Text that stays, whatever is shown below it; nothing for ""."""
        if text:
            self.shown.say(text)

    def plan(self, specs: list[RunSpec], known: dict[str, dict]) -> None:
        self.say(self.first())
        self.sweep.plan(specs, known)
        if not specs:
            return
        self.say(f"{self.title}: {len(specs)} runs to compute, {len(known)} reused, {self.sweep.epochs} epochs")
        self.sweep.forecast = self.timings(specs, self.say)
        if (seconds := self.sweep.seconds_left()) is not None:
            where = f"with {workers(self.sweep.workers())}" if self.sweep.device == "cpu" else "of the GPU, one run at a time"
            self.say(f"about {duration(seconds)} {where}")
        self.shown.start()

    def epoch(self, key: str, epoch: int, error: float) -> None:
        self.sweep.epoch(key, epoch, error)
        self.shown.news()

    def result(self, result: Result) -> None:
        name = self.sweep.left[result.task.spec.key].name
        self.sweep.result(result)
        self.shown.ended(f"{name}: {outcome(result)}", result.record is not None and result.record["status"] == "done")
        self.shown.news()

    def close(self) -> None:
        self.shown.stop()
        if self.sweep.total and not self.sweep.left:
            self.say(f"{self.title}: {self.sweep.total} runs in {duration(self.sweep.seconds)}")


def outcome(result: Result) -> str:
    """What a run gave, or why it gave nothing."""
    if result.record is None:
        return f"FAILED: {(result.failure or {}).get('error')}"
    if result.record["status"] == "diverged":
        return f"diverged in epoch {result.record['epochs']}"
    metrics, seconds = result.record["metrics"], result.record["cost"]["wall_seconds"]
    known = {title: value for metric, title in METRICS.items() if (value := metrics.get(metric)) is not None}
    return "".join(f"{title} {value:.2f} %, " for title, value in known.items()) + f"{seconds:.0f} s"


def standing(sweep: Sweep) -> str:
    """Where all runs stand, in one line."""
    at_work = list(sweep.running.values())
    named = [f"{run.name} ({at(run)})" for run in at_work[:NAMED]] + ([f"{len(at_work) - NAMED} more"] if len(at_work) > NAMED else [])
    parts = [f"[{sweep.ended}/{sweep.total}] {sweep.epochs_done} of {sweep.epochs} epochs", f"at work: {', '.join(named)}" if named else ""]
    return "; ".join(filter(None, (*parts, sweep.time_left())))


def at(run: Run) -> str:
    """The epoch that a run is at, and its error."""
    error = f", error {run.error:.2f} %" if run.error == run.error else ""
    return f"epoch {run.epoch} of {run.epochs}{error}"
