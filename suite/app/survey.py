"""All tables of a profile together: the runs that are there, and what the others would take.

Runs that only the reference has are told apart. Whoever computes `--all` takes them over first; see `take`. Runs that several tables
show count once: in the table whose folder they are in, or else in the first that shows them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from suite.app.catalogue import having
from suite.base.places import reference
from suite.experiment.reproduction import Experiment
from suite.judging.goals import run_of
from suite.records.store import FINISHED, Store
from suite.runs.elsewhere import HERE, usable
from suite.runs.planning import rows
from suite.runs.timings import estimate


@dataclass(frozen=True)
class Counted:
    """The runs of one table that no table before it has.

    there      how many are finished
    shipped    keys of those that only the reference has
    hours      of a core, of each run that neither has, by run (`run_of`); infinite where nothing is known
    timed_on   whose timings these are, as `suite.runs.planning.Plan` has it
    """

    experiment: Experiment
    there: int
    shipped: tuple[str, ...]
    hours: dict[str, float]
    timed_on: str = HERE

    @property
    def id(self) -> str:
        return self.experiment.reproduction.id

    @property
    def runs(self) -> int:
        return self.there + len(self.shipped) + len(self.hours)

    @property
    def left(self) -> float:
        """Core-hours of all that is missing."""
        return math.fsum(self.hours.values())


def survey(profile: str, seeds: int | None, out: Path) -> list[Counted]:
    """Every table with runs in the profile, with so many seeds of each row (None: as many as each asks for)."""
    seen: dict[str, set[str]] = {}
    return [counted(table.at(profile, seeds), out, seen.setdefault(table.home, set())) for table in having(profile) if table.cells]


def counted(experiment: Experiment, out: Path, seen: set[str]) -> Counted:
    """The runs of an experiment that are not among those seen in its folder; they are put among them."""
    own = [(spec, new) for _, spec, keys in rows(experiment) if (new := [key for key in keys if key not in seen])]
    seen.update(key for _, new in own for key in new)
    there, shipped = finished(experiment, [key for _, new in own for key in new], out)
    missing = [(spec, [key for key in new if key not in there | shipped]) for spec, new in own]
    timings, timed_on = usable(experiment, out) if any(keys for _, keys in missing) else ({}, HERE)
    hours: dict[str, float] = {}
    for spec, keys in missing:
        seconds = estimate([(spec, 1)], timings)
        hours |= {run_of(experiment, key): math.inf if seconds is None else seconds / 3600 for key in keys}
    return Counted(experiment, len(there), tuple(sorted(shipped)), hours, timed_on)


def finished(experiment: Experiment, keys: Iterable[str], out: Path) -> tuple[set[str], set[str]]:
    """Which of these runs are finished, and which only the reference has."""
    there, shipped = (
        {key for key, state in Store.of(folder, experiment.reproduction.home, experiment.profile).states(keys).items() if state in FINISHED}
        for folder in (out, reference())
    )
    return there, shipped - there


def take(found: Iterable[Counted], out: Path) -> int:
    """Put the runs that only the reference has beside the others: how many that were."""
    taken = 0
    for one in found:
        home, profile = one.experiment.reproduction.home, one.experiment.profile
        for record in Store.of(reference(), home, profile).read_all(one.shipped).values():
            Store.of(out, home, profile).write(record)
            taken += 1
    return taken


def lacking(experiment: Experiment, data_root: str | None) -> str:
    """Why none of its runs can be computed on the data that they are meant for; "" where some can."""
    from suite import data

    reasons = []
    for name in experiment.datasets:
        try:
            data.load(name, data_root)
        except data.DataUnavailable as error:
            reasons.append(str(error))
    return reasons[0] if reasons and len(reasons) == len(experiment.datasets) else ""
