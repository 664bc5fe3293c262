"""Verdicts on claims about one row and others, or one row or any of several and a bound: the interval of a difference, row minus row."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from suite.experiment.statements import ALONE, Claim
from suite.judging.evidence import Apart, ClaimOutcome, Evidence, Readings, Side, every, some
from suite.judging.margins import edge, plan, seeds_needed
from suite.stats.record import Record

ANOTHER_TIME = [NormalDist().inv_cdf((i + 0.5) / 100) for i in range(100)]
"""Where a difference may come out, in its standard errors: a hundred equally likely places."""


@dataclass(frozen=True)
class ClaimVerdict(Record):
    """On a claim. All numbers are of the pair that decides, a minus `against`.

    low, high: Welch's interval, 90 % for `comparable`, else 95 %, that of the mean difference where the runs are paired. p: the
    smallest level at which the claim is decided, one way or the other; None where no p can exist. p_holm: the same corrected for all
    claims of the family, by `suite.judging.families`. seeds_needed: of each of the two.
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
    p_holm: float | None = None


@dataclass(frozen=True)
class Runs:
    """Where the numbers of a claim come from.

    values    (row, metric) to the values of a row, none if it has not been run; of a series, spans or values, one a seed
    pairs     (row, row, metric) to their differences run by run where the two rows score the same trainings, else None
    step      (row, metric) to what its values move by, 0 where that is not known
    """

    values: Callable[[str, str], Readings]
    pairs: Callable[[str, str, str], Sequence[float] | None] = lambda a, b, metric: None
    step: Callable[[str, str], float] = lambda row, metric: 0.0

    def side(self, row: str, metric: str) -> Side:
        return Side.of(self.values(row, metric), self.step(row, metric))


@dataclass(frozen=True)
class Pair:
    """A row and what it is held against. `paired`: a is then the differences run by run, b is 0."""

    row: str
    other: str
    a: Side
    b: Side
    paired: bool = False

    @property
    def n(self) -> tuple[int, int]:
        return self.a.n, self.a.n if self.paired else self.b.n

    @property
    def missing(self) -> list[str]:
        sides = ((self.row, self.a), (self.other, self.b))
        return [name for name, side in sides if not side.n and not math.isinf(side.middle.n)]

    def apart(self, n: int | None = None) -> Apart:
        """With the runs that there are, or with n on each side."""
        return Apart.of(self.a, self.b) if n is None else Apart.of(self.a.at(n), self.b.at(n))


def pair_of(runs: Runs, a: str, b: str, metric: str) -> Pair:
    """Two rows by a metric; run by run where they score the same trainings."""
    together = runs.pairs(a, b, metric)
    if together is None:
        return Pair(a, b, runs.side(a, metric), runs.side(b, metric))
    step = math.hypot(runs.step(a, metric), runs.step(b, metric))
    return Pair(a, b, Side.of(together, step), Side.exact(0.0), True)


def claim_verdict(claim: Claim, samples: Callable[[str, str], Readings] | Runs, plans: bool = True) -> ClaimVerdict:
    """Does a claim hold in our runs? Everything is decided by a 95 % interval, for and against by the same rule.

    lower, higher     holds if the interval lies wholly on the claimed side, does not hold if wholly on the other
    comparable        holds if the 90 % interval lies within the margin, does not hold if the 95 % interval lies outside
    distinguishable   the other way round
    present, at most  an order against the bound, which counts as reached

    Against several rows the claim holds if it does against each: `every`. Of several rows against a bound one is enough: `some`. Along
    paths an interval reaches from the least to the most that the spans allow, so it decides only where the spans are disjoint. The
    pair that decides is the one least in favour, of several series that most in favour. plans: whether to look for the seeds that would
    settle an open claim.
    """
    runs = samples if isinstance(samples, Runs) else Runs(samples)
    alone = claim.relation in ALONE
    if alone:
        bound = f"{claim.margin:g}"
        pairs = [Pair(row, bound, runs.side(row, claim.metric), Side.exact(claim.margin)) for row in claim.rows]
    else:
        pairs = [pair_of(runs, claim.a, other, claim.metric) for other in claim.others]
    slack = 1e-9 * abs(claim.margin) if alone else edge(claim.margin)
    combine = some if alone else every

    def evidence(n: int | None = None, errors: float = 0.0) -> list[Evidence]:
        return [pair.apart(n).moved(errors).evidence(claim.relation, slack) for pair in pairs]

    found = evidence()
    whole = combine(found)
    lacking = [pair for pair in pairs if pair.missing]
    wrong, right = whole.outcome == "does not hold", whole.outcome == "holds"
    if lacking and not (right if alone else wrong):
        return _no_data(claim, lacking)
    order = sorted(zip(found, pairs, strict=True), key=lambda item: _favour(claim, *item))
    decider = order[-1][1] if alone else min(order, key=lambda item: item[0].fails)[1] if wrong else order[0][1]
    seeds = None
    if plans and whole.outcome == "open" and all(min(filter(None, pair.n)) > 1 for pair in pairs):
        most = max(max(pair.n) for pair in pairs)

        def chance(n: int) -> float:
            return sum(combine(evidence(n, errors)).outcome != "open" for errors in ANOTHER_TIME) / len(ANOTHER_TIME)

        seeds = seeds_needed(chance, most)
    return _verdict(claim, decider, whole, seeds, len(pairs), plans)


