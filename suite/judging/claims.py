"""Decides on every kind of claim: on means in `suite.judging.orders`, on ranks and winners in `suite.judging.contests`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from suite.experiment.statements import AnyClaim, AtLevel, Claim, RankClaim, WinnersClaim
from suite.judging.contests import average_rank, winners
from suite.judging.evidence import ClaimOutcome, Readings, Side
from suite.judging.orders import ClaimVerdict, Runs, claim_verdict
from suite.stats.comparisons import ALPHA, format_p


def judge(claim: AnyClaim, samples: Callable[[str, str], Readings] | Runs, plans: bool = True) -> ClaimVerdict:
    """Does a claim hold in our runs? `samples(row, metric)` gives the values of a row, none if it has not been run.

    Of a claim about paths the rows are series, and `samples` gives one value a seed, or a `Span` that it lies in: what each reaches,
    or has at the level. plans: whether to look for the seeds that would settle an open claim. Raises TypeError for what is no claim.
    """
    runs = samples if isinstance(samples, Runs) else Runs(samples)
    match claim:
        case Claim(relation="always at least" | "always at most"):
            return _every_run(claim, runs)
        case Claim():
            return _told(claim, runs, claim_verdict(claim, runs, plans))
        case RankClaim():
            return average_rank(claim, runs)
        case WinnersClaim():
            return winners(claim, runs)
    raise TypeError(f"{claim!r} is no claim")


def _every_run(claim: Claim, runs: Runs) -> ClaimVerdict:
    """One run on the wrong side of the bound decides against. None in n runs: the share of runs that fail is below 1 - .05^(1/n) with
    95 % confidence (Clopper and Pearson 1934 at no failure; about 3 / n, the rule of three)."""
    values = [float(value) for value in runs.values(claim.a, claim.metric)]  # type: ignore[arg-type]
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
        rate = format_p(1 - ALPHA ** (1 / n))
        reason = f"holds in {'the one run' if n == 1 else f'all {n} runs'} (failure rate below {rate}, 95 %)"
    outcome: ClaimOutcome = "does not hold" if failing else "holds"
    return ClaimVerdict(outcome, worst - claim.margin, None, None, (n, 0), None, reason, against)


def _told(claim: Claim, runs: Runs, found: ClaimVerdict) -> ClaimVerdict:
    """With what was seen where the interval does not say it, and with why a series has no value at a level."""
    if found.verdict == "no data" and isinstance(claim.at, AtLevel):
        missing = " and ".join(series for series in claim.rows if not len(runs.values(series, claim.metric)))
        along = claim.at.along.replace("_", " ")
        return replace(found, reason=f"no seed of {missing} has neighbours on its path that bracket {claim.at.level:g} in {along}")
    if found.verdict == "no data" or (found.low is not None and not claim.at):
        return found
    rows = [claim.a, found.against] if found.against in claim.others else [claim.a] if found.low is None else []
    means = [f"{Side.of(runs.values(row, claim.metric)).middle.mean:.3g}" for row in rows]
    return replace(found, reason=f"{found.reason}; observed {' against '.join(means)}") if means else found
