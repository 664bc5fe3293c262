"""Decides on every kind of claim; those on one pair of rows or one against many are decided in `suite.judging.orders`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from suite.experiment.claims import AnyClaim, AtLevel, Claim, RankClaim, WinnersClaim
from suite.judging.margins import Values, plan, seeds_needed
from suite.judging.orders import ClaimOutcome, ClaimVerdict, claim_verdict
from suite.stats.blocks import rank_blocks
from suite.stats.comparisons import ALPHA, format_p
from suite.stats.intervals import Difference, Summary, summary

Samples = Callable[[str, str], Values]


def judge(claim: AnyClaim, samples: Samples) -> ClaimVerdict:
    """Does a claim hold in our runs? `samples(row, metric)` gives the values of a row, none if it has not been run.

    Of a claim about paths the rows are series, and `samples` gives one value a seed: what each reaches, or has at the level. Raises
    TypeError for what is no claim.
    """
    match claim:
        case Claim(relation="always at least" | "always at most"):
            return _every(claim, samples(claim.a, claim.metric))
        case Claim(relation="present" | "at most"):
            return _amount(claim, samples(claim.a, claim.metric))
        case Claim(at=None):
            return claim_verdict(claim, samples)
        case Claim():
            return _path(claim, samples)
        case RankClaim():
            return _average_rank(claim, samples)
        case WinnersClaim():
            return _winners(claim, samples)
    raise TypeError(f"{claim!r} is no claim")


def _average_rank(claim: RankClaim, samples: Samples) -> ClaimVerdict:
    """holds: the best average rank, further from the next than Nemenyi's critical difference; does not hold: another method's is
    better by more than that. More seeds do not settle it, more blocks do."""
    found = rank_blocks(lambda block, name: samples(f"{block}/{name}", claim.metric), claim.blocks, claim.rows, claim.better == "lower")
    n = (len(found.blocks), len(found.blocks))
    if found.ranking is None:
        reason = f"{n[0]} of {len(claim.blocks)} blocks have runs of every method, and ranks need two"
        return ClaimVerdict("no data", None, None, None, n, None, _joined(reason, found.remark), "")
    ranks, cd = found.ranking.average_ranks, found.ranking.critical_difference
    rival = min(claim.others, key=ranks.__getitem__)
    gap = ranks[claim.a] - ranks[rival]
    leaders = [name for name, rank in ranks.items() if math.isclose(rank, min(ranks.values()))]
    order = ", ".join(f"{name} {rank:.2f}" for name, rank in sorted(ranks.items(), key=lambda item: item[1]))
    reason = _joined(
        f"{' and '.join(leaders)} {'has' if len(leaders) == 1 else 'share'} the best average rank ({order})",
        found.ranking.note or f"critical difference {cd:.2f} at {n[0]} blocks",
        f"blocks: {', '.join(found.blocks)}",
        found.remark,
    )
    outcome: ClaimOutcome = "holds" if gap < -cd else "does not hold" if gap > cd else "inconclusive"
    return ClaimVerdict(outcome, gap, gap - cd, gap + cd, n, None, reason, rival)


def _winners(claim: WinnersClaim, samples: Samples) -> ClaimVerdict:
    """holds: each winner beats the other in its own metric, both 95 % intervals clear of 0; does not hold: one row has the best mean
    in both. The winners are picked from the runs that are then compared, which favours them; the intervals do not allow for that."""
    means = [_means(claim.rows, metric, samples) for metric in (claim.metric, claim.other_metric)]
    missing = [row for row in claim.rows if any(row not in found for found in means)]
    if missing:
        return ClaimVerdict("no data", None, None, None, (0, 0), None, f"no runs of {', '.join(missing)}", "")
    best = [_best(found, better) for found, better in zip(means, (claim.better, claim.other_better), strict=True)]
    first, second = best[0][0], best[1][0]
    named = f"{first} has the best {_words(claim.metric)}, {second} the best {_words(claim.other_metric)}"
    both = [row for row in best[0] if row in best[1]]
    if both:
        n = len(samples(both[0], claim.metric)), len(samples(both[0], claim.other_metric))
        return ClaimVerdict("does not hold", None, None, None, n, None, f"{both[0]} has the best of both", both[0])
    duels = [
        claim_verdict(Claim(first, (second,), claim.metric, claim.better), samples),
        claim_verdict(Claim(second, (first,), claim.other_metric, claim.other_better), samples),
    ]
    open_ones = [duel for duel in duels if duel.verdict != "holds"]
    decider = (open_ones or duels)[0]
    needs = [duel.seeds_needed for duel in open_ones]
    reason = _joined(named, f"{_words(claim.metric)}: {duels[0].reason}", f"{_words(claim.other_metric)}: {duels[1].reason}")
    return replace(
        decider,
        verdict="inconclusive" if open_ones else "holds",
        reason=reason,
        seeds_needed=max((need for need in needs if need is not None), default=None) if None not in needs else None,
    )


def _every(claim: Claim, values: Values) -> ClaimVerdict:
    """One run on the wrong side of the bound decides against. None in n runs: the share of runs that fail is below 1 - .05^(1/n) with
    95 % confidence (Clopper and Pearson 1934 at no failure; about 3 / n, the rule of three)."""
    n, against = len(values), f"{claim.margin:g}"
    if not n:
        return ClaimVerdict("no data", None, None, None, (0, 0), None, f"no runs of {claim.a}", against)
    sign = -1.0 if claim.relation == "always at most" else 1.0
    distances = [sign * (value - claim.margin) for value in values]
    worst = sign * min(distances) + claim.margin
    failing = sum(distance < -1e-9 * abs(claim.margin) for distance in distances)
    if failing:
        reason = f"{failing} of {n} runs do not: {'down' if sign > 0 else 'up'} to {worst:.4g}"
    else:
        reason = f"holds in {'the one run' if n == 1 else f'all {n} runs'} (failure rate below {format_p(1 - ALPHA ** (1 / n))}, 95 %)"
    outcome: ClaimOutcome = "does not hold" if failing else "holds"
    return ClaimVerdict(outcome, worst - claim.margin, None, None, (n, 0), None, reason, against)


def _amount(claim: Claim, values: Values) -> ClaimVerdict:
    """absent: holds if every run is exactly 0, does not hold if none is or the 95 % Student-t interval lies above 0.
    present, reaches: holds if that interval lies at or above the margin (at or below, where lower is better), does not hold if wholly
    on the other side. A single run decides nothing."""
    found = summary(values)
    n, against = (int(found.n), 0), f"{claim.margin:g}"
    if found.n == 0:
        return ClaimVerdict("no data", None, None, None, n, None, f"no runs of {claim.a}", against)
    if found.n == 1:
        reason = f"n = 1: a single run of {claim.a} has no interval; observed {found.mean:.3g}"
        return ClaimVerdict("inconclusive", found.mean - claim.margin, None, None, n, None, reason, against)
    difference = _above(found, claim.margin)
    edge = 1e-9 * claim.margin  # the bound counts as reached, whatever rounding does

    def outcome(guess: Difference) -> ClaimOutcome:
        low, high = guess.interval()
        if claim.relation == "absent":
            return "does not hold" if low > 0 else "inconclusive"
        if claim.relation == "at most":
            low, high = -high, -low
        return "holds" if low >= -edge else "does not hold" if high < -edge else "inconclusive"

    verdict = outcome(difference)
    if claim.relation == "absent" and (found.mean == found.sd == 0 or all(value > 0 for value in values)):
        verdict = "holds" if found.mean == 0 else "does not hold"
    seeds = None
    if verdict == "inconclusive":
        seeds = seeds_needed(lambda seeds: outcome(_above(replace(found, n=seeds), claim.margin)) != "inconclusive", int(found.n))
    low, high = found.interval()
    remarks = [f"mean {found.mean:.3g}, 95% interval [{low:.3g}, {high:.3g}]", f"n = {n[0]}"]
    remarks += [plan(seeds, "in all")] if verdict == "inconclusive" else []
    low, high = difference.interval()
    return ClaimVerdict(verdict, difference.estimate, low, high, n, None, "; ".join(remarks), against, seeds)


def _path(claim: Claim, samples: Samples) -> ClaimVerdict:
    """`lower` or `higher` on what the series reach, or have at the level, with both means in the reason."""
    found = claim_verdict(claim, samples)
    if found.verdict == "no data" and isinstance(claim.at, AtLevel):
        missing = " and ".join(series for series in claim.rows if not len(samples(series, claim.metric)))
        return replace(found, reason=f"no seed of {missing} has runs on both sides of {claim.at.level:g} in {_words(claim.at.along)}")
    if found.verdict == "no data":
        return found
    ours, theirs = (summary(samples(series, claim.metric)).mean for series in (claim.a, found.against))
    return replace(found, reason=f"{found.reason}; observed {ours:.3g} against {theirs:.3g}")


def _above(found: Summary, margin: float) -> Difference:
    return Difference(found.mean - margin, found.sd / math.sqrt(found.n), found.n - 1)


def _means(rows: tuple[str, ...], metric: str, samples: Samples) -> dict[str, float]:
    found = {row: summary(samples(row, metric)) for row in rows}
    return {row: s.mean for row, s in found.items() if s.n}


def _best(means: dict[str, float], better: str) -> list[str]:
    """The rows with the best mean, all of those that share it."""
    best = (min if better == "lower" else max)(means.values())
    return [row for row, mean in means.items() if mean == best]


def _words(metric: str) -> str:
    return metric.replace("_", " ")


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
