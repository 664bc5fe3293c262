"""Where the runs of a call stand: told what happens to them, asked for what is done, what runs, and how long the rest will take."""

from __future__ import annotations

import math
import statistics
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from suite.experiment.reproduction import Experiment
from suite.experiment.spec import RunSpec
from suite.runs.executors import Result
from suite.runs.pace import Work, paced, seconds_left
from suite.runs.timings import Timing, duration, epochs, kind, timed, timing_of, usual

METRICS = {"test_error": "error", "weight_sparsity": "weight sparsity"}
"""What is shown of finished runs, with what a reader calls it."""
REMEMBERED = 25
"""So many of the last runs of a kind say what its runs take."""


@dataclass
class Tally:
    """What became of the runs of one row: those that are stored, and those of this call."""

    row: str
    runs: int = 0
    done: int = 0
    diverged: int = 0
    failed: int = 0
    values: dict[str, list[float]] = field(default_factory=lambda: {metric: [] for metric in METRICS})

    @property
    def ended(self) -> int:
        return self.done + self.diverged + self.failed

    def add(self, record: dict | None) -> None:
        """A run has ended, with its record or without one."""
        if record is None:
            self.failed += 1
        elif record["status"] != "done":
            self.diverged += 1
        else:
            self.done += 1
            for metric, values in self.values.items():
                if (value := record["metrics"].get(metric)) is not None:
                    values.append(value)

    def mean(self, metric: str) -> float | None:
        values = list(self.values[metric])
        return statistics.fmean(values) if values else None


@dataclass
class Run:
    """A run that has not ended. `first`: the epoch and the time of the first news of it; `last`: the time of the last."""

    spec: RunSpec
    tally: Tally
    kind: str
    epochs: int
    epoch: int = 0
    error: float = math.nan
    first: tuple[int, float] = (0, 0.0)
    last: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.tally.row} seed {self.spec.seed}"

    @property
    def like(self) -> tuple[int, str, int]:
        """What it shares with the runs that wait in line with it."""
        return self.spec.seed, self.kind, self.epochs


