"""Verdicts on published numbers, at the paper's scale: is ours what a replication would give, and is it equal within a tolerance?

as expected      our mean lies in the 95 % prediction interval of a replication; speaks of a single run too. A wide interval agrees
                 with much, so its half-width is told with it
reproduced       the 90 % interval of the difference (ours minus the paper's) lies within the tolerance (two one-sided tests)
not reproduced   its 95 % interval lies wholly outside; two-sided: much better is not reproduced either
open             neither
interim          before the planned number of seeds: what it would be, no verdict yet

The tolerance follows one rule for every table, `tolerance_of`. The advice on seeds is for a verdict with a chance of 80 % at the spread
and difference seen so far; more seeds than planned are a further look, with Pocock's level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from suite.judging.margins import Interval, Values, edge, plan, seeds_needed
from suite.judging.published import Number
from suite.stats.intervals import Difference, Summary, summary
from suite.stats.record import Record
from suite.stats.replication import attainable_power, chance_of_definite, equivalence, floored, pocock, prediction

NumberOutcome = Literal["reproduced", "not reproduced", "open", "not tested at this scale", "no verdict"]
IN_SD = 2.0
"""Tolerance in the SD that the paper prints."""


@dataclass(frozen=True)
class Verdict(Record):
    """On a published number.

    difference             ours minus theirs
    expected, prediction   "as expected" or "not as expected", and where our mean would then lie; None where no spread was published
    interval90, interval95 of the difference, at the level of the look (90 and 95 % at the first)
    power                  chance of "reproduced" with these n and SDs if the means do not differ in truth
    interim                fewer seeds than planned
    seeds_needed           in all, not in addition; only if open
    """

    verdict: NumberOutcome
    difference: float | None = None
    expected: Literal["as expected", "not as expected"] | None = None
    prediction: Interval | None = None
    interval90: Interval | None = None
    interval95: Interval | None = None
    tolerance: float | None = None
    power: float | None = None
    interim: bool = False
    n: int = 0
    reason: str = ""
    seeds_needed: int | None = None


def tolerance_of(number: Number, declared: float | None) -> float | None:
    """How far from a published number still counts as reproduced: 2 SD of the paper's runs, no less than the step in which the number
    is printed, where the paper prints a spread; else what the table declares for the metric (None: nothing, and so no verdict)."""
    return declared if number.spread is None else max(IN_SD * number.spread, number.step)


def number_verdict(values: Values, number: Number, declared: float | None, planned: int = 1, looks: int = 1) -> Verdict:
    """What our runs say of a published number.

    declared   tolerance of the table's metric, for a number without a spread
    planned    seeds that were planned; before that the verdict is interim
    looks      how often the number was looked at since then, this look included: each has Pocock's level

    Without a spread the number counts as the mean of its n runs, one if not said, that vary as ours, so that a number printed from a
    single run cannot be pinned down by any number of ours.
    """
    ours = summary(values)
    n, tolerance = int(ours.n), tolerance_of(number, declared)
    if declared is not None and not declared >= 0:
        raise ValueError(f"a tolerance cannot be {declared}")
    if number.value is None or not n:
        return Verdict("no verdict", n=n, reason="no number was published" if number.value is None else "no runs")
    theirs = Summary(number.n or 1, number.value, math.nan if number.spread is None else number.spread)
    found = _expectation(ours, theirs, number)
    if tolerance is None:
        return replace(found, verdict="no verdict", reason=_joined(found.reason, "no tolerance was declared for this metric"))
    alpha = pocock(looks)
    found = replace(found, tolerance=tolerance, interim=n < planned)
    difference = equivalence(ours, theirs, number.step)
    if not ours.has_spread:
        return replace(found, reason=_joined(found.reason, "n = 1: a single run decides nothing further"))
    verdict = _outcome(difference, tolerance, alpha)
    confidence = 1 - 2 * alpha if verdict == "reproduced" else 1 - alpha
    where = {"reproduced": "within", "not reproduced": "outside", "open": "neither within nor clear of"}[verdict]
    low, high = difference.interval(confidence)
    remarks = [
        found.reason,
        f"difference {difference.estimate:+.3g}, {100 * confidence:.4g}% interval [{low:+.3g}, {high:+.3g}] {where} ±{tolerance:.3g}",
        f"n = {n}",
    ]
    if number.spread is None and number.n != math.inf:
        remarks.append(f"published without a spread, counted as {theirs.n:g} run{'s' if theirs.n > 1 else ''} that vary as ours")
    if looks > 1:
        remarks.append(f"look {looks}, each at the level {alpha:.2g}")
    power = attainable_power(difference.standard_error, difference.df, tolerance, alpha)
    remarks.append(f"chance of reproduced if nothing differs {power:.0%}")
    seeds = None
    if found.interim:
        remarks.append(f"interim: {planned} seeds are planned")
    elif verdict == "open":
        seeds, words = advice(ours, theirs, number.step, tolerance, looks + 1)
        remarks.append(words)
    return replace(
        found,
        verdict=verdict,
        difference=difference.estimate,
        interval90=difference.interval(1 - 2 * alpha),
        interval95=difference.interval(1 - alpha),
        power=power,
        reason=_joined(*remarks),
        seeds_needed=seeds,
    )


def _expectation(ours: Summary, theirs: Summary, number: Number) -> Verdict:
    """The part that needs no tolerance: the prediction interval."""
    spread = prediction(ours, theirs, number.step)
    if math.isnan(spread.standard_error):
        return Verdict("open", spread.estimate, n=int(ours.n), reason="no spread published, so no prediction interval")
    low, high = Difference(0.0, spread.standard_error, spread.df).interval()
    inside = low <= spread.estimate <= high
    reason = f"{'inside' if inside else 'outside'} the prediction interval {theirs.mean:g} ± {high:.3g}"
    return Verdict(
        "open",
        spread.estimate,
        "as expected" if inside else "not as expected",
        (theirs.mean + low, theirs.mean + high),
        n=int(ours.n),
        reason=reason,
    )


def _outcome(difference: Difference, tolerance: float, alpha: float) -> Literal["reproduced", "not reproduced", "open"]:
    inside = edge(tolerance)
    low, high = difference.interval(1 - 2 * alpha)
    if -inside <= low and high <= inside:
        return "reproduced"
    low, high = difference.interval(1 - alpha)
    return "not reproduced" if low > inside or high < -inside else "open"


def advice(ours: Summary, theirs: Summary, step: float, tolerance: float, looks: int) -> tuple[int | None, str]:
    """The smallest number of our runs with which a verdict has a chance of 80 %, None if there is none, and the advice in words."""
    now, alpha, sd = equivalence(ours, theirs, step), pocock(looks), floored(ours, step).sd

    def chance(seeds: int) -> float:
        later = equivalence(replace(ours, n=seeds), theirs, step)
        return chance_of_definite(now, later, sd / math.sqrt(seeds), tolerance, alpha)

    if found := seeds_needed(chance, int(ours.n)):
        return found, f"{plan(found, 'in all')}, as a further look (level {alpha:.2g})"
    limit = "the paper's" if not math.isnan(theirs.sd) or theirs.n < math.inf else "our"
    return None, f"{plan(None, '')}; {limit} n limits it"


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
