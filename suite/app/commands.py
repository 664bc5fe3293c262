"""What the next hours should compute, as commands: the agenda over all tables of a profile."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby
from pathlib import Path

from suite.app.known import settled
from suite.app.survey import Counted
from suite.base.places import reference
from suite.experiment.reproduction import Experiment
from suite.judging.agenda import Goal, Step, What, agenda
from suite.judging.goals import goals, run_of
from suite.judging.scale import testing

WORDS: dict[What, str] = {
    "test of a number": "tests {} published number{}",
    "verdict on a number": "verdicts on {} number{}",
    "verdict on a claim": "verdicts on {} claim{}",
}


@dataclass(frozen=True)
class Command:
    """One call of `reproduce`: table, rows (empty: all) and seeds; its missing runs, their core-hours, and what they decide."""

    table: str
    rows: tuple[str, ...]
    seeds: int
    runs: int
    hours: float
    decides: Counter[What]

    def line(self, profile: str, *more: str) -> str:
        """As one types it."""
        rows = [word for row in self.rows for word in ("--method", row)]
        asked = [self.table, "--profile", profile, *rows, "--seeds", str(self.seeds)]
        return shlex.join(["python", "-m", "suite", "reproduce", *asked, *more])

    @property
    def words(self) -> str:
        return ", ".join(text.format(n, "s" * (n > 1)) for what, text in WORDS.items() if (n := self.decides[what]))

    def as_dict(self) -> dict:
        return {
            "id": self.table,
            "rows": list(self.rows),
            "seeds": self.seeds,
            "runs": self.runs,
            "core_hours": self.hours,
            "decides": {what: self.decides[what] for what in WORDS},
        }


def chosen(found: Sequence[Counted], out: Path, core_hours: float) -> list[Command]:
    """The commands that decide the most within so many core-hours, in order; the reference's runs count as there.

    Only runs with which a paper can be tested decide anything, no seed beyond the planned ones does, and neither does a table that has
    been decided with another such profile.
    """
    wanted, missing, experiments = list[Goal](), dict[str, float](), {one.id: one.experiment for one in found}
    for one in found:
        missing |= one.hours
        table, profile = one.experiment.reproduction, one.experiment.profile
        if profile in testing(table) and not settled(table, profile, out, reference()):
            wanted += [goal for goal in goals(one.experiment) if goal.seeds <= one.experiment.seeds]
    commands = [command(step, experiments[step.goal.table]) for step in agenda(wanted, missing, core_hours)]
    return [replace(one, rows=()) if len(one.rows) == len(experiments[one.table].lines) else one for one in joined(commands)]


def command(step: Step, experiment: Experiment) -> Command:
    """What computes a step: its rows that lack runs, or lack runs that they build on."""
    seeds, goal = range(step.goal.seeds), step.goal
    lines = [line for line in experiment.lines if line.cell.row in goal.rows]
    needed = {line.cell.row: {run_of(experiment, key) for spec in line.spec.chain() for key in spec.keys(seeds)} for line in lines}
    rows = tuple(row for row, runs in needed.items() if runs & step.runs)
    return Command(goal.table, rows, goal.seeds, len(step.runs), step.hours, Counter(one.what for one in step.reached))


def joined(commands: Sequence[Command]) -> list[Command]:
    """Fewer commands that compute the same in the same order: one in place of several in a row that ask a table for the same seeds, and
    then, as seeds are outermost in all, of several that ask it for more and more seeds of the same rows."""
    for alike in (lambda one: (one.table, one.seeds), lambda one: (one.table, one.rows)):
        found: list[Command] = []
        for _, some in groupby(commands, alike):
            found.append(reduce(both, some))
        commands = found
    return list(commands)


def both(a: Command, b: Command) -> Command:
    rows = tuple(dict.fromkeys((*a.rows, *b.rows)))
    return Command(a.table, rows, max(a.seeds, b.seeds), a.runs + b.runs, a.hours + b.hours, a.decides + b.decides)
