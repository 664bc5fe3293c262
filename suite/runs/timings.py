"""What runs take: seconds of an epoch by kind, timed on this machine or seen in finished runs, and what follows for others."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from suite.base.files import write_text
from suite.base.reading import read_json
from suite.experiment.program import program_of
from suite.experiment.setup import FLOAT32
from suite.experiment.spec import RunSpec
from suite.records.store import dumps

TIMINGS = "timings.json"
FORECAST_SECONDS = 10.0
"""For about so long a command times kinds of runs that nothing is known of before it starts, beyond one on each network."""


@dataclass(frozen=True)
class Timing:
    """Seconds of an epoch, and of the rest of a run: building the network, and scoring and compacting it at the end."""

    epoch: float
    rest: float

    def of(self, spec: RunSpec) -> float:
        """Seconds of a whole run."""
        return self.epoch * epochs(spec) + self.rest


def amount(hours: float) -> str:
    """Hours to two digits, or to whole ones."""
    return f"{hours:.2g}" if hours < 10 else f"{hours:,.0f}"


def duration(seconds: float) -> str:
    """Seconds as a reader says them."""
    if seconds < 90:
        return f"{seconds:.0f} second{'' if round(seconds) == 1 else 's'}"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours" if seconds < 72 * 3600 else f"{seconds / 86400:,.0f} days"


def kind(spec: RunSpec, device: str = "cpu") -> str:
    """Runs of the same kind take the same time an epoch: whatever the strength of a penalty."""
    return f"{place(spec, device)}{spec.method.series}"


def place(spec: RunSpec, device: str) -> str:
    """What kinds of runs on the same data, model and device have in common; epochs that are not one pass over the data are of a length."""
    named = [device] if device != "cpu" else []
    named += [spec.setup.precision] if spec.setup.precision != FLOAT32 else []
    examples = f":{spec.setup.n_train}" if spec.setup.n_train else ""
    steps = f"x{spec.schedule.epoch_steps}x{spec.schedule.batch_size}" if spec.schedule.epoch_steps else ""
    return " ".join((*named, f"{spec.dataset}{examples}{steps}/{spec.model}/"))


def epochs(spec: RunSpec) -> int:
    return spec.method.schedule(spec.schedule).epochs


def estimate(missing: list[tuple[RunSpec, int]], timings: dict[str, Timing], device: str = "cpu") -> float | None:
    """Seconds of work of runs, so many of each kind; one not timed counts as the median of those on the same data, model and device."""
    total = 0.0
    for spec, runs in missing:
        if (timing := timing_of(spec, timings, device)) is None:
            return None
        total += runs * timing.of(spec)
    return total


def timing_of(spec: RunSpec, timings: dict[str, Timing], device: str = "cpu") -> Timing | None:
    """What a run takes: as its kind does, else the median of those on the same data, model and device; None where there are none."""
    if (found := timings.get(kind(spec, device))) is not None:
        return found
    where = place(spec, device)
    return usual(timing for name, timing in timings.items() if name.startswith(where))


def usual(timings: Iterable[Timing]) -> Timing | None:
    """The median of timings; None of none."""
    found = list(timings)
    return Timing(statistics.median(t.epoch for t in found), statistics.median(t.rest for t in found)) if found else None


def forecast(specs: list[RunSpec], say: Callable[[str], None], out: Path, data_root: str | None, device: str = "cpu") -> dict[str, Timing]:
    """Timings by which to tell how long these runs will take. It takes some seconds where little is known, and says so.

    On data and networks that no timing is known of one run is timed here, and then more kinds for some seconds: those left over count as
    those on the same data and network.
    """
    device, begun = device.partition(":")[0], time.monotonic()
    timings, strange = read_timings(out), dict[str, RunSpec]()
    for spec in specs:
        if not spec.needs() and not any(name.startswith(place(spec, device)) for name in timings):
            strange.setdefault(place(spec, device), spec)
    if unknown := {kind(spec, device) for spec in specs if not spec.needs()} - timings.keys():
        say(f"timing a few steps of {len(unknown)} kind{'s' if len(unknown) > 1 else ''} of runs, to tell how long they take ...")
    with suppress(Exception):  # the run itself will say what is wrong with it
        measure(strange.values(), out, data_root, device, steps=5)
        known = read_timings(out)
        others = [spec for spec in specs if kind(spec, device) not in known]
        measure(others, out, data_root, device, steps=5, within=FORECAST_SECONDS - (time.monotonic() - begun))
    return read_timings(out)


def workers(jobs: int) -> str:
    return f"{jobs} worker{'s' if jobs > 1 else ''}"


def shared(seconds: float, jobs: int, runs: int) -> float:
    """Seconds that so many workers take for the work."""
    return seconds / max(1, min(jobs, runs))


def read_timings(out: Path) -> dict[str, Timing]:
    """What each kind of run takes, as timed on this machine or seen in its runs; empty where nothing was, or the file cannot be read."""
    try:
        found = {name: Timing(**seconds) for name, seconds in read_json(Path(out, TIMINGS)).items()}
        return {name: timing for name, timing in found.items() if 0 <= timing.epoch < math.inf and 0 <= timing.rest < math.inf}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def add_timings(out: Path, timings: dict[str, Timing]) -> None:
    """Keep timings beside the records."""
    if timings:
        merged = read_timings(out) | timings
        write_text(Path(out, TIMINGS), dumps({name: asdict(timing) for name, timing in sorted(merged.items())}))


def from_records(records: Iterable[dict], specs: Mapping[str, RunSpec]) -> dict[str, Timing]:
    """Median timings of finished runs, by kind. specs: the runs by key."""
    seen: dict[str, list[Timing]] = {}
    for record in records:
        if record["key"] in specs and record["status"] == "done":
            found = kind(specs[record["key"]], record["environment"]["device"].partition(":")[0])
            seen.setdefault(found, []).append(timed(record))
    return {name: timing for name, timings in seen.items() if (timing := usual(timings))}


def timed(record: dict) -> Timing:
    """What a finished run took. Of an old one that was resumed only the epochs are known in full."""
    seconds, cost = record["curves"]["seconds"] or [0.0], record["cost"]
    return Timing(statistics.median(seconds), max(0.0, cost["wall_seconds"] - cost["training_seconds"]))


def measure(
    specs: Iterable[RunSpec], out: Path, data_root: str | None, device: str = "cpu", steps: int = 20, within: float = math.inf
) -> None:
    """Time a few steps of every kind of these runs in one thread, and its final scores, and keep what follows for a run.

    within    seconds after which no further kind is begun
    """
    import torch

    from suite.runs.worker import prepare_process

    prepare_process()
    timings, started = dict[str, Timing](), time.monotonic()
    try:
        for spec in specs:
            if kind(spec, device) not in timings and not spec.needs() and time.monotonic() - started < within:
                timings[kind(spec, device)] = Timing(*program_of(spec.method).timing(spec, data_root, steps, device))
    finally:
        torch.cuda.empty_cache()  # for the workers, while this process waits for them
        add_timings(out, timings)
