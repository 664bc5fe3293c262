"""What verdicts on numbers and on claims share: margins, and the seeds that would settle what is open.

Advice on seeds is for a chance of 80 % at the difference and the SD seen so far: the smallest n <= 1000, None if there is none (the
difference may lie on the edge itself). It is a plan, not a promise. Margins are chosen before the runs are seen.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

MOST_SEEDS = 1000
POWER = 0.8
Interval: TypeAlias = tuple[float, float]
Values: TypeAlias = "Sequence[float] | np.ndarray"


def edge(margin: float) -> float:
    """The margin belongs to the inside, also where runs do not vary and 99.15 - 99.10 is a rounding error above .05."""
    return margin * (1 + 1e-9)


def seeds_needed(chance: Callable[[int], float], n: int) -> int | None:
    """The smallest number of runs above n with which `chance` of a verdict is 80 %, None if it is not with MOST_SEEDS; it grows with n."""
    if n >= MOST_SEEDS or chance(MOST_SEEDS) < POWER:
        return None
    return bisect_left(range(MOST_SEEDS), True, lo=n + 1, key=lambda seeds: chance(seeds) >= POWER)


def plan(seeds: int | None, counted: str) -> str:
    """In words, what `seeds_needed` gave."""
    if seeds is None:
        return f"not to be settled with {MOST_SEEDS:,} seeds at this difference"
    return f"{seeds} seeds {counted} would settle it with a chance of {POWER:.0%}"
