"""What runs took on the machine of the reference: an estimate for what was never timed on this one."""

from __future__ import annotations

from pathlib import Path

from suite.base.places import reference
from suite.experiment.reproduction import Experiment, Reproduction
from suite.experiment.spec import RunSpec
from suite.records.results import CHECK
from suite.records.store import Store
from suite.runs.timings import Timing, kind, place, read_timings, timed

HERE, ELSEWHERE = "this machine", "the reference's machine"


def usable(experiment: Experiment, out: Path) -> tuple[dict[str, Timing], str]:
    """Timings for the runs of an experiment, and whose they are: of data and networks that were never timed here, the reference's."""
    own = read_timings(out)
    places = {place(line.spec, "cpu") for line in experiment.lines}
    strange = tuple(here for here in places if not any(name.startswith(here) for name in own))
    found = of_reference(experiment.reproduction, experiment.profile) if strange else {}
    found = {name: timing for name, timing in found.items() if name.startswith(strange)}
    return own | found, ELSEWHERE if found else HERE


def of_reference(table: Reproduction, profile: str) -> dict[str, Timing]:
    """By kind, what the first seed of each row took on a core, by the committed records of the profile; of rows that it has none of, by
    those of another profile with the same data and network, for as many examples an epoch."""
    found: dict[str, Timing] = {}
    ours = table.at(profile, 1).lines
    for name in (*(other for other in table.settings if other not in (profile, CHECK)), profile):
        lines = table.at(name, 1).lines
        records = Store.of(reference(), table.home, name).read_all(line.keys[0] for line in lines)
        for mine, theirs in zip(ours, lines, strict=True):
            record = records.get(theirs.keys[0])
            if record and record["status"] == "done" and record["environment"]["device"] == "cpu" and alike(mine.spec, theirs.spec):
                examples = [spec.schedule.examples(record["data"].get("n_train", 0)) for spec in (mine.spec, theirs.spec)]
                taken = timed(record)
                found[kind(mine.spec)] = Timing(taken.epoch * (examples[0] / examples[1] if examples[1] else 1.0), taken.rest)
    return found


def alike(a: RunSpec, b: RunSpec) -> bool:
    """Whether two runs differ at most in their schedules and methods."""
    return all(getattr(a.setup, name) == getattr(b.setup, name) for name in ("dataset", "model", "n_train", "precision"))
