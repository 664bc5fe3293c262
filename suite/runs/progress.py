"""What a user sees while runs are computed."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tqdm import tqdm

from suite.experiment.reproduction import Experiment
from suite.experiment.spec import RunSpec
from suite.runs.executors import Result


class Progress:
    """A bar over the epochs of all runs, with the runs done and the last error seen; one line a run where there is no terminal.

    forecast    says how long runs will take, or nothing
    """

    def __init__(self, experiment: Experiment, forecast: Callable[[list[RunSpec]], str] = lambda specs: "") -> None:
        self.title, self.forecast = f"{experiment.reproduction.id} {experiment.profile}", forecast
        self.bar: tqdm | None = None
        self.names: dict[str, str] = {}
        self.seen: dict[str, int] = {}
        self.done = self.total = 0

    def plan(self, specs: list[RunSpec], reused: int) -> None:
        self.names = {s.key: f"{s.method.row} seed {s.seed}" for s in specs}
        self.total = len(specs)
        epochs = sum(s.method.schedule(s.schedule).epochs for s in specs)
        if not specs:
            return
        note = f"{self.title}: {self.total} runs to compute, {reused} reused, {epochs} epochs"
        tqdm.write(note, file=sys.stderr)
        if expected := self.forecast(specs):
            tqdm.write(expected, file=sys.stderr)
        if sys.stderr.isatty():
            self.bar = tqdm(total=epochs, unit="epoch", file=sys.stderr, dynamic_ncols=True, smoothing=0.05)

    def epoch(self, key: str, epoch: int, error: float) -> None:
        if self.bar is not None:
            known = f": {error:.2f} %" if error == error else ""
            self.bar.set_postfix_str(f"{self.done}/{self.total} runs, {self.names[key]}{known}", refresh=False)
            self.bar.update(epoch - self.seen.get(key, 0))
            self.seen[key] = epoch

    def result(self, result: Result) -> None:
        self.done += 1
        name = self.names[result.task.spec.key]
        if result.record is None:
            line = f"{name}: FAILED: {(result.failure or {}).get('error')}"
        elif result.record["status"] == "diverged":
            line = f"{name}: diverged in epoch {result.record['epochs']}"
        else:
            metrics, seconds = result.record["metrics"], result.record["cost"]["wall_seconds"]
            known = {"error": metrics.get("test_error"), "weight sparsity": metrics.get("weight_sparsity")}
            shown = "".join(f"{title} {value:.2f} %, " for title, value in known.items() if value is not None)
            line = f"{name}: {shown}{seconds:.0f} s"
        if self.bar is None:
            tqdm.write(f"[{self.done}/{self.total}] {line}", file=sys.stderr)
        elif result.record is None or result.record["status"] != "done":
            self.bar.write(line, file=sys.stderr)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
