"""How long runs that have not ended will take: from what others took, shared among workers. Pure arithmetic."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from suite.runs.timings import Timing


@dataclass(frozen=True)
class Work:
    """So many runs of a kind, each with so many epochs to go; `since` seconds have passed after the last one that ended."""

    timing: Timing
    epochs: int
    runs: int = 1
    since: float = 0.0

    @property
    def each(self) -> float:
        """Seconds that one of them still takes."""
        return max(0.0, self.timing.epoch * self.epochs + self.timing.rest - self.since)


def seconds_left(work: Iterable[Work], jobs: int) -> float:
    """Seconds that so many workers take for the work: shared evenly, but no less than the longest run."""
    each = [(part.each, part.runs) for part in work]
    longest = max((seconds for seconds, _ in each), default=0.0)
    return max(longest, sum(seconds * runs for seconds, runs in each) / max(1, jobs))


def paced(known: dict[str, Timing], seen: dict[str, Timing]) -> dict[str, Timing]:
    """What each kind of run takes: as seen here, else as known from before, by as much slower as the kinds that are both."""
    ratios = [seen[kind].epoch / known[kind].epoch for kind in seen.keys() & known.keys() if known[kind].epoch > 0]
    pace = statistics.median(ratios) if ratios else 1.0
    return {kind: Timing(pace * timing.epoch, pace * timing.rest) for kind, timing in known.items()} | seen
