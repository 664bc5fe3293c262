"""Whether runs give what reference runs gave, within what chance allows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from suite.base.errors import SuiteError
from suite.experiment.reproduction import Reproduction
from suite.records.results import Results
from suite.records.store import Store

SPREADS = 4.0
"""A number has moved when its mean differs by more than this many standard errors, taken from the spread over the reference's seeds.

On the machine of the reference a rerun gives the same numbers; elsewhere, with float arithmetic in another order, a run is at worst
what another seed would have been. Then the difference of two means of n has the standard error SD sqrt(2 / n), and four of them are
passed by chance in fewer than one of 10,000 comparisons.
"""

FLOOR = {"test_error": 0.3, "weight_sparsity": 0.1, "neuron_sparsity": 0.1}
"""Points a mean may always differ by, since a spread over few seeds can be zero: an image of the digits is 0.28 points."""


@dataclass(frozen=True)
class Line:
    """One metric of one row: mean of the reference and of one's own runs over `n` seeds, and the difference that is allowed."""

    row: str
    metric: str
    reference: float | None
    own: float | None
    allowed: float
    n: int
    moved: bool

    def as_dict(self) -> dict:
        return asdict(self)

    def text(self) -> str:
        start = f"{'MOVED' if self.moved else 'same':<6} {self.row:<40} {self.metric:<16}"
        if self.own is None or self.reference is None:
            return f"{start} missing {'here' if self.own is None else 'in the reference'}"
        return f"{start} {self.reference:8.2f} -> {self.own:8.2f}  (allowed: {self.allowed:.2f}, n = {self.n})"


def compare(row: str, metric: str, own: list[float], reference: list[float]) -> Line:
    """Whether the mean of one's own runs lies within what chance allows around the reference's."""
    from suite.stats.intervals import summary

    a, b = summary(own), summary(reference)
    n = min(len(own), len(reference))
    if not n:
        missing = a.n != b.n
        return Line(row, metric, b.mean if b.n else None, a.mean if a.n else None, 0.0, 0, missing)
    allowed = max(FLOOR[metric], SPREADS * b.sd * (2 / n) ** 0.5 if b.n > 1 else 0.0)
    return Line(row, metric, b.mean, a.mean, allowed, n, not abs(a.mean - b.mean) <= allowed)


def verify(table: Reproduction, profile: str, out: Path, reference: Path) -> list[Line]:
    """Every row of a table's stored runs against the reference records, in every compared metric that either has."""
    expected = Results.load(table, profile, reference)
    if not expected.records:
        raise SuiteError(
            f"no reference records of {table.id} ({profile}) in {reference}", "run from the checkout, or name it with --reference"
        )
    found = Results.there(table, profile, out, expected.seeds)
    lines = [compare(row.key, metric, found.values(row.key, metric), row.values(metric)) for row in expected.rows for metric in FLOOR]
    return [line for line in lines if line.n or line.moved]  # without the metrics that neither has


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
        raise SuiteError("the two folders share no row", "name two folders that hold runs/*.json or runs.jsonl of the same reproduction")
    return "\n".join(lines)


def read_folder(folder: Path) -> dict[tuple[str, str], list[float]]:
    """Values of the compared metrics of every finished record in a folder, by row and metric."""
    values: dict[tuple[str, str], list[float]] = {}
    for record in Store(folder).read_all().values():
        for metric in FLOOR:
            if record["status"] == "done" and metric in record["metrics"]:
                values.setdefault((record["method"], metric), []).append(record["metrics"][metric])
    return values
