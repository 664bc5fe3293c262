"""The table before all runs have ended: each time that one more seed is whole."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from suite.app.results import Results
from suite.experiment.reproduction import Experiment
from suite.experiment.spec import RunSpec
from suite.judging import looks
from suite.report.facts import plural
from suite.runs.executors import Result
from suite.runs.sweep import Sweep
from suite.runs.timings import duration

log = logging.getLogger(__name__)

APART = 10.0
"""Seconds in which no further table is shown after one: nobody could have read it."""


class EarlyTables:
    """A watcher that shows the table of the first n seeds as soon as all of their runs have ended; the last one is not its concern.

    sweep    where the runs stand: told what happens before this one is
    say      with what it is shown. Not on standard output, which has one table, the last
    """

    def __init__(self, experiment: Experiment, out: Path, sweep: Sweep, say: Callable[[str], None]) -> None:
        self.experiment, self.out, self.sweep, self.say = experiment, out, sweep, say
        self.seeds, self.when = 0, -APART

    def plan(self, specs: list[RunSpec], known: dict[str, dict]) -> None:
        self.show()
        n = self.sweep.next_whole()
        if n < self.experiment.seeds and (seconds := self.sweep.seconds_left(n)) is not None:
            first = "first table, of one seed," if n == 1 else f"table of {plural(n, 'seed')}"
            self.say(f"{first} in about {duration(seconds)}, and again after each further seed")

    def epoch(self, key: str, epoch: int, error: float) -> None:
        """Nothing: a table is of runs that have ended."""

    def result(self, result: Result) -> None:
        self.show()

    def close(self) -> None:
        """Nothing: the last table is shown by who asked for the runs."""

    def show(self) -> None:
        """The table of the seeds that are whole, where they are more than before and not all."""
        n, now = self.sweep.whole, self.sweep.clock()
        if not self.seeds < n < self.experiment.seeds or not self.sweep.left:
            return
        self.seeds = n
        if now - self.when < APART:
            return
        self.when = now
        try:
            text = self.table(n)
        except Exception as error:  # the records are complete, and the last table will say what is wrong
            log.warning("no table of %s yet: %s: %s", plural(n, "seed"), type(error).__name__, error)
        else:
            self.say(text)

    def table(self, n: int) -> str:
        """Of the first n seeds. At the paper's scale this is a look at its verdicts: none is taken once one would count."""
        results = Results.of_store(replace(self.experiment, seeds=n), self.out)
        more = f"n = {n} of {plural(self.experiment.seeds, 'seed')}; the next one follows\n"
        if looks.matter(results.verdicts):
            if n >= looks.planned(results):
                return more
            looks.record(results)
        return f"\n{results.table('terminal')}\n{more}"
