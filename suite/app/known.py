"""What is known of a table at the paper's scale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from suite.base.places import reference
from suite.experiment.reproduction import Reproduction
from suite.judging.judged import Judged
from suite.judging.scale import PAPER, testing
from suite.judging.verdicts import printed, verdicts
from suite.records.results import Results
from suite.records.store import FINISHED, Store


def at_paper_scale(table: Reproduction, *folders: Path) -> Judged | None:
    """The runs at the paper's scale in the first of the folders, or the reference, that has some; None where none has."""
    if PAPER not in table.settings or not table.cells:
        return None
    stored = (Results.load(table, PAPER, folder) for folder in (*folders, reference()))
    return next((Judged.of(found) for found in stored if found.records), None)


def said(table: Reproduction, profile: str, out: Path, whole: bool = False) -> str:
    """That in words, as an addition to a profile of another scale: the banner, or the published numbers one by one; "" for none."""
    from suite.report.banner import banner
    from suite.report.terminal import numbers

    known = None if profile == PAPER else at_paper_scale(table, out)
    if known is None or not known.verdicts["scale"]["published"]:
        return ""
    return f"Known from other runs ({known.folder}): {banner(known)}\n{numbers(known) if whole else ''}".strip()


@dataclass(frozen=True)
class Tally:
    """At the paper's scale: published numbers, those that are tested, claims of the paper, those that are decided and not interim."""

    tested: int = 0
    published: int = 0
    decided: int = 0
    claims: int = 0


def tally(table: Reproduction, out: Path) -> Tally:
    """Of the runs of a folder and of the reference together."""
    from suite.judging.families import DECIDED

    profile = fullest(table, out, reference())
    claims = [claim for claim in table.claims if not claim.ours]
    if not profile or not planned_there(table, profile, out, reference())[0]:
        return Tally(0, 0 if table.runs_in else len(printed(table)), 0, len(claims)) if profile else Tally()
    found = verdicts(together(table, profile, out), plans=False)
    decided = sum(claim["verdict"] in DECIDED and not claim["interim"] and not claim["ours"] for claim in found["claims"])
    return Tally(*numbers_tested(table, found), decided, len(claims))


def numbers_tested(table: Reproduction, found: dict) -> tuple[int, int]:
    """How many published numbers are tested, of how many, by a table's verdicts; those of runs that are another's count there."""
    return (0, 0) if table.runs_in else (found["scale"]["tested"], found["scale"]["published"])


def fullest(table: Reproduction, *folders: Path) -> str:
    """Of the profiles with which the paper can be tested, the one with most of the planned runs in any of the folders; "" for none."""
    profiles = testing(table)
    if len(profiles) < 2:
        return "".join(profiles)
    return max(profiles, key=lambda profile: (planned_there(table, profile, *folders)[0], profile == PAPER))


def settled(table: Reproduction, profile: str, *folders: Path) -> bool:
    """Whether another profile with which the paper can be tested has all its planned runs in the folders."""
    counts = (planned_there(table, other, *folders) for other in testing(table) if other != profile)
    return any(there == planned for there, planned in counts)


def planned_there(table: Reproduction, profile: str, *folders: Path) -> tuple[int, int]:
    """How many of the planned runs are finished, in any of the folders, of how many."""
    keys = table.at(profile).keys
    states = [Store.of(folder, table.home, profile).states(keys) for folder in folders]
    return sum(any(of[key] in FINISHED for of in states) for key in keys), len(keys)


def together(table: Reproduction, profile: str, out: Path) -> Results:
    """The runs of a folder, and those of the reference that it has not."""
    own, theirs = (Results.load(table, profile, folder) for folder in (out, reference()))
    if own.stand_in or len(own.records) == 0:
        return theirs
    experiment = table.at(profile, max(own.seeds, theirs.seeds))
    return replace(own, experiment=experiment, records=theirs.records | own.records)
