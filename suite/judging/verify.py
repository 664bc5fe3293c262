"""Whether runs give what reference runs gave: run by run, seed by seed, in every number that their records hold.

On one machine a rerun gives the same numbers to the last bit, so none may differ. Between machines sums are taken in another order,
training carries the rounding on, and a number may differ by as much as reruns have been seen to: see `Noise`.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from suite.base.errors import SuiteError
from suite.base.reading import read_json
from suite.experiment.reproduction import Reproduction
from suite.records.results import Results
from suite.records.store import Store

FACTOR = 10.0
"""Between machines a number may differ by so many times the largest difference that was measured, and by so many steps of its metric:
few machines were measured, and the next may be further off. `benchmarks/noise.py --check` leaves each out in turn and counts what the
others would have called moved: with 10 it is 15 of 426 metrics."""

SPREADS = 4.0
"""Or, beyond the first epoch, by so many SDs of the difference of two seeds, where that is more."""

TIMED = ("latency_dense_ms", "latency_compact_ms", "latency_ratio", "seconds")
"""Metrics and curves that are times, which no rerun repeats."""
SET = ("epochs", "learning_rate")
"""What a run is told, and no rounding touches."""
ARITHMETIC = ("cpu", "cpu_kind", "gpu", "device", "threads", "system", "byteorder", "flush_denormal", "python")
PACKAGES = ("torch", "torchvision", "numpy", "scipy", "scikit-learn")
"""What of a record's environment can change rounding. Equal names of processors are not enough: "AMD EPYC" is the name of several."""


@dataclass(frozen=True)
class Line:
    """One number of one run that has moved, or a row that one side has no run of (`metric` is then "runs")."""

    row: str
    seed: int
    metric: str
    reference: Any
    own: Any
    allowed: float

    @property
    def ratio(self) -> float:
        """How many times the allowed difference it is off."""
        apart = distance(self.own, self.reference)
        return apart / self.allowed if self.allowed else float("inf")

    def text(self) -> str:
        start = f"MOVED  {self.row:<40} seed {self.seed}  {self.metric:<24}"
        if self.own is None or self.reference is None:
            return f"{start} missing {'here' if self.own is None else 'in the reference'}"
        if isinstance(self.own, str) or isinstance(self.reference, str):
            return f"{start} {self.reference} -> {self.own}"
        return f"{start} {self.reference:.6g} -> {self.own:.6g}  (allowed: {self.allowed:.2g})"


@dataclass(frozen=True)
class Verified:
    """What came of it.

    compared    numbers that were held against the reference's, of so many `runs`
    exact       runs of these that both sides computed on one machine, where nothing may differ
    lines       what has moved
    """

    compared: int = 0
    runs: int = 0
    exact: int = 0
    lines: list[Line] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def text(self) -> str:
        where = "on one machine" if self.exact == self.runs else f"{self.runs - self.exact} of them on another machine"
        return f"{len(self.lines)} of {self.compared} numbers of {self.runs} runs ({where}) have moved"


@dataclass(frozen=True)
class Noise:
    """How far reruns on other machines have been from the reference: by metric the largest difference over the rows of the table.

    `benchmarks/noise.py` measures it, into `noise.json` beside the reference's records: on the machine at hand, and with its vector
    instructions taken away. None stands for a text, such as the widths of the compact network, that came out differently.

    steps    the resolution of each metric, such as one test image or one weight: the smallest difference of two values in the reference
    """

    path: Path
    largest: dict[str, float | None] | None
    steps: dict[str, float] = field(default_factory=dict)

    @classmethod
    def beside(cls, folder: Path) -> Noise:
        path = folder / "noise.json"
        found: dict[str, float | None] = {}
        try:
            for line in read_json(path)["measured"]:
                for metric, apart in line["largest"].items():
                    known = found.get(metric, 0.0)
                    found[metric] = None if apart is None or known is None else max(known, float(apart))
        except FileNotFoundError:
            return cls(path, None)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            remedy = "take it from the checkout again, or remove it: the spread of the seeds then stands for it"
            raise SuiteError(f"{path} is no measured noise ({type(error).__name__}: {error})", remedy) from None
        return cls(path, found, steps(list(Store(folder).read_all().values())))

    @property
    def measured(self) -> bool:
        return self.largest is not None

    def allowed(self, metric: str) -> float:
        noise = (self.largest or {}).get(metric, 0.0)
        return float("inf") if noise is None else FACTOR * max(noise, self.steps.get(metric, 0.0))


def numbers(record: dict[str, Any]) -> dict[str, Any]:
    """All that a record says of a run but its times: "metric", "metric@view", "layer/name", "curve[epoch]", status and epochs."""
    found = {"status": record["status"], "epochs": record["epochs"], **record["metrics"]}
    for view, scores in record["views"].items():
        found |= {f"{metric}@{view}": value for metric, value in scores["metrics"].items()}
    found |= {f"layer/{name}": value for name, value in record["layers"].items()}
    for name, values in record["curves"].items():
        found |= {f"{name}[{epoch}]": value for epoch, value in enumerate(values, 1)}
    return {name: value for name, value in found.items() if name.partition("@")[0].partition("[")[0] not in TIMED}


