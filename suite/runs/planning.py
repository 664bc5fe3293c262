"""What a reproduction would compute, and how long that would take on this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from suite.experiment.reproduction import Experiment
from suite.experiment.spec import RunSpec
from suite.records.store import FINISHED, Store
from suite.runs.elsewhere import HERE, usable
from suite.runs.timings import amount, duration, epochs, estimate, shared, workers

DEVICES = ("cpu", "cuda")
SYMBOLS = {"done": "#", "diverged": "~", "failed": "!", "resumable": "+", "missing": "."}


@dataclass(frozen=True)
class Plan:
    """State of every run, and what computing the missing ones would take (None where nothing was timed yet).

    seconds    with so many workers on CPU cores
    hours      of one device, by device: of one core, and of one GPU with one run at a time
    timed_on   what the estimate for CPU cores is from: "this machine", or "the reference's machine" where its records stand in
    """

    id: str
    profile: str
    states: dict[str, list[str]]
    epochs: int
    seconds: float | None
    jobs: int
    hours: dict[str, float | None] = field(default_factory=dict)
    timed_on: str = HERE

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
            "timed_on": self.timed_on if any(self.hours.values()) else None,
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
            lines.append(f"about {duration(self.seconds)} with {workers(self.jobs)}, from timings on {self.timed_on}{hours}")
        if gpu := self.hours.get("cuda"):
            lines.append(f"about {amount(gpu)} GPU-hours, one run at a time, from timings on this machine")
        if not gpu and (self.seconds is None or self.timed_on != HERE):
            lines.append("no timing on this machine yet: add --time to time a few steps of every method")
        return "\n".join(lines)


def rows(experiment: Experiment) -> list[tuple[str, RunSpec, list[str]]]:
    """The rows of an experiment and those they build on: name, the run with seed 0, and the keys of the runs no row before it has."""
    seeds = range(experiment.seeds)
    found = [(line.cell.row, line.spec, list(line.keys)) for line in experiment.lines]
    listed = {key for _, _, keys in found for key in keys}
    for line in experiment.lines:
        for needed in line.spec.chain()[:-1]:
            keys = [key for key in needed.keys(seeds) if key not in listed]
            found.append((f"{needed.method.row} (needed)", needed, keys))
            listed.update(keys)
    return [row for row in found if row[2]]


def plan(experiment: Experiment, out: Path, jobs: int) -> Plan:
    """The runs of an experiment, those they build on, and their states. Imports nothing that trains."""
    table, listed = experiment.reproduction, rows(experiment)
    found = Store.of(out, table.home, experiment.profile).states(dict.fromkeys(key for _, _, keys in listed for key in keys))
    states: dict[str, list[str]] = {}
    for name, _, keys in listed:
        states.setdefault(name, []).extend(found[key] for key in keys)
    missing = [(spec, sum(found[key] not in FINISHED for key in keys)) for _, spec, keys in listed]
    missing = [(spec, runs) for spec, runs in missing if runs]
    total = sum(runs for _, runs in missing)
    timings, timed_on = usable(experiment, out) if missing else ({}, HERE)
    seconds = {device: estimate(missing, timings, device) for device in DEVICES}
    share = None if seconds["cpu"] is None else shared(seconds["cpu"], jobs, total)
    hours = {device: None if found is None else found / 3600 for device, found in seconds.items()}
    work = sum(runs * epochs(spec) for spec, runs in missing)
    return Plan(table.id, experiment.profile, states, work, share, jobs, hours, timed_on)
