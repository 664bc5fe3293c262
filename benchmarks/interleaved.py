"""Timing of things that take turns.

Times are by default processor seconds of this process, in which one thread computes: another program on the machine takes time off
the clock, not off the processor. What is compared takes turns in short blocks, each round in another order, and a ratio is the median
over the rounds of the ratio within a round: a slower spell meets both sides of it.
"""

import statistics
import time
from collections.abc import Callable


def rounds(
    work: dict[str, Callable[[], object]], count: int, block: int, clock: Callable[[], float] = time.process_time
) -> dict[str, list[float]]:
    """Seconds a call in each of `count` rounds, `block` calls at a time; one round before them is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    names = list(work)
    for turn in range(-1, count):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            start = clock()
            for _ in range(block):
                work[name]()
            if turn >= 0:
                seconds[name].append((clock() - start) / block)
    return seconds


def ratio(seconds: dict[str, list[float]], name: str, reference: str) -> float:
    """Median over the rounds of one's time over the other's in the same round."""
    return statistics.median(a / b for a, b in zip(seconds[name], seconds[reference], strict=True))
