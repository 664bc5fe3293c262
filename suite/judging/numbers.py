"""Verdicts on published numbers: the interval of one difference, ours minus theirs, against a tolerance.

Even against an exact number, five seeds can show equivalence only for a margin of about 2 SD or more, three for 3 SD.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from suite.judging.margins import Interval, Values, outside, plan, seeds_needed, show, within
from suite.stats.intervals import Summary, from_published, summary
from suite.stats.record import Record

NumberOutcome = Literal["reproduced", "not reproduced", "inconclusive", "no verdict"]


@dataclass(frozen=True)
class Verdict(Record):
    """On a published number. difference: ours minus theirs. `seeds_needed`: in all, not in addition; only if inconclusive."""

    verdict: NumberOutcome
    difference: float | None
    interval90: Interval | None
    interval95: Interval | None
    n: int
    reason: str
    seeds_needed: int | None = None


def number_verdict(
    values: Values,
    published: float | None,
    tolerance: float,
    published_sd: float | None = None,
    published_n: float | None = None,
) -> Verdict:
    """Is a published number reproduced by our runs? Two-sided: much better is not reproduced either.

    reproduced       90 % interval of the difference within +-tolerance
    not reproduced   95 % interval outside +-tolerance
    inconclusive     neither, or a single run of ours
    no verdict       nothing published, or nothing run

    The interval is Welch's from summary statistics if the publication gives an SD and its number of runs. An SD without that
    number says too little and is left aside. Without an SD the number counts as the mean of `published_n` runs, one if not
    given, that vary as ours do (see `from_published`), so the width of the 95 % interval is that of a prediction interval: a
    number printed from a single run cannot be pinned down by any number of ours. `published_n=math.inf` means exact. Raises
    ValueError for a negative tolerance.
    """
    if not tolerance >= 0:
        raise ValueError(f"a tolerance cannot be {tolerance}")
    ours = summary(values)
    n = int(ours.n)
    if published is None or n == 0:
        return Verdict("no verdict", None, None, None, n, "no number was published" if published is None else "no runs")
    theirs = Summary(published_n or 1, float(published), math.nan if published_sd is None else published_sd)
    difference = from_published(ours, theirs)
    if n == 1:
        return Verdict("inconclusive", difference.estimate, None, None, 1, "n = 1: a single run has no interval")

    def outcome(seeds: float) -> NumberOutcome:
        guess = from_published(replace(ours, n=seeds), theirs)
        return "reproduced" if within(guess, tolerance) else "not reproduced" if outside(guess, tolerance) else "inconclusive"

    verdict = outcome(n)
    seeds = seeds_needed(lambda seeds: outcome(seeds) != "inconclusive", n) if verdict == "inconclusive" else None
    where = {
        "reproduced": f"{show(difference, 0.90)} within ±{tolerance:g}",
        "not reproduced": f"{show(difference, 0.95)} outside ±{tolerance:g}",
        "inconclusive": f"{show(difference, 0.90)} neither within nor clear of ±{tolerance:g}",
    }[verdict]
    remarks = [where, f"n = {n}"]
    if ours.sd == 0:
        remarks.append("our runs do not vary")
    if not theirs.has_spread and theirs.n < math.inf:
        remarks.append(f"published without a spread, counted as {theirs.n:g} run{'s' if theirs.n > 1 else ''} that vary as ours")
    if verdict == "inconclusive":
        remarks.append(plan(seeds, "in all"))
    interval90, interval95 = difference.interval(0.90), difference.interval(0.95)
    return Verdict(verdict, difference.estimate, interval90, interval95, n, "; ".join(remarks), seeds)