def _favour(claim: Claim, evidence: Evidence, pair: Pair) -> tuple[float, float]:
    """The larger, the more a pair speaks for the claim; where the p are alike the end of its interval says it."""
    low, high = pair.apart().interval(0.95)
    end = low if claim.better == "higher" else -high
    return -evidence.holds, -math.inf if math.isnan(end) else end


def _no_data(claim: Claim, lacking: Sequence[Pair]) -> ClaimVerdict:
    missing = list(dict.fromkeys(name for pair in lacking for name in pair.missing))
    first = lacking[0]
    return ClaimVerdict("no data", None, None, None, first.n, None, f"no runs of {' and '.join(missing)}", first.other)


def _verdict(claim: Claim, pair: Pair, whole: Evidence, seeds: int | None, of: int, plans: bool) -> ClaimVerdict:
    found, alone = pair.apart(), claim.relation in ALONE
    confidence = 0.90 if claim.relation == "comparable" else 0.95
    low, high = found.interval(confidence)
    single, estimate = math.isnan(low), found.middle.estimate
    if single:
        lone = [name for name, side in ((pair.row, pair.a), (pair.other, pair.b)) if side.n == 1 or pair.paired]
        remarks = [f"n = 1: a single run of {' and '.join(lone)} has no interval"]
    else:
        around = f"{confidence:.0%} interval"
        if alone:
            remarks = [f"mean {pair.a.middle.mean:.3g}, {around} [{low + claim.margin:.3g}, {high + claim.margin:.3g}]"]
        else:
            remarks = [f"difference {estimate:+.3g}, {around} [{low:+.3g}, {high:+.3g}]"]
        remarks += _remarks(claim, pair, found)
        if plans and whole.outcome == "open":
            remarks.append(plan(seeds, "in all" if alone or pair.paired else "each"))
    reason = "; ".join(remarks)
    if of > 1:
        reason = f"{f'{pair.row}, the most' if alone else f'against {pair.other}, the least'} in favour of {of}: {reason}"
    ends: tuple[float | None, float | None] = (None, None) if single else (low, high)
    shown = None if math.isnan(estimate) else estimate
    p = None if single else whole.p
    return ClaimVerdict(whole.outcome, shown, *ends, pair.n, p, reason, pair.other, seeds)


def _remarks(claim: Claim, pair: Pair, found: Apart) -> list[str]:
    """What a reader must know of an interval beside its ends."""
    alone = claim.relation in ALONE
    counted = f"{pair.a.n}" if alone else f"{pair.a.n} differences within a training" if pair.paired else f"{pair.n[0]} and {pair.n[1]}"
    remarks = [f"n = {counted}"]
    if found.least != found.middle or found.most != found.middle:
        remarks.append("the interval spans the strengths on either side")
    if pair.a.flat and pair.b.flat and not alone:
        alike = found.middle.estimate == 0 and claim.relation != "comparable"
        remarks.append("all runs are equal: too coarse to tell them apart" if alike else "neither varies")
    return remarks
