"""What a method reaches along its path of strengths without losing too much: the best of one metric at a bounded loss in another."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from suite.report.cells import groups, is_view
from suite.results import Results, Row


def frontier(results: Results, series: str, metric: str, guard: str, loss: float, better: str = "lower") -> dict[int, float]:
    """By seed, the best `metric` among the strengths whose `guard` is at least the seed's best guard over all rows of the group - loss.

    series    "group/method", the method by the name of its file: all rows of the group with that method, one a strength
    metric    a share in percent: where no strength qualifies, nothing can be removed, which is 100 (0 where the higher is better)

    A diverged run qualifies for nothing. Seeds of which a run of the group is missing are left out, as another strength might have
    been better.
    """
    group, _, method = series.rpartition("/")
    rows = [row for row in groups(results).get(group, []) if not is_view(row)]
    own = [row for row in rows if row.cell.method.name == method]
    nothing = 100.0 if better == "lower" else 0.0
    found = {}
    for seed in range(results.seeds) if own else ():
        if all(_computed(results, row, seed) for row in rows):
            least = max((run[guard] for run in _runs(rows, seed, guard)), default=math.inf) - loss
            reached = [run[metric] for run in _runs(own, seed, guard, metric) if run[guard] >= least]
            found[seed] = (min if better == "lower" else max)(reached, default=nothing)
    return found


def _computed(results: Results, row: Row, seed: int) -> bool:
    return results.reproduction.spec(row.cell, results.profile, seed).key in results.records


def _runs(rows: Iterable[Row], seed: int, *metrics: str) -> list[dict[str, Any]]:
    """The finished runs of a seed that have the metrics as finite numbers."""
    runs = [run for row in rows for run in row.runs if run["seed"] == seed]
    return [run for run in runs if all(isinstance(run.get(m), (int, float)) and math.isfinite(run[m]) for m in metrics)]
