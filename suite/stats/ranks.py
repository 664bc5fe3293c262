"""Several methods over several blocks: (data set, model) cells with the mean over their seeds. Seeds are never blocks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from suite.base.lazy import LazyModule
from suite.stats.comparisons import format_p
from suite.stats.record import Record

stats = LazyModule("scipy.stats")

FEW_BLOCKS = 6


@dataclass(frozen=True)
class Ranking(Record):
    """Average rank of each method (1 is best), Friedman's test and Nemenyi's critical difference.

    chi2: Friedman's statistic. f, p: Iman and Davenport's F and its p; f is infinite if all blocks agree. Two methods differ at
    alpha when their average ranks are further apart than critical_difference. p and critical_difference are NaN where so few blocks
    can reach neither alpha nor the difference, whatever the ranks; note says so, and otherwise what power there is, if little.
    """

    average_ranks: dict[str, float]
    blocks: int
    chi2: float
    f: float
    p: float
    critical_difference: float
    note: str


def critical_difference(methods: int, blocks: int, alpha: float = 0.05) -> float:
    """Nemenyi's critical difference of average ranks: q_alpha sqrt(k (k + 1) / (6 N)) for k methods and N blocks (Demsar 2006).

    q_alpha is the upper alpha quantile of the studentized range of k values with infinite df, over sqrt(2).
    """
    q = stats.studentized_range.ppf(1 - alpha, methods, math.inf) / math.sqrt(2)
    return float(q * math.sqrt(methods * (methods + 1) / (6 * blocks)))


def friedman(scores: Mapping[str, Sequence[float]], lower_is_better: bool = True, alpha: float = 0.05) -> Ranking:
    """Ranks of the methods over the blocks; `scores[method]` holds one value a block, the blocks in the same order for all.

    Ties share their average rank. With R_j the rank sums of k methods over N blocks and A the sum of all squared ranks,

        chi2 = (k - 1) sum_j (R_j - N (k + 1) / 2)^2 / (A - N k (k + 1)^2 / 4)        Friedman 1937, ties corrected for
        F    = (N - 1) chi2 / (N (k - 1) - chi2),  df k - 1 and (k - 1)(N - 1)        Iman and Davenport 1980

    F is used because chi2 is conservative at small N and k (Demsar 2006). If all blocks rank the methods alike F is infinite
    and p is the chance of that, 1 / (number of arrangements of those ranks)^(N - 1). Raises ValueError for fewer than two
    methods or blocks, unequal lengths or NaN. No p is given where complete agreement of the blocks could not bring it to alpha.
    """
    lengths = {len(values) for values in scores.values()}
    if len(scores) < 2 or len(lengths) != 1 or min(lengths) < 2:
        raise ValueError("ranks need at least two methods, each with the same two or more blocks")
    table = np.column_stack([np.asarray(values, dtype=float) for values in scores.values()])
    if np.isnan(table).any():
        raise ValueError("ranks need a value for every method in every block")
    ranks = stats.rankdata(table if lower_is_better else -table, axis=1)
    n, k = ranks.shape
    between = float(((ranks.sum(axis=0) - n * (k + 1) / 2) ** 2).sum())
    total = float((ranks**2).sum() - n * k * (k + 1) ** 2 / 4)
    if total == 0:  # every block is one great tie
        chi2, f, p = 0.0, 0.0, 1.0
    elif between == n * total:
        arrangements = math.factorial(k) / math.prod(math.factorial(int(c)) for c in np.unique(ranks[0], return_counts=True)[1])
        chi2, f, p = float(n * (k - 1)), math.inf, arrangements ** -(n - 1)
    else:
        chi2 = (k - 1) * between / total
        f = (n - 1) * chi2 / (n * (k - 1) - chi2)
        p = float(stats.f.sf(f, k - 1, (k - 1) * (n - 1)))
    least, cd = float(math.factorial(k)) ** -(n - 1), critical_difference(k, n, alpha)
    average = dict(zip(scores, ranks.mean(axis=0).tolist(), strict=True))
    notes = [_friedmans(k, n, least)] if least > alpha else []
    notes += [note] if (note := _nemenyis(k, n, cd)) else []
    return Ranking(average, n, chi2, f, math.nan if least > alpha else p, math.nan if cd >= k - 1 else cd, "; ".join(notes))


def _friedmans(methods: int, blocks: int, least: float) -> str:
    return f"no p: {methods} methods over {blocks} blocks that all agree have p = {format_p(least)}"


def _nemenyis(methods: int, blocks: int, cd: float) -> str:
    """Average ranks are at most k - 1 apart, so the critical difference shows what could be found at all."""
    if cd >= methods - 1:
        return f"no critical difference: it would be {cd:.2f}, and {methods} methods are at most {methods - 1} ranks apart"
    return f"critical difference {cd:.2f} of at most {methods - 1} ranks at {blocks} blocks: low power" if blocks < FEW_BLOCKS else ""
