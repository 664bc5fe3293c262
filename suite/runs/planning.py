"""What a reproduction would compute, and how long that would take on this machine."""

from __future__ import annotations

import importlib
import json
import statistics
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path

from suite.files import write_text
from suite.reproduction import Reproduction
from suite.runs.conditions import FLOAT32
from suite.runs.keys import keys
from suite.runs.orchestrate import with_needs
from suite.runs.spec import RunSpec
from suite.runs.store import FINISHED, Store, dumps

TIMINGS = "timings.json"
DEVICES = ("cpu", "cuda")
SYMBOLS = {"done": "#", "diverged": "~", "failed": "!", "resumable": "+", "missing": "."}


@dataclass(frozen=True)
class Timing:
    """Seconds of an epoch, and of the rest of a run: building the network, and scoring and compacting it at the end."""

    epoch: float
    rest: float

    def of(self, spec: RunSpec) -> float:
        """Seconds of a whole run."""
        return self.epoch * epochs(spec) + self.rest


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
            workers = f"{self.jobs} worker{'s' if self.jobs > 1 else ''}"
            hours = f" ({amount(cpu)} CPU-hours)" if (cpu := self.hours.get("cpu")) else ""
            lines.append(f"about {duration(self.seconds)} with {workers}, from timings on this machine{hours}")
        if gpu := self.hours.get("cuda"):
            lines.append(f"about {amount(gpu)} GPU-hours, one run at a time, from timings on this machine")
        if not any(self.hours.values()):
            lines.append("no timing on this machine yet: add --time to time a few steps of every method")
        return "\n".join(lines)


def amount(hours: float) -> str:
    """Hours to two digits, or to whole ones."""
    return f"{hours:.2g}" if hours < 10 else f"{hours:,.0f}"


def duration(seconds: float) -> str:
    """Seconds as a reader says them."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours" if seconds < 72 * 3600 else f"{seconds / 86400:,.0f} days"


def kind(spec: RunSpec, device: str = "cpu") -> str:
    """Runs of the same kind take the same time an epoch: whatever the strength of a penalty."""
    return f"{place(spec, device)}{spec.method.series}"


def place(spec: RunSpec, device: str) -> str:
    """What kinds of runs on the same data, model and device have in common."""
    precision = f"{spec.precision} " * (spec.precision != FLOAT32)
    return f"{device} " * (device != "cpu") + f"{precision}{spec.dataset}{f':{spec.n_train}' * bool(spec.n_train)}/{spec.model}/"


def epochs(spec: RunSpec) -> int:
    return spec.method.schedule(spec.schedule).epochs


def plan(table: Reproduction, seeds: int, profile: str, out: Path, jobs: int) -> Plan:
    """The runs of a reproduction, those they build on, and their states. Imports nothing that trains."""
    store = Store.of(out, table.home, profile)
    cells = {cell.row: table.spec(cell, profile, 0) for cell in table.on(profile)}
    rows = [(name, spec, keys(spec, range(seeds))) for name, spec in cells.items()]
    listed = {key for _, _, row in rows for key in row}
    for spec in cells.values():
        for needed in with_needs([spec])[:-1]:
            row = [key for key in keys(needed, range(seeds)) if key not in listed]
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
    share = None if seconds["cpu"] is None else seconds["cpu"] / max(1, min(jobs, total))
    hours = {device: None if found is None else found / 3600 for device, found in seconds.items()}
    return Plan(table.id, profile, states, sum(runs * epochs(spec) for spec, runs in missing), share, jobs, hours)


def estimate(missing: list[tuple[RunSpec, int]], timings: dict[str, Timing], device: str = "cpu") -> float | None:
    """Seconds of work of runs, so many of each kind; one not timed counts as the median of those on the same data, model and device."""
    total = 0.0
    for spec, runs in missing:
        alike = [timing for name, timing in timings.items() if name.startswith(place(spec, device))]
        if not alike:
            return None
        usual = Timing(statistics.median(t.epoch for t in alike), statistics.median(t.rest for t in alike))
        total += runs * timings.get(kind(spec, device), usual).of(spec)
    return total


def read_timings(out: Path) -> dict[str, Timing]:
    """What each kind of run takes, as timed on this machine or seen in its runs; empty where nothing was, or the file cannot be read."""
    try:
        found = json.loads(Path(out, TIMINGS).read_text(encoding="utf-8"))
        return {name: Timing(**seconds) for name, seconds in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def add_timings(out: Path, timings: dict[str, Timing]) -> None:
    """Keep timings beside the records."""
    if timings:
        merged = read_timings(out) | timings
        write_text(Path(out, TIMINGS), dumps({name: asdict(timing) for name, timing in sorted(merged.items())}))


def from_records(records: list[dict], specs: list[RunSpec]) -> dict[str, Timing]:
    """Median timings of finished runs, by kind. Of a resumed run only the epochs are known in full."""
    by_key = {spec.key: spec for spec in specs}
    seen: dict[str, list[Timing]] = {}
    for record in records:
        if record["key"] in by_key and record["status"] == "done":
            seconds, cost = record["curves"]["seconds"] or [0.0], record["cost"]
            rest = max(0.0, cost["wall_seconds"] - cost["training_seconds"])
            found = kind(by_key[record["key"]], record["environment"]["device"].partition(":")[0])
            seen.setdefault(found, []).append(Timing(statistics.median(seconds), rest))
    return {k: Timing(statistics.median(t.epoch for t in ts), statistics.median(t.rest for t in ts)) for k, ts in seen.items()}


def measure(
    table: Reproduction,
    profile: str,
    out: Path,
    data_root: str | None,
    steps: int = 20,
    without: Collection[str] = (),
    device: str = "cpu",
) -> None:
    """Time a few steps of every kind of run of a table in one thread, and its final scores, and keep what follows for a run."""
    from suite.runs.worker import prepare_process

    prepare_process()
    timings: dict[str, Timing] = {}
    for spec in table.runs(profile, 1, without=without):
        if kind(spec, device) not in timings and not spec.needs():
            timings[kind(spec, device)] = Timing(*importlib.import_module(spec.method.program).timing(spec, data_root, steps, device))
    add_timings(out, timings)
