"""Whether runs give what reference runs gave, within what chance allows."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from suite.errors import SuiteError
from suite.reproduction import Reproduction
from suite.results import Results

CONFIDENCE = 0.999
"""A number has moved when the 99.9 % interval of the difference of means leaves out every difference the tolerance allows."""

TOLERANCE = {"test_error": 0.5, "weight_sparsity": 1.0, "neuron_sparsity": 1.0}
"""Points by which means may differ on another machine: float arithmetic in another order, and training amplifies it."""


@dataclass(frozen=True)
class Line:
    """One metric of one row: reference mean, own mean, interval of the difference."""

    row: str
    metric: str
    reference: float | None
    own: float | None
    low: float
    high: float
    n: int
    moved: bool

    def as_dict(self) -> dict:
        return asdict(self)

    def text(self) -> str:
        if self.own is None or self.reference is None:
            return f"MOVED  {self.row:<40} {self.metric:<16} missing {'here' if self.own is None else 'in the reference'}"
        change = f"{self.reference:8.2f} -> {self.own:8.2f}  difference [{self.low:+.2f}, {self.high:+.2f}]  n = {self.n}"
        return f"{'MOVED' if self.moved else 'same':<6} {self.row:<40} {self.metric:<16} {change}"


def compare(row: str, metric: str, own: list[float], reference: list[float]) -> Line:
    """The verdict on one number. Equal values are the same whatever their number; one run alone is held to the tolerance itself."""
    from suite.stats.intervals import welch

    tolerance = TOLERANCE[metric]
    if not own or not reference:
        mean = {"own": sum(own) / len(own) if own else None, "reference": sum(reference) / len(reference) if reference else None}
        return Line(row, metric, mean["reference"], mean["own"], 0.0, 0.0, min(len(own), len(reference)), bool(own) != bool(reference))
    a, b = sum(own) / len(own), sum(reference) / len(reference)
    low = high = a - b
    if min(len(own), len(reference)) > 1:
        low, high = welch(own, reference).interval(CONFIDENCE)
    return Line(row, metric, b, a, low, high, min(len(own), len(reference)), low > tolerance or high < -tolerance)


def verify(table: Reproduction, profile: str, out: Path, reference: Path) -> list[Line]:
    """Every row and metric of a table's stored runs against the reference records."""
    expected = Results.load(table, profile, reference)
    if not expected.records:
        raise SuiteError(
            f"no reference records of {table.id} ({profile}) in {reference}", "run from the checkout, or name it with --reference"
        )
    found = Results.load(table, profile, out, expected.seeds)
    if not found.records:
        raise SuiteError(
            f"no runs of {table.id} ({profile}) in {out}",
            f"compute them: python -m suite reproduce {table.id} --profile {profile}",
        )
    return [compare(row.key, metric, found.values(row.key, metric), row.values(metric)) for row in expected.rows for metric in TOLERANCE]


def compare_folders(a: Path, b: Path) -> str:
    """Two folders of records as text: means and the 95 % interval of b - a for every row and metric they share."""
    from suite.stats.intervals import welch

    first, second = read_folder(a), read_folder(b)
    lines = [f"{'row':<40} {'metric':<16} {'a':>9} {'b':>9}   difference b - a (95 % interval)"]
    for row, metric in sorted(set(first) & set(second)):
        x, y = first[row, metric], second[row, metric]
        means = sum(x) / len(x), sum(y) / len(y)
        interval = ""
        if min(len(x), len(y)) > 1:
            low, high = welch(y, x).interval(0.95)
            interval = f" [{low:+.2f}, {high:+.2f}]"
        lines.append(f"{row:<40} {metric:<16} {means[0]:9.2f} {means[1]:9.2f}   {means[1] - means[0]:+.2f}{interval}")
    if len(lines) == 1:
        raise SuiteError("the two folders share no row", "name two folders that hold runs/*.json of the same reproduction")
    return "\n".join(lines)


def read_folder(folder: Path) -> dict[tuple[str, str], list[float]]:
    """Values of the compared metrics of every finished record in a folder, by row and metric."""
    values: dict[tuple[str, str], list[float]] = {}
    for path in sorted(Path(folder).glob("runs/*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        for metric in TOLERANCE:
            if record["status"] == "done":
                values.setdefault((record["method"], metric), []).append(record["metrics"][metric])
    return values
