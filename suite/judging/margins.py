"""An interval against a margin: the two questions that verdicts on numbers and on claims share.

Within a margin      the 90 % interval lies inside [-margin, +margin]: two one-sided tests at alpha .05 (Schuirmann 1987).
Outside a margin     the 95 % interval lies wholly above +margin or wholly below -margin.

What is neither is open, and the number of seeds that would settle it, at the difference and the SD seen so far, is named with it: the
smallest n <= 1000, None if there is none (the difference may lie on the edge itself). It is a plan, not a promise. Margins are chosen
before the runs are seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from suite.stats.comparisons import ALPHA
from suite.stats.intervals import Difference

MOST_SEEDS = 1000
Interval: TypeAlias = tuple[float, float]
Values: TypeAlias = "Sequence[float] | np.ndarray"


def within(difference: Difference, margin: float) -> bool:
    low, high = difference.interval(1 - 2 * ALPHA)
    return -edge(margin) <= low and high <= edge(margin)


def outside(difference: Difference, margin: float) -> bool:
    low, high = difference.interval(1 - ALPHA)
    return low > edge(margin) or high < -edge(margin)


def edge(margin: float) -> float:
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


def show(difference: Difference, confidence: float) -> str:
    low, high = difference.interval(confidence)
    return f"difference {difference.estimate:+.3g}, {confidence:.0%} interval [{low:+.3g}, {high:+.3g}]"
