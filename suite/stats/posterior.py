"""Average ranks over blocks with what the seeds leave open: how probable it is that a method ranks before another, or first.

Few blocks have no critical difference that they could reach, so nothing is said about other data sets: the blocks are these, and what
varies is the mean of every cell (Benavoli, Corani, Demsar and Zaffalon 2017 reason by the same posterior probabilities).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from suite.stats.intervals import floored, summary

DRAWS = 10_000
"""At a probability of .95 the error of the count is .002."""


@dataclass(frozen=True)
class RankPosterior:
    """Draws of the average ranks (1 is best), one line a method."""

    methods: tuple[str, ...]
    draws: np.ndarray

    def first(self, method: str) -> float:
        """P(the method has the best average rank, alone)."""
        own = self._of(method)
        others = np.delete(self.draws, self.methods.index(method), axis=0)
        return float((own < others.min(axis=0) - 1e-9).mean())

    def before(self, method: str, other: str) -> float:
        """P(the method has a better average rank than the other)."""
        return float((self._of(method) < self._of(other) - 1e-9).mean())

    def gap(self, method: str, other: str) -> tuple[float, float]:
        """95 % interval of the method's average rank minus the other's."""
        low, high = np.quantile(self._of(method) - self._of(other), [0.025, 0.975])
        return float(low), float(high)

    def _of(self, method: str) -> np.ndarray:
        return self.draws[self.methods.index(method)]


def rank_posterior(
    values: Callable[[str, str], Sequence[float] | np.ndarray],
    blocks: Sequence[str],
    methods: Sequence[str],
    lower_is_better: bool,
    step: Callable[[str, str], float] = lambda block, method: 0.0,
    seed: int = 0,
) -> RankPosterior | None:
    """Ranks of the means of `values(block, method)`, each drawn from its posterior m + t_{n-1} s / sqrt(n) (flat prior).

    step: what the metric moves by in a cell, see `suite.stats.intervals.floored`. None where a cell has a single run: it has no spread.
    """
    cells = [[floored(summary(values(block, method)), step(block, method)) for method in methods] for block in blocks]
    n, mean, sd = (np.array([[getattr(cell, name) for cell in of] for of in cells], dtype=float) for name in ("n", "mean", "sd"))
    if n.min(initial=2) < 2:
        return None
    rng = np.random.default_rng(seed)
    drawn = mean[..., None] + rng.standard_t((n - 1)[..., None], size=(*n.shape, DRAWS)) * (sd / np.sqrt(n))[..., None]
    drawn = drawn if lower_is_better else -drawn
    total = np.zeros((len(methods), DRAWS))
    for of in drawn:  # one block at a time: all pairs of methods of all draws take much memory
        first, second = of[:, None], of[None]
        total += 0.5 + (second < first).sum(axis=1) + (second == first).sum(axis=1) / 2
    return RankPosterior(tuple(methods), total / len(blocks))