def steps(records: list[dict[str, Any]]) -> dict[str, float]:
    """By metric the smallest difference of two values, rounding apart."""
    values: dict[str, set[float]] = {}
    for record in records:
        for metric, value in numbers(record).items():
            if isinstance(value, int | float) and metric.partition("[")[0] not in SET:
                values.setdefault(metric, set()).add(value)
    found = {}
    for metric, of_rows in values.items():
        ordered = sorted(of_rows)
        found[metric] = min((b - a for a, b in pairwise(ordered) if b - a > 1e-12 * max(abs(a), abs(b))), default=0.0)
    return found


def machine(record: dict[str, Any]) -> tuple[Any, ...]:
    """What tells machines apart whose arithmetic may differ."""
    environment = record["environment"]
    return *(environment.get(name) for name in ARITHMETIC), *(environment.get("packages", {}).get(name) for name in PACKAGES)


def one_machine(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether two records are known to be of machines that compute alike; those that do not say the kind of processor are not."""
    return machine(a) == machine(b) and a["environment"].get("cpu_kind") is not None


def distance(a: Any, b: Any) -> float:
    """|a - b|; infinite between different texts, and between a number and none."""
    if a == b:
        return 0.0
    return abs(a - b) if isinstance(a, int | float) and isinstance(b, int | float) else float("inf")


def pairs(own: dict[str, Any], reference: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """One's own and the reference's value of all that the reference has: what was added to records later stands in newer ones alone."""
    mine = numbers(own)
    return {name: (mine.get(name), value) for name, value in numbers(reference).items()}


def compare(
    row: str, own: dict[str, Any], reference: dict[str, Any], noise: Noise, exact: bool, spread: Mapping[str, float] = MappingProxyType({})
) -> list[Line]:
    """The numbers of a run that have moved; where it is `exact`, all that differ. spread: see `spreads`.

    SuiteError where they differ and nothing says by how much they may: no measured noise, and a single seed.
    """
    lines = []
    for metric, (a, b) in pairs(own, reference).items():
        apart = distance(a, b)
        if apart and apart > (allowed := 0.0 if exact else max(noise.allowed(metric), SPREADS * spread.get(metric, 0.0))):
            lines.append(Line(row, own["seed"], metric, b, a, allowed))
    if lines and not (exact or noise.measured or spread):
        raise SuiteError(
            f"the runs differ from the reference and are of another machine, there is no {noise.path}, and one seed has no spread",
            "compute the reference on this machine, or measure what machines do: python benchmarks/noise.py",
        )
    return lines


def spreads(records: list[dict[str, Any]], measured: bool = True) -> dict[str, float]:
    """By metric the SD of a difference of two seeds in the reference; where noise was `measured`, not of the first epoch's curves.

    Where rounding has been carried on for long, a run on another machine is at worst what another seed would have been.
    """
    values: dict[str, list[Any]] = {}
    for record in records:
        for metric, value in numbers(record).items():
            if value is not None and not (measured and metric.endswith("[1]")):
                values.setdefault(metric, []).append(value)
    return {metric: _spread(of) for metric, of in values.items() if len(of) > 1}


def _spread(values: list[Any]) -> float:
    """Of numbers; texts are alike or as far apart as can be."""
    if any(isinstance(value, str) for value in values):
        return math.inf if len(set(values)) > 1 else 0.0
    return math.sqrt(2) * statistics.stdev(values)


def verify(table: Reproduction, profile: str, out: Path, reference: Path, exact: bool = True) -> Verified:
    """Every run of a table that both have, by key. A row that only one of them has a run of has moved.

    exact    False: runs of one machine too may differ by what other machines do
    """
    expected = Results.load(table, profile, reference)
    if not expected.records:
        raise SuiteError(
            f"no reference records of {table.id} ({profile}) in {reference}", "run from the checkout, or name it with --reference"
        )
    found = Results.there(table, profile, out, expected.seeds)
    noise = Noise.beside(Store.of(reference, table.home, profile).folder)
    compared = runs = equal = 0
    lines: list[Line] = []
    for line in expected.experiment.lines:
        both = [(found.records[key], expected.records[key]) for key in line.keys if key in found.records and key in expected.records]
        apart = spreads([expected.records[key] for key in line.keys if key in expected.records], noise.measured)
        for own, known in both:
            same = exact and one_machine(own, known)
            compared, runs, equal = compared + len(pairs(own, known)), runs + 1, equal + same
            lines += compare(line.cell.row, own, known, noise, same, apart)
        here, there = (any(key in results.records for key in line.keys) for results in (found, expected))
        if not both and (here or there):
            lines.append(Line(line.cell.row, 0, "runs", there or None, here or None, 0.0))
    return Verified(compared, runs, equal, lines)
