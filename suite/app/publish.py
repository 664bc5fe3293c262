"""Finished records into a folder that is kept, such as `results/reference`: one `runs.jsonl` a table and profile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from suite.app import catalogue
from suite.app.results import Results
from suite.base.errors import SuiteError
from suite.experiment.figures import Filters
from suite.experiment.reproduction import Reproduction
from suite.records.store import Store
from suite.runs.orchestrate import with_needs

FILTERS = "filters"
"""The field of a record with the weights of a small first convolution, a third of all that a record of such a network holds."""


@dataclass(frozen=True)
class Published:
    """What became of the records: how many are new in `folder`, how many are others than before, and how many were there as they are."""

    folder: Path
    new: int
    changed: int
    there: int

    def text(self) -> str:
        changed = f"{self.changed} changed, " if self.changed else ""
        return f"{self.new} new, {changed}{self.there} there before; records in {self.folder}"


def publish(table: Reproduction, profile: str, out: Path, to: Path) -> Published:
    """Take the finished records of a table from `out` into the `runs.jsonl` of its home in `to`.

    They are those of the runs of this table and of all that keep theirs in the same home, and of the runs these build on. They join
    what the target has, where single files become lines too; where both have a run, the record from `out` stays. SuiteError where `out`
    has no run of the table.

    While runs are computed no run knows which tables will show it, so that every record has its first-layer filters. Here they are left
    out, unless a table of the home draws them.
    """
    tables = sharing(table, profile)
    source, target = (Store.of(folder, table.home, profile) for folder in (out, to))
    stored = source.read_all()
    seeds = 1 + max((record["seed"] for record in stored.values()), default=0)
    wanted = {other.id: keys(other, profile, seeds) for other in tables}
    if table.cells and not stored.keys() & wanted[table.id]:
        remedy = f"compute them: python -m suite reproduce {table.id} --profile {profile}"
        raise SuiteError(f"nothing to publish: no finished runs of {table.id} ({profile}) in {out}", remedy)
    drawn = any(isinstance(figure, Filters) for other in tables for figure in other.figures)
    taken = {key: stored[key] for key in stored.keys() & set().union(*wanted.values())}
    before = target.read_all()
    after = {key: kept(record, drawn) for key, record in (before | taken).items()}
    target.gather(after.values())
    changed = sum(kept(record, drawn) != after[key] for key, record in before.items())
    return Published(target.folder, len(after) - len(before), changed, len(before) - changed)


def render(table: Reproduction, profile: str, to: Path) -> None:
    """Render a table from what is published, and those that show records of the same home there already."""
    for other in sharing(table, profile):
        if other.id == table.id or Store.of(to, other.id, profile).folder.is_dir():
            Results.load(other, profile, to).write()


def sharing(table: Reproduction, profile: str) -> list[Reproduction]:
    """The tables that keep their runs where this one does and have the profile; SuiteError where this one has not."""
    table.profile(profile)
    plain = profile.partition("-")[0]
    return [found for found in map(catalogue.get, catalogue.ids()) if found.home == table.home and plain in found.settings]


def keys(table: Reproduction, profile: str, seeds: int) -> set[str]:
    """The keys of a table's runs and of those they build on, on its data and on its stand-in."""
    return {spec.key for stand_in in (False, True) for spec in with_needs(table.at(profile, seeds, stand_in).runs)}


def kept(record: dict, drawn: bool) -> dict:
    """A record as it is published: without filters that nothing draws."""
    return record if drawn else {name: value for name, value in record.items() if name != FILTERS}
