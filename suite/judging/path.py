"""What a series reaches along its path of strengths: at a bounded loss in another metric, or at a given level of one."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from typing import Any

from suite.records.naming import groups
from suite.records.results import Results, Row


def frontier(results: Results, name: str, metric: str, guard: str, loss: float, better: str = "lower") -> dict[int, float]:
    """By seed, the best `metric` among the strengths whose `guard` is at least the seed's best guard over all rows of the group - loss.

    name      of the series, as `series_of` gives it
    metric    a share in percent: where no strength qualifies, nothing can be removed, which is 100 (0 where the higher is better)

    Views are left aside. A diverged run qualifies for nothing. Seeds of which a run of the group is missing are left out, as another
    strength might have been better.
    """
    own = _rows(results, name)
    rows = [row for row in groups(results)[own[0].cell.group] if not row.is_view] if own else []
    nothing = 100.0 if better == "lower" else 0.0
    found = {}
    for seed in _seeds(results, rows):
        least = max((run[guard] for run in _runs(rows, seed, guard)), default=math.inf) - loss
        reached = [run[metric] for run in _runs(own, seed, guard, metric) if run[guard] >= least]
        found[seed] = (min if better == "lower" else max)(reached, default=nothing)
    return found


def matched(results: Results, name: str, metric: str, along: str, level: float) -> dict[int, float]:
    """By seed, the `metric` of a series where its metric `along` is at the level: `between` the runs of the seed, one a strength.

    name      of the series, as `series_of` gives it

    Views are left aside. A diverged run is no point. Seeds of which a run of the series is missing are left out, and so are those
    without a run on either side of the level.
    """
    own = _rows(results, name)
    points = {seed: [(run[along], run[metric]) for run in _runs(own, seed, along, metric)] for seed in _seeds(results, own)}
    return {seed: value for seed, found in points.items() if (value := between(found, level)) is not None}


def between(points: Iterable[tuple[float, float]], level: float) -> float | None:
    """y at x = level on the straight line through the nearest points on either side: y0 + (y1 - y0) (level - x0) / (x1 - x0).

    Points with the same x count as one, with the mean of their y. None where the level lies outside the points: nothing is
    extrapolated.
    """
    heights: dict[float, list[float]] = {}
    for x, y in points:
        heights.setdefault(x, []).append(y)
    x0, x1 = max((x for x in heights if x <= level), default=None), min((x for x in heights if x >= level), default=None)
    if x0 is None or x1 is None:
        return None
    y0, y1 = statistics.fmean(heights[x0]), statistics.fmean(heights[x1])
    return y0 + (y1 - y0) * (level - x0) / (x1 - x0) if x1 > x0 else y0


def _rows(results: Results, name: str) -> list[Row]:
    return [row for row in results.rows if not row.is_view and row.cell.path == name]


def _seeds(results: Results, rows: list[Row]) -> list[int]:
    """The seeds of which every row has a record, of a diverged run too; none without rows."""
    return [seed for seed in range(results.seeds) if rows and all(row.keys[seed] in results.records for row in rows)]


def _runs(rows: Iterable[Row], seed: int, *metrics: str) -> list[dict[str, Any]]:
    """The finished runs of a seed that have the metrics as finite numbers."""
    runs = [run for row in rows for run in row.runs if run["seed"] == seed]
    return [run for run in runs if all(isinstance(run.get(m), (int, float)) and math.isfinite(run[m]) for m in metrics)]
