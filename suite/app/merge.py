"""`merge`: records that were computed elsewhere, on a machine that shares no disk with this one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from math import inf
from pathlib import Path
from typing import Any

from suite.app import catalogue
from suite.app.publish import render
from suite.base.errors import SuiteError
from suite.base.files import replaced
from suite.base.reading import contents, parsed
from suite.experiment.spec import RunSpec
from suite.judging.verify import distance, numbers
from suite.records.aside import in_line, said
from suite.records.brought import entries, stores
from suite.records.check import checked
from suite.records.store import Store
from suite.runs.orchestrate import with_needs
from suite.runs.timings import epochs

SHOWN = 3
"""So many metrics are named of a run that differs."""


@dataclass
class Merged:
    """What became of the records: how many were taken and how many were there as they are; of each of the others, why not.

    tables    by home and profile of the records that are here now, how many of them were taken
    """

    out: Path
    taken: int = 0
    there: int = 0
    refused: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    tables: dict[tuple[str, str], int] = field(default_factory=dict)

    def count(self, table: str, profile: str, new: bool) -> None:
        self.taken, self.there = self.taken + new, self.there + (not new)
        self.tables[table, profile] = self.tables.get((table, profile), 0) + new

    @property
    def whole(self) -> bool:
        """Whether every record is here now, as it came."""
        return not (self.refused or self.differing)

    def as_dict(self) -> dict[str, Any]:
        tables = [{"table": table, "profile": profile, "taken": taken} for (table, profile), taken in self.tables.items()]
        counts = {"out": str(self.out), "taken": self.taken, "there": self.there}
        return {**counts, "refused": self.refused, "differing": self.differing, "tables": tables}

    def text(self) -> str:
        parts = [f"refused: {line}" for line in self.refused] + [f"differs: {line}" for line in self.differing]
        parts += [f"{table} {profile}: {taken} taken" for (table, profile), taken in self.tables.items()]
        more = f", {len(self.refused)} refused, {len(self.differing)} other than here" if not self.whole else ""
        return "\n".join([*parts, f"{self.taken} taken, {self.there} there already{more}; records in {self.out}"])


def merge(folders: Sequence[Path], out: Path) -> Merged:
    """Take the records in these folders into `out`, where it has none of the same run, and render the tables that they are of.

    A folder is one of results, with <paper>/<item>/<profile> in it, or one of these. A record is taken where it is whole, of a run of a
    table that is known here, and of the same data as the records of that table; with it come the final weights of its run. What is here
    stays: where a run has a record here, the two are compared. SuiteError where a folder holds no record.
    """
    merged = Merged(out)
    sources = {folder: stores(folder) for folder in folders}
    for folder, found in sources.items():
        if not found:
            raise SuiteError(f"no records in {folder}", "name a folder of results, or one that holds runs/*.json or runs.jsonl")
    here: dict[tuple[str, str], dict[str, dict]] = {}
    for source in chain(*sources.values()):
        for where, read in entries(source.folder):
            try:
                record = checked(parsed(read()))
                table, profile = home(record, source.folder), record["profile"]
                target = Store.of(out, table, profile)
                if (table, profile) not in here:
                    here[table, profile] = target.read_all()
                same_data(record, here[table, profile])
            except (OSError, ValueError) as error:
                merged.refused.append(f"{in_line(where)}: {said(error)}")
                continue
            known = here[table, profile].get(record["key"])
            apart = differences(known, record) if known else ""
            if apart:
                merged.differing.append(in_line(f"{where}: {record['method']} seed {record['seed']}: {apart}; the one here stays"))
                continue
            bring_weights(source, target, record["key"])
            if known is None:
                here[table, profile][record["key"]] = target.write(record)
            merged.count(table, profile, new=known is None)
    for table, profile in merged.tables:
        render(catalogue.get(table), profile, out)
    return merged


@cache
def runs(profile: str, seed: int) -> dict[str, dict[str, RunSpec]]:
    """The runs with this seed of all tables that have the profile, and those they build on: by key, by the home of their records."""
    found: dict[str, dict[str, RunSpec]] = {}
    for table in map(catalogue.get, catalogue.ids()):
        with suppress(SuiteError):  # it has not that profile
            for stand_in in (False, True):
                for spec in with_needs([line.run(seed) for line in table.at(profile, 1, stand_in).lines]):
                    found.setdefault(spec.key, {})[table.home] = spec
    return found


def home(record: dict[str, Any], folder: Path) -> str:
    """The id of the table in whose folder a record belongs; ValueError where it is of no run of a table that is known here."""
    known = runs(record["profile"], record["seed"]).get(record["key"], {})
    named = "/".join(folder.resolve().parts[-3:-1])
    if not known:
        raise ValueError(f"it is of no run that a table here asks for in the profile {record['profile'][:40]!r}")
    if len(known) > 1 and named not in known:
        raise ValueError(f"it is of a run of {' and '.join(sorted(known))}; its folder must be <paper>/<item>/<profile> of one of them")
    table = named if named in known else next(iter(known))
    length = epochs(known[table])
    if record["epochs"] > length or (record["status"] == "done" and record["epochs"] < length):
        raise ValueError(f"it says {record['epochs']} epochs of {length}")
    return table


def same_data(record: dict[str, Any], others: dict[str, dict]) -> None:
    """ValueError where the record is of other data than those here that name the same data set."""
    own = record["data"].get("checksum")
    known = next((other["data"].get("checksum") for other in others.values() if other["dataset"] == record["dataset"]), own)
    if own != known:
        raise ValueError(f"its data are not those of the records here: {str(own)[:12]}, here {str(known)[:12]}")


def differences(here: dict[str, Any], other: dict[str, Any]) -> str:
    """How another record of a run differs from the one here, by metric, the largest first; "" where all that both have is equal.

    What a run cost, and on what machine, may differ.
    """
    apart: dict[str, float] = {}
    ours, theirs = numbers(here), numbers(other)
    for name in ours.keys() & theirs.keys():
        if much := distance(ours[name], theirs[name]):
            base, curve, _ = name.partition("[")
            metric = f"the curve of {base}" if curve else base
            apart[metric] = max(apart.get(metric, 0.0), much)
    ordered = sorted(apart.items(), key=lambda item: -item[1])
    told = [f"{metric} by {much:.3g}" if much < inf else metric for metric, much in ordered[:SHOWN]]
    return ", ".join(told) + (f" and {len(ordered) - SHOWN} more" if len(ordered) > SHOWN else "")


def bring_weights(source: Store, target: Store, key: str) -> None:
    """Copy the final weights of a run, where the source has them and the target has none."""
    name = Path("weights", f"{key}.pt")
    if not (target.folder / name).exists():
        with suppress(OSError):  # they are not there
            weights = contents(source.folder / name)
            with replaced(target.folder / name) as scratch:
                scratch.write_bytes(weights)
