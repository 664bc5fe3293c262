"""Verdicts on claims about a whole field of rows: who has the best average rank, and whether two metrics have the same winner."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from suite.experiment.statements import RankClaim, WinnersClaim
from suite.judging.evidence import Evidence, above, below, two_sided
from suite.judging.orders import ClaimVerdict, Pair, Runs, pair_of
from suite.stats.blocks import rank_blocks
from suite.stats.comparisons import format_p
from suite.stats.posterior import DRAWS, rank_posterior


def average_rank(claim: RankClaim, runs: Runs) -> ClaimVerdict:
    """holds: P(best average rank, alone) is at least .95, by `rank_posterior`. does not hold: for some rival P(a better average rank
    than a's) is at least 1 - .05 / k, k rivals (Bonferroni). On these blocks, not on others."""
    lower = claim.better == "lower"

    def values(block: str, name: str) -> Sequence[float]:
        return runs.values(f"{block}/{name}", claim.metric)  # type: ignore[return-value]

    def step(block: str, name: str) -> float:
        return runs.step(f"{block}/{name}", claim.metric)

    found = rank_blocks(values, claim.blocks, claim.rows, lower)
    n = (len(found.blocks), len(found.blocks))
    if found.ranking is None:
        reason = f"{n[0]} of {len(claim.blocks)} blocks have runs of every method, and ranks need two"
        return ClaimVerdict("no data", None, None, None, n, None, _joined(reason, found.remark), "")
    ranks = found.ranking.average_ranks
    rival = min(claim.others, key=ranks.__getitem__)
    best = [name for name, rank in ranks.items() if rank < min(ranks.values()) + 1e-9]
    order = ", ".join(f"{name} {rank:.2f}" for name, rank in sorted(ranks.items(), key=lambda item: item[1]))
    leads = f"{' and '.join(best)} {'has' if len(best) == 1 else 'share'} the best average rank ({order})"
    blocks = f"on these data sets: {', '.join(found.blocks)}"
    posterior = rank_posterior(values, found.blocks, claim.rows, lower, step)
    gap = ranks[claim.a] - ranks[rival]
    if posterior is None:
        reason = _joined(leads, "n = 1: a cell with a single run has no spread", blocks, found.remark)
        return ClaimVerdict("open", gap, None, None, n, None, reason, rival)
    first = posterior.first(claim.a)
    overtaken = {other: posterior.before(other, claim.a) for other in claim.others}
    ahead = max(overtaken, key=overtaken.__getitem__)
    least = 1 / DRAWS  # what so many draws can tell from 0
    evidence = Evidence(max(1 - first, least), min(1.0, len(claim.others) * max(1 - overtaken[ahead], least)))
    rival = ahead if evidence.outcome == "does not hold" else rival
    reason = _joined(
        leads,
        f"P({claim.a} has the best) = {_share(first)}, P({ahead} is before it) = {_share(overtaken[ahead])}",
        blocks,
        found.remark,
    )
    low, high = posterior.gap(claim.a, rival)
    return ClaimVerdict(evidence.outcome, ranks[claim.a] - ranks[rival], low, high, n, evidence.p, reason, rival)


def winners(claim: WinnersClaim, runs: Runs) -> ClaimVerdict:
    """Of every row it is asked whether it may be the best in both metrics, so that nobody is picked from the runs that then decide.

    holds           each of the k rows is beaten in one metric or the other by some row: an intersection-union test over the rows, and
                    within one the smallest of 2 (k - 1) p counts so many times (Bonferroni)
    does not hold   some row beats every other in both metrics, each by its 95 % interval; that gives chance k occasions (Bonferroni)
    """
    metrics = ((claim.metric, claim.better), (claim.other_metric, claim.other_better))
    missing = [row for row in claim.rows if any(not runs.side(row, metric).n for metric, _ in metrics)]
    if missing:
        return ClaimVerdict("no data", None, None, None, (0, 0), None, f"no runs of {', '.join(missing)}", "")
    duels = {row: _duels(claim, row, runs) for row in claim.rows}
    beaten = {row: min(1.0, len(of) * min(loses for _, _, _, loses in of)) for row, of in duels.items()}
    supreme = {row: min(1.0, len(duels) * max(wins for _, _, wins, _ in of)) for row, of in duels.items()}
    evidence = Evidence(max(beaten.values()), min(supreme.values()))
    fails = evidence.outcome == "does not hold"
    row = min(supreme, key=supreme.__getitem__) if fails else max(beaten, key=beaten.__getitem__)
    metric, pair, _, _ = max(duels[row], key=lambda duel: duel[2]) if fails else min(duels[row], key=lambda duel: duel[3])
    leaders = [_leader(claim.rows, metric, better, runs) for metric, better in metrics]
    named = " and ".join(f"{' and '.join(of)} the best {_words(metric)}" for of, (metric, _) in zip(leaders, metrics, strict=True))
    low, high = pair.apart().interval(0.95)
    shown = f"difference {pair.apart().middle.estimate:+.3g}, 95% interval [{low:+.3g}, {high:+.3g}]"
    single = low != low
    said = {
        "holds": f"no row is the best in both: hardest to exclude is {row}, beaten by {pair.other} in {_words(metric)}",
        "does not hold": f"{row} is the best in both: closest is {pair.other} in {_words(metric)}",
        "open": f"{row} may be the best in both: most is against it by {pair.other} in {_words(metric)}",
    }[evidence.outcome]
    reason = _joined(f"in mean {named}", said, "n = 1: a single run has no interval" if single else f"{shown}; p = {format_p(evidence.p)}")
    ends: tuple[float | None, float | None] = (None, None) if single else (low, high)
    p = None if single else evidence.p
    return ClaimVerdict(evidence.outcome, pair.apart().middle.estimate, *ends, pair.n, p, reason, pair.other)


def _duels(claim: WinnersClaim, row: str, runs: Runs) -> list[tuple[str, Pair, float, float]]:
    """A row against each other in each metric: the metric, the pair, the p of being better and that of being worse."""
    found = []
    others = [other for other in claim.rows if other != row]
    for (metric, better), other in product(((claim.metric, claim.better), (claim.other_metric, claim.other_better)), others):
        pair = pair_of(runs, row, other, metric)
        apart = pair.apart().middle
        less, more = two_sided(below(apart)), two_sided(above(apart))
        found.append((metric, pair, *((less, more) if better == "lower" else (more, less))))
    return found


def _leader(rows: Sequence[str], metric: str, better: str, runs: Runs) -> list[str]:
    means = {row: runs.side(row, metric).middle.mean for row in rows}
    best = (min if better == "lower" else max)(means.values())
    return [row for row, mean in means.items() if mean == best]


def _share(p: float) -> str:
    """A probability for readers, never rounded to 0 or 1."""
    return "> .999" if p > 0.999 else "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def _words(metric: str) -> str:
    return metric.replace("_", " ")


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
