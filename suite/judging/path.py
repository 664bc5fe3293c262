"""What a series reaches along its path of strengths: at a bounded loss in another metric, or at a given level of one.

A path is a few strengths of a continuum, so that what is read off it is known to lie between two ends only. A `Span` holds them.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from suite.records.naming import groups
from suite.records.results import Results, Row


@dataclass(frozen=True)
class Span:
    """A value read off a path, and the ends that it lies between."""

    value: float
    low: float
    high: float


def reached(results: Results, name: str, metric: str, guard: str, loss: float, better: str = "lower") -> dict[int, Span]:
    """By seed, the best `metric` among the strengths whose `guard` is at least the seed's best guard over all rows of the group - loss.

    name      of the series, as `series_of` gives it
    metric    a share in percent: where no strength qualifies, nothing can be removed, which is 100 (0 where the higher is better)

    Views are left aside. A diverged run qualifies for nothing. Seeds of which a run of the group is missing are left out, as another
    strength might have been better.
    """
    own = _rows(results, name)
    rows = [row for row in groups(results)[own[0].cell.group] if not row.is_view] if own else []
    found = {}
    for seed in _seeds(results, rows):
        least = max((run[guard] for run in _runs(rows, seed, guard)), default=math.inf) - loss
        found[seed] = best_of([(run[metric], run[guard] >= least) for run in _runs(own, seed, guard, metric)], better)
    return found


def at_level(results: Results, name: str, metric: str, along: str, level: float) -> dict[int, Span]:
    """By seed, the `metric` of a series where its metric `along` is at the level: `crossing` of the runs of the seed, one a strength.

    name      of the series, as `series_of` gives it

    Views are left aside. A diverged run is no point. Seeds of which a run of the series is missing are left out, and so are those
    without two neighbours on the path that bracket the level.
    """
    own = _rows(results, name)
    points = {seed: [(run[along], run[metric]) for run in _runs(own, seed, along, metric)] for seed in _seeds(results, own)}
    return {seed: span for seed, found in points.items() if (span := crossing(found, level)) is not None}


def matched(results: Results, name: str, metric: str, along: str, level: float) -> dict[int, float]:
    """The values of `at_level`."""
    return {seed: span.value for seed, span in at_level(results, name, metric, along, level).items()}


def crossing(path: Sequence[tuple[float, float]], level: float) -> Span | None:
    """y where the path (x, y), in the order of its strengths, passes x = level; None where no two neighbours bracket it.

    value       y0 + (y1 - y0) (level - x0) / (x1 - x0) of the segment that brackets the level, the mean over several of them
    low, high   the ends of these segments, between which a path passes that rises or falls from one strength to the next; further out
                where the line may miss by more: the largest error at an end of a segment when that run is left out and read off the
                line through its neighbours, where none can be left out the height of the segment

    A run that is at the level is its own segment.
    """
    found = [Span(y, y, y) for x, y in path if x == level]
    for i, ((x0, y0), (x1, y1)) in enumerate(pairwise(path)):
        if min(x0, x1) < level < max(x0, x1):
            value = y0 + (y1 - y0) * (level - x0) / (x1 - x0)
            miss = max((miss for j in (i, i + 1) if (miss := _miss(path, j)) is not None), default=abs(y1 - y0))
            found.append(Span(value, min(y0, y1, value - miss), max(y0, y1, value + miss)))
    if not found:
        return None
    return Span(statistics.fmean(s.value for s in found), min(s.low for s in found), max(s.high for s in found))


def best_of(path: Sequence[tuple[float, bool]], better: str) -> Span:
    """The best share, in percent, among the strengths that qualify, of a path (share, whether it qualifies) in the order of strengths.

    A strength between one that qualifies and the next, which does not, might do better than the first, but not than the second: these
    are the ends. Before the weakest nothing is removed; beyond the strongest nothing was tried, so that where it qualifies the end is
    that of the share.
    """
    best, (nothing, most) = (min, (100.0, 0.0)) if better == "lower" else (max, (0.0, 100.0))
    value = best((y for y, qualifies in path if qualifies), default=nothing)
    steps = pairwise([(nothing, True), *path, (most, False)])
    beyond = [(b if qualifies else a)[0] for a, b in steps if (qualifies := a[1]) != b[1]]
    end = best([value, *beyond])
    return Span(value, min(value, end), max(value, end))


def _miss(path: Sequence[tuple[float, float]], i: int) -> float | None:
    """How far the line through the neighbours of point i misses it; None where it has not one on either side of its x."""
    if not 0 < i < len(path) - 1:
        return None
    (x0, y0), (x, y), (x1, y1) = path[i - 1 : i + 2]
    return abs(y0 + (y1 - y0) * (x - x0) / (x1 - x0) - y) if x0 < x < x1 or x1 < x < x0 else None


def _rows(results: Results, name: str) -> list[Row]:
    """Of a series, in the order of their strengths."""
    rows = [row for row in results.rows if not row.is_view and row.cell.path == name]
    return sorted(rows, key=lambda row: getattr(row.cell.method, "lam", 0.0))


def _seeds(results: Results, rows: list[Row]) -> list[int]:
    """The seeds of which every row has a record, of a diverged run too; none without rows."""
    return [seed for seed in range(results.seeds) if rows and all(row.keys[seed] in results.records for row in rows)]


def _runs(rows: Iterable[Row], seed: int, *metrics: str) -> list[dict[str, Any]]:
    """The finished runs of a seed that have the metrics as finite numbers."""
    runs = [run for row in rows for run in row.runs if run["seed"] == seed]
    return [run for run in runs if all(isinstance(run.get(m), (int, float)) and math.isfinite(run[m]) for m in metrics)]
