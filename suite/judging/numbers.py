"""Verdicts on published numbers and on claims. Both rest on the interval of one difference and on the same two questions.

Within a margin      the 90 % interval lies inside [-margin, +margin]: two one-sided tests at alpha .05 (Schuirmann 1987).
Outside a margin     the 95 % interval lies wholly above +margin or wholly below -margin.

What is neither is inconclusive, and the number of seeds that would settle it, at the difference and the SD seen so far, is
named with it: the smallest n <= 1000, None if there is none (the difference may lie on the edge itself). It is a plan, not a
promise. Margins are chosen before the runs are seen. Even against an exact number, five seeds can show equivalence only for a
margin of about 2 SD or more, three for 3 SD.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from suite.experiment.claims import Claim
from suite.stats.comparisons import ALPHA, format_p, permutation_test, smallest_attainable_p
from suite.stats.intervals import Difference, Summary, from_published, summary, welch
from suite.stats.record import Record

MOST_SEEDS = 1000
Interval = tuple[float, float]
Values = Sequence[float] | np.ndarray
NumberOutcome = Literal["reproduced", "not reproduced", "inconclusive", "no verdict"]
ClaimOutcome = Literal["holds", "inconclusive", "no data", "does not hold"]


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


@dataclass(frozen=True)
class ClaimVerdict(Record):
    """On a claim. All numbers are of the pair that decides, a minus `against`.

    low, high: Welch's interval, 90 % for `comparable`, else 95 %. p: two-sided permutation test of no difference, where
    n is large enough for one and not for `comparable`; it is reported, the interval decides. seeds_needed: of each of the two.
    """

    verdict: ClaimOutcome
    difference: float | None
    low: float | None
    high: float | None
    n: tuple[int, int]
    p: float | None
    reason: str
    against: str
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
        return "reproduced" if _within(guess, tolerance) else "not reproduced" if _outside(guess, tolerance) else "inconclusive"

    verdict = outcome(n)
    seeds = seeds_needed(lambda seeds: outcome(seeds) != "inconclusive", n) if verdict == "inconclusive" else None
    where = {
        "reproduced": f"{_show(difference, 0.90)} within ±{tolerance:g}",
        "not reproduced": f"{_show(difference, 0.95)} outside ±{tolerance:g}",
        "inconclusive": f"{_show(difference, 0.90)} neither within nor clear of ±{tolerance:g}",
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


def claim_verdict(claim: Claim, samples: Callable[[str, str], Values]) -> ClaimVerdict:
    """Does a claim hold in our runs? `samples(row, metric)` gives the values of a row, none if it has not been run.

    lower, higher     holds if the 95 % interval lies wholly on the claimed side, does not hold if wholly on the other
    comparable        holds if the 90 % interval lies within the margin, does not hold if the 95 % interval lies outside
    distinguishable   holds if the 95 % interval excludes 0, does not hold if the 90 % interval lies within the margin

    Against several rows (`lowest`, `highest`) the claim holds only if it holds against each: an intersection-union test, whose
    level is that of each pair, so nothing is corrected (Berger 1982). It fails if it fails against any one of k; as that gives
    chance k occasions, the interval for failing has confidence 1 - .05 / k (Bonferroni). The pair that decides is the one least
    in favour.
    """
    pairs = [_pair(claim, other, samples(claim.a, claim.metric), samples(other, claim.metric)) for other in claim.others]
    severity: list[ClaimOutcome] = ["holds", "inconclusive", "no data", "does not hold"]

    def against_it(pair: ClaimVerdict) -> tuple[int, float]:
        end = pair.low if claim.relation == "higher" else pair.high
        return severity.index(pair.verdict), math.inf if end is None else -end if claim.relation == "higher" else end

    worst = max(pairs, key=against_it)
    if worst.verdict == "inconclusive":
        needs = [pair.seeds_needed for pair in pairs if pair.verdict == "inconclusive"]
        known = [need for need in needs if need is not None]
        worst = replace(worst, seeds_needed=max(known) if len(known) == len(needs) else None)
        if worst.low is not None:
            worst = replace(worst, reason=f"{worst.reason}; {plan(worst.seeds_needed, 'each')}")
    if len(pairs) > 1:
        worst = replace(worst, reason=f"against {worst.against}, the least in favour of {len(pairs)}: {worst.reason}")
    return worst


def _pair(claim: Claim, other: str, values: Values, other_values: Values) -> ClaimVerdict:
    a, b = summary(values), summary(other_values)
    n = int(a.n), int(b.n)
    if not all(n):
        missing = " and ".join(name for name, count in zip((claim.a, other), n, strict=True) if not count)
        return ClaimVerdict("no data", None, None, None, n, None, f"no runs of {missing}", other)
    difference = welch(a, b)
    if min(n) == 1:
        lone = " and ".join(name for name, count in zip((claim.a, other), n, strict=True) if count == 1)
        reason = f"n = 1: a single run of {lone} has no interval"
        return ClaimVerdict("inconclusive", difference.estimate, None, None, n, None, reason, other)
    verdict = _claim_outcome(claim, difference)

    def settled(seeds: int) -> bool:
        return _claim_outcome(claim, welch(replace(a, n=seeds), replace(b, n=seeds))) != "inconclusive"

    seeds = seeds_needed(settled, max(n)) if verdict == "inconclusive" else None
    confidence = 0.90 if claim.relation == "comparable" else 0.95
    floor = smallest_attainable_p(*n)
    remarks = [_show(difference, confidence), f"n = {n[0]} and {n[1]}"]
    if a.sd == b.sd == 0:
        remarks.append("neither varies")
    p = None
    if claim.relation != "comparable":
        if floor <= ALPHA:
            p = permutation_test(values, other_values).p
        else:
            remarks.append(f"no p: the smallest attainable at this n is {format_p(floor)}")
    low, high = difference.interval(confidence)
    return ClaimVerdict(verdict, difference.estimate, low, high, n, p, "; ".join(remarks), other, seeds)


def _claim_outcome(claim: Claim, difference: Difference) -> ClaimOutcome:
    low, high = difference.interval(1 - ALPHA)
    if claim.relation == "comparable":
        holds, fails = _within(difference, claim.margin), _outside(difference, claim.margin)
    elif claim.relation == "distinguishable":
        holds, fails = _outside(difference, 0.0), _within(difference, claim.margin)
    else:
        strict_low, strict_high = difference.interval(1 - ALPHA / len(claim.others))
        if claim.relation == "lower":
            holds, fails = high < 0, strict_low >= 0
        else:
            holds, fails = low > 0, strict_high <= 0
    return "holds" if holds else "does not hold" if fails else "inconclusive"


def _within(difference: Difference, margin: float) -> bool:
    low, high = difference.interval(1 - 2 * ALPHA)
    return -_edge(margin) <= low and high <= _edge(margin)


def _outside(difference: Difference, margin: float) -> bool:
    low, high = difference.interval(1 - ALPHA)
    return low > _edge(margin) or high < -_edge(margin)


def _edge(margin: float) -> float:
    """The margin belongs to the inside, also where runs do not vary and 99.15 - 99.10 is a rounding error above .05."""
    return margin * (1 + 1e-9)


def seeds_needed(settled: Callable[[int], bool], n: int) -> int | None:
    """The smallest number of runs above n that settles it, None if there is none up to MOST_SEEDS.

    Searched one by one: with a fixed published SD, Welch's df can fall as n grows, so the width need not shrink at every step.
    """
    return next((seeds for seeds in range(n + 1, MOST_SEEDS + 1) if settled(seeds)), None)


def plan(seeds: int | None, counted: str) -> str:
    """In words, what `seeds_needed` gave."""
    if seeds is None:
        return f"not to be settled with {MOST_SEEDS:,} seeds at this difference"
    return f"about {seeds} seeds {counted} would settle it"


def _show(difference: Difference, confidence: float) -> str:
    low, high = difference.interval(confidence)
    return f"difference {difference.estimate:+.3g}, {confidence:.0%} interval [{low:+.3g}, {high:+.3g}]"
