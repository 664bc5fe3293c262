"""Two folders of records beside each other, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suite.base.errors import SuiteError
from suite.records.store import Store

METRICS = ("test_error", "weight_sparsity", "neuron_sparsity")
COMMON = ("dataset", "model", "profile")
"""What the folders are said to differ in, where a row's runs do; and in the data themselves, by the head of their checksum."""


@dataclass(frozen=True)
class Runs:
    """The finished runs of one row, by seed."""

    records: dict[int, dict[str, Any]]

    def values(self, metric: str) -> dict[int, float]:
        return {seed: r["metrics"][metric] for seed, r in self.records.items() if r["metrics"].get(metric) is not None}

    def common(self) -> dict[str, Any]:
        record = next(iter(self.records.values()))
        return {name: record[name] for name in COMMON} | {"data": str(record["data"].get("checksum"))[:8]}

    def same_as(self, other: Runs) -> bool:
        """Whether the runs with a seed that both have are the same runs, of one key."""
        return all(self.records[seed]["key"] == other.records[seed]["key"] for seed in self.records.keys() & other.records.keys())


def compare_folders(a: Path, b: Path) -> str:
    """Two folders of records as text: for every row and metric they share the means, n, and the 95 % interval of b - a.

    Where the seeds that both have are of the same runs (one key), the difference is that of these pairs, and other seeds are left out.
    Else the seeds are as good as others: Welch's interval over all of them, and a note of what differs, profile or data.
    """
    first, second = read_folder(a), read_folder(b)
    lines = [f"{'row':<40} {'metric':<16} {'a':>9} {'b':>9}   difference b - a (95 % interval)"]
    notes: dict[str, None] = {}
    for row in sorted(first.keys() & second.keys()):
        x, y = first[row], second[row]
        apart = [name for name, value in x.common().items() if value != y.common()[name]]
        notes |= {f"{name}: a has {x.common()[name]}, b has {y.common()[name]}": None for name in apart}
        mark = f"  other {', '.join(apart)}" if apart else ""
        lines += [
            f"{row:<40} {metric:<16} {difference(x.values(metric), y.values(metric), x.same_as(y))}{mark}"
            for metric in METRICS
            if x.values(metric) and y.values(metric)
        ]
    if len(lines) == 1:
        raise SuiteError("the two folders share no row", "name two folders that hold runs/*.json or runs.jsonl of the same reproduction")
    return "\n".join([*(f"note: {note}" for note in notes), *lines])


def difference(x: dict[int, float], y: dict[int, float], same: bool) -> str:
    """Means, difference, interval and n of a metric by seed; `same`: equal seeds are of the same runs."""
    from suite.stats.intervals import summary, welch

    seeds = sorted(x.keys() & y.keys()) if same else []
    if seeds:
        x, y = {seed: x[seed] for seed in seeds}, {seed: y[seed] for seed in seeds}
        apart = summary([y[seed] - x[seed] for seed in seeds])
        interval, n = apart.interval(), f"n = {len(seeds)} pairs"
    else:
        interval, n = welch(list(y.values()), list(x.values())).interval(), f"n = {len(x)} and {len(y)}"
    means = summary(list(x.values())).mean, summary(list(y.values())).mean
    shown = f" [{interval[0]:+.2f}, {interval[1]:+.2f}]" if interval[0] == interval[0] else ""
    return f"{means[0]:9.2f} {means[1]:9.2f}   {means[1] - means[0]:+.2f}{shown}  {n}"


def read_folder(folder: Path) -> dict[str, Runs]:
    """The finished runs of a folder by row: the method, with as much of the setting as it takes to tell its runs apart."""
    by_method: dict[str, list[dict[str, Any]]] = {}
    for record in Store(folder).read_all().values():
        if record["status"] == "done":
            by_method.setdefault(record["method"], []).append(record)
    return {row: Runs(runs) for records in by_method.values() for row, runs in told_apart(records).items()}


def told_apart(records: list[dict[str, Any]]) -> dict[str, dict[int, dict[str, Any]]]:
    """The records of one method by row and seed: data set and network are named first where they differ, then other settings.

    As much is named as it takes for the runs of a row to differ in nothing but their seed, so that nothing else is averaged.
    """
    settings = [setting(record) for record in records]
    names = list(dict.fromkeys(["dataset", "model", *sorted({name for found in settings for name in found})]))
    chosen: list[str] = []
    for name in [None, *(name for name in names if len({found.get(name, "") for found in settings}) > 1)]:
        chosen += [name] if name else []
        rows: dict[str, list[int]] = {}
        for i, found in enumerate(settings):
            rows.setdefault(" ".join([records[i]["method"], *(f"{n}={found.get(n, 'default')}" for n in chosen)]), []).append(i)
        if all(settings[i] == settings[row[0]] for row in rows.values() for i in row):
            break
    return {row: {records[i]["seed"]: records[i] for i in found} for row, found in rows.items()}


def setting(record: dict[str, Any]) -> dict[str, str]:
    """What of a run's identity is neither its method nor its seed, and of which data it is, as text."""
    spec = {name: value for name, value in record["spec"].items() if name not in ("method", "seed", "schedule")}
    data = {"data": str(record["data"].get("checksum"))[:8]}
    return data | {name: str(value) for name, value in {**spec, **record["spec"].get("schedule", {})}.items()}
