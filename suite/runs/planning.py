"""What a reproduction would compute, and how long that would take on this machine."""

from __future__ import annotations

import importlib
import json
import statistics
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

from suite.files import write_text
from suite.reproduction import Reproduction
from suite.runs.orchestrate import with_needs
from suite.runs.spec import RunSpec
from suite.runs.store import Store, dumps

TIMINGS = "timings.json"
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
    """State of every run, and the estimated seconds of what is missing (None where nothing was timed yet)."""

    id: str
    profile: str
    states: dict[str, list[str]]
    epochs: int
    seconds: float | None
    jobs: int

    @property
    def missing(self) -> int:
        return sum(state not in ("done", "diverged") for row in self.states.values() for state in row)

    def as_dict(self) -> dict:
        return {
            "id": self.id,
            "profile": self.profile,
            "runs": sum(map(len, self.states.values())),
            "missing": self.missing,
            "epochs": self.epochs,
            "seconds": self.seconds,
            "jobs": self.jobs,
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
        if self.seconds is None:
            lines.append("no timing on this machine yet: add --time to time a few steps of every method")
        else:
            lines.append(
                f"about {duration(self.seconds)} with {self.jobs} worker{'s' if self.jobs > 1 else ''}, from timings on this machine"
            )
        return "\n".join(lines)


def duration(seconds: float) -> str:
    """Seconds as a reader says them."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def kind(spec: RunSpec) -> str:
    """Runs of the same kind take the same time an epoch."""
    return f"{spec.dataset}/{spec.model}/{spec.method.row}"


def epochs(spec: RunSpec) -> int:
    return spec.method.schedule(spec.schedule).epochs


def state(store: Store, key: str) -> str:
    """State of a run, by the files there are; a record is opened only to tell a diverged run."""
    if store.path(key).exists():
        record = store.read(key)
        return "missing" if record is None else record["status"]
    if store.failure(key).exists():
        return "failed"
    return "resumable" if store.checkpoint(key).exists() else "missing"


def plan(table: Reproduction, seeds: int, profile: str, out: Path, jobs: int) -> Plan:
    """The runs of a reproduction, those they build on, and their states. Imports nothing that trains."""
    store = Store.of(out, table.home, profile)
    rows = {cell.row: [table.spec(cell, profile, seed) for seed in range(seeds)] for cell in table.on(profile)}
    listed = {spec.key for row in rows.values() for spec in row}
    for spec in with_needs([spec for row in rows.values() for spec in row]):
        if spec.key not in listed:
            rows.setdefault(f"{spec.method.row} (needed)", []).append(spec)
    states = {name: [state(store, spec.key) for spec in row] for name, row in rows.items()}
    missing = [s for name, row in rows.items() for s, st in zip(row, states[name], strict=True) if st not in ("done", "diverged")]
    seconds = estimate(missing, read_timings(out))
    share = None if seconds is None else seconds / max(1, min(jobs, len(missing)))
    return Plan(table.id, profile, states, sum(map(epochs, missing)), share, jobs)


def estimate(specs: list[RunSpec], timings: dict[str, Timing]) -> float | None:
    """Seconds of work of some runs; a kind that was not timed counts as the median of those on the same data and model."""
    total = 0.0
    for spec in specs:
        alike = [timing for name, timing in timings.items() if name.startswith(f"{spec.dataset}/{spec.model}/")]
        if not alike:
            return None
        usual = Timing(statistics.median(t.epoch for t in alike), statistics.median(t.rest for t in alike))
        total += timings.get(kind(spec), usual).of(spec)
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
    kinds = {spec.key: kind(spec) for spec in specs}
    seen: dict[str, list[Timing]] = {}
    for record in records:
        if record["key"] in kinds and record["status"] == "done":
            seconds, cost = record["curves"]["seconds"] or [0.0], record["cost"]
            rest = max(0.0, cost["wall_seconds"] - cost["training_seconds"])
            seen.setdefault(kinds[record["key"]], []).append(Timing(statistics.median(seconds), rest))
    return {k: Timing(statistics.median(t.epoch for t in ts), statistics.median(t.rest for t in ts)) for k, ts in seen.items()}


def measure(table: Reproduction, profile: str, out: Path, data_root: str | None, steps: int = 20, without: Collection[str] = ()) -> None:
    """Time a few steps of every method of a table in one thread, and its final scores, and keep what follows for a run."""
    from suite.runs.worker import prepare_process

    prepare_process()
    timings: dict[str, Timing] = {}
    for spec in table.runs(profile, 1, without=without):
        if kind(spec) not in timings and not spec.needs():
            timings[kind(spec)] = Timing(*importlib.import_module(spec.method.program).timing(spec, data_root, steps))
    add_timings(out, timings)
