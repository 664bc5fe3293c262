"""What a reproduction would compute, and how long that would take on this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from suite.experiment.reproduction import Experiment
from suite.records.store import FINISHED, Store
from suite.runs.orchestrate import with_needs
from suite.runs.timings import amount, duration, epochs, estimate, read_timings, shared, workers

DEVICES = ("cpu", "cuda")
SYMBOLS = {"done": "#", "diverged": "~", "failed": "!", "resumable": "+", "missing": "."}


@dataclass(frozen=True)
class Plan:
    """State of every run, and what computing the missing ones would take (None where nothing was timed yet).

    seconds    with so many workers on CPU cores
    hours      of one device, by device: of one core, and of one GPU with one run at a time
    """

    id: str
    profile: str
    states: dict[str, list[str]]
    epochs: int
    seconds: float | None
    jobs: int
    hours: dict[str, float | None] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        return sum(state not in FINISHED for row in self.states.values() for state in row)

    def as_dict(self) -> dict:
        return {
            "id": self.id,
            "profile": self.profile,
            "runs": sum(map(len, self.states.values())),
            "missing": self.missing,
            "epochs": self.epochs,
            "seconds": self.seconds,
            "jobs": self.jobs,
            **{f"{device}_hours": hours for device, hours in self.hours.items()},
            "states": self.states,
        }

    def text(self) -> str:
        width = max(map(len, self.states), default=0)
        lines = [f"{self.id}, profile {self.profile}: one symbol a seed ({', '.join(f'{s} {n}' for n, s in SYMBOLS.items())})"]
        lines += [f"  {row:<{width}}  {''.join(SYMBOLS[s] for s in states)}" for row, states in self.states.items()]
        total = sum(map(len, self.states.values()))
        lines.append(f"{total} runs, {total - self.missing} there, {self.missing} to compute: {self.epochs} epochs")
        if not self.missing:
            return "\n".join(lines)
        if self.seconds is not None:
            hours = f" ({amount(cpu)} CPU-hours)" if (cpu := self.hours.get("cpu")) else ""
            lines.append(f"about {duration(self.seconds)} with {workers(self.jobs)}, from timings on this machine{hours}")
        if gpu := self.hours.get("cuda"):
            lines.append(f"about {amount(gpu)} GPU-hours, one run at a time, from timings on this machine")
        if not any(self.hours.values()):
            lines.append("no timing on this machine yet: add --time to time a few steps of every method")
        return "\n".join(lines)


def plan(experiment: Experiment, out: Path, jobs: int) -> Plan:
    """The runs of an experiment, those they build on, and their states. Imports nothing that trains."""
    table, seeds = experiment.reproduction, range(experiment.seeds)
    store = Store.of(out, table.home, experiment.profile)
    rows = [(line.cell.row, line.spec, list(line.keys)) for line in experiment.lines]
    listed = {key for _, _, row in rows for key in row}
    for line in experiment.lines:
        for needed in with_needs([line.spec])[:-1]:
            row = [key for key in needed.keys(seeds) if key not in listed]
            rows.append((f"{needed.method.row} (needed)", needed, row))
            listed.update(row)
    found = store.states(listed)
    states: dict[str, list[str]] = {}
    for name, _, row in rows:
        if row:
            states.setdefault(name, []).extend(found[key] for key in row)
    missing = [(spec, sum(found[key] not in FINISHED for key in row)) for _, spec, row in rows]
    missing = [(spec, runs) for spec, runs in missing if runs]
    total = sum(runs for _, runs in missing)
    timings = read_timings(out)
    seconds = {device: estimate(missing, timings, device) for device in DEVICES}
    share = None if seconds["cpu"] is None else shared(seconds["cpu"], jobs, total)
    hours = {device: None if found is None else found / 3600 for device, found in seconds.items()}
    return Plan(table.id, experiment.profile, states, sum(runs * epochs(spec) for spec, runs in missing), share, jobs, hours)
