"""Which blocks can be ranked: those that have runs of every method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from suite.stats.ranks import Ranking, friedman

DECIMALS = 9
"""Means that agree to so many decimals tie: the same runs in another order may differ by a rounding error."""


@dataclass(frozen=True)
class Blocks:
    """`ranking` over the `blocks` with a value of every method, None for fewer than two of them; of the others, what they lack."""

    ranking: Ranking | None
    blocks: tuple[str, ...]
    left_out: dict[str, tuple[str, ...]]

    @property
    def remark(self) -> str:
        """What was left out and why, in words; empty where nothing was."""
        return "; ".join(f"{block} left out: no runs of {', '.join(lacks)}" for block, lacks in self.left_out.items())


def rank_blocks(
    values: Callable[[str, str], Sequence[float] | np.ndarray], blocks: Sequence[str], methods: Sequence[str], lower_is_better: bool
) -> Blocks:
    """Rank the methods by the mean of `values(block, method)` over its runs, in every block that has runs of all of them."""
    runs = {block: {method: values(block, method) for method in methods} for block in blocks}
    left_out = {block: tuple(m for m in methods if not len(of[m])) for block, of in runs.items() if not all(map(len, of.values()))}
    complete = tuple(block for block in blocks if block not in left_out)
    if len(complete) < 2 or len(methods) < 2:
        return Blocks(None, complete, left_out)
    means = {m: [round(float(np.mean(runs[block][m])), DECIMALS) for block in complete] for m in methods}
    return Blocks(friedman(means, lower_is_better), complete, left_out)
