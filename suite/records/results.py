"""What the runs of one reproduction in one profile gave, as data: rows, values, the frame. Nothing here trains, judges or draws."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from suite.base.errors import SuiteError
from suite.experiment.cell import Cell
from suite.experiment.metrics import derived
from suite.experiment.reproduction import Experiment, Reproduction
from suite.records.store import Store

if TYPE_CHECKING:
    import pandas as pd


CHECK = "smoke"
"""The profile whose runs check the code."""


def of_views(record: dict[str, Any]) -> dict[str, Any]:
    """The metrics of the other ways of scoring a run, as "metric@view"."""
    views = {view: derived({"metrics": found["metrics"]}) for view, found in record["views"].items()}
    return {f"{metric}@{view}": value for view, metrics in views.items() for metric, value in metrics.items()}


@dataclass(frozen=True)
class Row:
    """One row of the table: a cell, or one more view of it ("sgl0@V").

    keys      of the runs that were asked for, by seed; `diverged` and `failed` of them gave no metrics
    runs      per finished run its seed and metrics, in the order of the seeds
    records   the records of those runs
    """

    key: str
    label: str
    cell: Cell
    keys: tuple[str, ...]
    runs: tuple[dict[str, Any], ...]
    diverged: int = 0
    failed: int = 0
    records: tuple[dict[str, Any], ...] = ()

    @property
    def planned(self) -> int:
        return len(self.keys)

    @property
    def is_view(self) -> bool:
        """Whether this is another way of scoring the trainings of the row above it."""
        return self.key != self.cell.row

    def values(self, metric: str) -> list[float]:
        """The metric's value in each finished run that has it as a finite number."""
        return [v for run in self.runs if isinstance(v := run.get(metric), (int, float)) and math.isfinite(v)]


@dataclass(frozen=True)
class Results:
    """Stored runs of an experiment.

    folder      where what is made of them is written
    records     by key, those that there are, of runs that others build on too
    counts      how many runs this call computed and reused, and how many failed; and are left, where it was stopped
    stopped     what stopped the call that computed them before all were there, and how far it came; "" for nothing
    """

    experiment: Experiment
    folder: Path
    records: dict[str, dict]
    failures: dict[str, dict] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    stopped: str = ""

    @property
    def reproduction(self) -> Reproduction:
        return self.experiment.reproduction

    @property
    def profile(self) -> str:
        return self.experiment.profile

    @property
    def seeds(self) -> int:
        return self.experiment.seeds

    @property
    def stand_in(self) -> bool:
        return self.experiment.stand_in

    @classmethod
    def load(cls, reproduction: Reproduction, profile: str, out: Path, seeds: int | None = None) -> Self:
        """Read what is stored, without training; by default every seed there is a record of.

        Runs on the stand-in data are shown only where there is none on the paper's data.
        """
        store = Store.of(out, reproduction.home, profile)
        for stand_in in (False, True) if reproduction.stand_in else (False,):
            found = cls.of_store(reproduction.at(profile, seeds or stored_seeds(reproduction, profile, store, stand_in), stand_in), out)
            if found.records:
                return found
        return cls.of_store(reproduction.at(profile, seeds or stored_seeds(reproduction, profile, store, False)), out)

    @classmethod
    def of_store(cls, experiment: Experiment, out: Path) -> Self:
        """What is stored of the runs of an experiment."""
        store = Store.of(out, experiment.reproduction.home, experiment.profile)
        failed = store.failed()
        failures = {key: failure for key in experiment.keys if key in failed and (failure := store.read_failure(key)) is not None}
        folder = Store.of(out, experiment.reproduction.id, experiment.profile).folder
        return cls(experiment, folder, store.read_all(experiment.keys), failures)

    @classmethod
    def there(cls, reproduction: Reproduction, profile: str, out: Path, seeds: int | None = None) -> Self:
        """As `load`; SuiteError where there is none of the runs that it needs."""
        found = cls.load(reproduction, profile, out, seeds)
        if reproduction.cells and not found.records:
            remedy = f"compute them: python -m suite reproduce {reproduction.id} --profile {profile}"
            raise SuiteError(f"no runs of {reproduction.id} ({profile}) in {out}", remedy)
        return found

    @property
    def complete(self) -> bool:
        return len(self.records) == len(self.experiment.keys)

    @property
    def is_result(self) -> bool:
        """Whether the paper's own data was used, in earnest: smoke runs and stand-in runs are checks of the code, not results."""
        return not self.stand_in and self.profile.partition("-")[0] != CHECK and self.experiment.settings.dataset is None

    @cached_property
    def rows(self) -> list[Row]:
        """The table's rows in order, each view below its cell unless the reproduction hides its views."""
        return [row for row in self.all_rows if self.reproduction.views or not row.is_view]

    @cached_property
    def all_rows(self) -> list[Row]:
        """The rows in order with every view below its cell. A row has the metrics of its views too, as "metric@view"."""
        rows = []
        for line in self.experiment.lines:
            cell, wanted = line.cell, line.keys
            records = [self.records[key] for key in wanted if key in self.records]
            done = [r for r in records if r["status"] == "done"]
            runs = tuple({"seed": r["seed"], **derived(r), **of_views(r)} for r in done)
            failed = sum(key in self.failures and key not in self.records for key in wanted)
            row = Row(cell.row, cell.label, cell, wanted, runs, len(records) - len(done), failed, tuple(done))
            rows.append(row)
            for view in dict.fromkeys(name for r in done for name in r["views"]):
                seen = [(r["seed"], r["views"][view]) for r in done if view in r["views"]]
                runs = tuple({"seed": seed, **derived({"metrics": v["metrics"]})} for seed, v in seen)
                rows.append(replace(row, key=f"{cell.row}@{view}", label=f"{cell.label}, {view}", runs=runs))
        return rows

    def row(self, key: str) -> Row | None:
        return next((row for row in self.all_rows if row.key == key), None)

    def values(self, row: str, metric: str) -> list[float]:
        """The metric over the seeds of one row; empty where there is no such row or run."""
        found = self.row(row)
        return found.values(metric) if found else []

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per run: identity, status, cost, every metric, and the other views' metrics as "metric@view"."""
        import pandas as pd

        lines = []
        for record in self.records.values():
            line = {name: record[name] for name in ("method", "label", "seed", "dataset", "model", "profile", "status", "epochs", "key")}
            lines.append(line | derived(record) | of_views(record) | record["cost"])
        return pd.DataFrame(lines)


def stored_seeds(reproduction: Reproduction, profile: str, store: Store, stand_in: bool) -> int:
    """The seeds from 0 to the last that any run is stored of, or failed with; those between that are not there are shown as missing.

    Where these are the runs of another, at most as many as are asked for. Seeds beyond twice as many as were found and as many as the
    table asks for are not looked for.
    """
    lines = reproduction.at(profile, 1, stand_in).lines
    if not lines:
        return reproduction.seeds
    there = store.keys() | store.failed()
    seeds = looked = 0
    while there and looked < reproduction.seeds + 2 * seeds:
        ahead = range(looked, looked + max(reproduction.seeds, seeds))
        for line in lines:
            for seed, key in zip(ahead, line.spec.keys(ahead), strict=True):
                if key in there:
                    there.remove(key)
                    seeds = max(seeds, seed + 1)
        looked = ahead.stop
    return max(1, min(seeds, reproduction.seeds) if reproduction.runs_in else seeds)
