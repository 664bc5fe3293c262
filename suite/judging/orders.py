"""Verdicts on claims about one pair of rows, or one row against many: the interval of a difference, row minus row."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from suite.experiment.claims import Claim
from suite.judging.margins import Values, outside, plan, seeds_needed, show, within
from suite.stats.comparisons import ALPHA, format_p, permutation_test, smallest_attainable_p
from suite.stats.intervals import Difference, summary, welch
from suite.stats.record import Record

ClaimOutcome = Literal["holds", "inconclusive", "no data", "does not hold"]


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
    remarks = [show(difference, confidence), f"n = {n[0]} and {n[1]}"]
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
        holds, fails = within(difference, claim.margin), outside(difference, claim.margin)
    elif claim.relation == "distinguishable":
        holds, fails = outside(difference, 0.0), within(difference, claim.margin)
    else:
        strict_low, strict_high = difference.interval(1 - ALPHA / len(claim.others))
        if claim.relation == "lower":
            holds, fails = high < 0, strict_low >= 0
        else:
            holds, fails = low > 0, strict_high <= 0
    return "holds" if holds else "does not hold" if fails else "inconclusive"
