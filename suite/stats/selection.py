"""The one-standard-error rule: the smallest network among those that held-out data cannot tell from the best one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """One strength that was tried: its mean held-out error in percent, measured on `n_held` examples, and the size it leaves."""

    strength: float
    error: float
    n_held: int
    size: float

    def __post_init__(self) -> None:
        if not 0 <= self.error <= 100:
            raise ValueError(f"a held-out error lies between 0 and 100 percent, not at {self.error}")
        if not self.n_held > 0:
            raise ValueError("a held-out error needs held-out examples")


def bound(candidates: Sequence[Candidate]) -> float:
    """Lowest error e plus its binomial standard error, in percent: e + 100 sqrt(p (1 - p) / (n + 4)), p = (n e / 100 + 2) / (n + 4).

    n is `n_held`. The share p is that of Agresti and Coull (1998): e / 100 itself would give an error of 0 no uncertainty at all. The
    errors of all seeds count as one held-out set: n is that of a single run, so the bound is rather too wide than too narrow.
    Raises ValueError without a candidate.
    """
    if not candidates:
        raise ValueError("there is no candidate to choose from")
    best = min(candidates, key=lambda c: (c.error, c.n_held))
    n = best.n_held + 4
    p = (best.n_held * best.error / 100 + 2) / n
    return best.error + 100 * math.sqrt(p * (1 - p) / n)


def one_standard_error(candidates: Sequence[Candidate]) -> Candidate:
    """The candidate with the smallest size among those whose error is at most `bound` (Breiman, Friedman, Olshen and Stone 1984).

    At equal size the larger strength, the more regularised network, as the rule is used for a path of strengths (Friedman, Hastie
    and Tibshirani 2010). The order of the candidates does not matter. Raises ValueError without a candidate.
    """
    limit = bound(candidates)
    return min((c for c in candidates if c.error <= limit), key=lambda c: (c.size, -c.strength))