class Sweep:
    """The runs of one call. A watcher; another thread may ask it at any time.

    jobs       workers; None: as many as are seen at work
    forecast   timings from before this call
    running    the runs that were heard of and have not ended, by key
    whole      for so many seeds, from 0 on, every run has ended
    """

    def __init__(
        self, experiment: Experiment, jobs: int | None = None, device: str = "cpu", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seeds, self.jobs, self.device, self.clock = experiment.seeds, jobs, device.partition(":")[0], clock
        self.tallies = {line.cell.row: Tally(line.cell.row) for line in experiment.lines}
        self.rows = {key: line.cell.row for line in reversed(experiment.lines) for key in line.keys}
        self.forecast: dict[str, Timing] = {}
        self.seen: dict[str, deque[Timing]] = {}
        self.left: dict[str, Run] = {}
        self.running: dict[str, Run] = {}
        self.users: dict[str, list[str]] = {}
        self.examples: dict[str, RunSpec] = {}
        self.waiting: Counter[tuple[int, str, int]] = Counter()
        self.missing: Counter[int] = Counter()
        self.total = self.epochs = self.epochs_done = self.whole = 0
        self.begun = clock()

    def plan(self, specs: list[RunSpec], known: dict[str, dict]) -> None:
        for key, record in known.items():
            tally = self.tally(key, record["method"])
            tally.runs += 1
            tally.add(record)
        for spec in specs:
            tally = self.tally(spec.key, spec.method.row)
            tally.runs += 1
            run = self.left[spec.key] = Run(spec, tally, kind(spec, self.device), epochs(spec))
            self.examples.setdefault(run.kind, spec)
            self.waiting[run.like] += 1
            self.missing[spec.seed] += 1
            self.epochs += run.epochs
            for needed in spec.needs():
                self.users.setdefault(needed.key, []).append(spec.key)
        self.total = len(specs)
        for key in self.users:
            if key not in self.left and (key not in known or known[key]["status"] != "done"):
                self.give_up(key)
        self.tallies = {row: tally for row, tally in self.tallies.items() if tally.runs}
        self.advance()

    def tally(self, key: str, method: str) -> Tally:
        row = self.rows.setdefault(key, f"{method} (needed)")
        return self.tallies.setdefault(row, Tally(row))

    def epoch(self, key: str, epoch: int, error: float) -> None:
        run, now = self.left.get(key), self.clock()
        if run is None:  # late news of a run that has ended
            return
        if key not in self.running:
            self.waiting[run.like] -= 1
            run.first, run.last = (epoch, now), now
            self.running[key] = run
        self.epochs_done += epoch - run.epoch
        run.epoch, run.error, run.last = epoch, error, now

    def result(self, result: Result) -> None:
        run, record = self.left[result.task.spec.key], result.record
        if record is not None and record["status"] == "done":
            self.seen.setdefault(run.kind, deque(maxlen=REMEMBERED)).append(timed(record))
        self.end(run, record)
        self.advance()

    def close(self) -> None:
        """Nothing: what has not ended stays as it is."""

    def end(self, run: Run, record: dict | None) -> None:
        """A run has ended, with its record or without one."""
        del self.left[run.spec.key]
        if self.running.pop(run.spec.key, None) is None:
            self.waiting[run.like] -= 1
        self.epochs_done += run.epochs - run.epoch
        self.missing[run.spec.seed] -= 1
        run.tally.add(record)
        if record is None or record["status"] != "done":
            self.give_up(run.spec.key)

    def give_up(self, key: str) -> None:
        """What builds on a run without a good end is never begun, and so has ended."""
        for user in self.users.get(key, ()):
            if user in self.left:
                self.end(self.left[user], None)

    def advance(self) -> None:
        while self.whole < self.seeds and not self.missing[self.whole]:
            self.whole += 1

    def next_whole(self) -> int:
        """What `whole` will be next."""
        return next((n for n in range(self.whole + 1, self.seeds) if self.missing[n]), self.seeds)

    @property
    def ended(self) -> int:
        return self.total - len(self.left)

    @property
    def seconds(self) -> float:
        """Since the call began."""
        return self.clock() - self.begun

    def timings(self) -> dict[str, Timing]:
        """What each kind of run takes: by the runs that ended in this call, by those that run, by what was known before."""
        found = {}
        for run in list(self.running.values()):
            if (since := run.epoch - run.first[0]) > 0:
                rest = self.forecast[run.kind].rest if run.kind in self.forecast else 0.0
                found[run.kind] = Timing((run.last - run.first[1]) / since, rest)
        ended = {kind: timing for kind, seen in list(self.seen.items()) if (timing := usual(seen))}
        return paced(self.forecast, found | ended)

    def seconds_left(self, seeds: int | None = None) -> float | None:
        """Until all runs of the first so many seeds have ended, by default of all; None where there is no telling."""
        now, timings = self.clock(), self.timings()
        by_kind = {name: found for name, spec in self.examples.items() if (found := timing_of(spec, timings, self.device))}
        if len(by_kind) < len(self.examples):
            return None
        most, work = self.seeds if seeds is None else seeds, list[Work]()
        for run in list(self.running.values()):
            if run.spec.seed < most:
                work.append(Work(by_kind[run.kind], run.epochs - run.epoch, since=now - run.last))
        for (seed, name, length), runs in list(self.waiting.items()):
            if runs and seed < most:
                work.append(Work(by_kind[name], length, runs))
        return seconds_left(work, self.workers())

    def time_left(self) -> str:
        """That as a reader says it; "" where there is no telling."""
        seconds = self.seconds_left()
        return "" if seconds is None else f"about {duration(seconds)} left"

    def workers(self) -> int:
        """How many runs share the work; on a GPU that was timed with one run at a time, one."""
        if self.device != "cpu" and not self.seen:
            return 1
        return self.jobs or len(self.running)
