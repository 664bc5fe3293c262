"""What a metric moves by: a share of n test images moves in steps of 100 / n, and equal values of it need not be equal quantities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

OF_STARTS = ("support_recovered", "diverged", "collapsed", "lagrangian_falls", "angle_falls", "expansion_holds", "within_bound")
OF_WEIGHTS = ("weight_sparsity", "weight_sparsity_exact", "weights_left")


def step(records: Iterable[Mapping[str, Any]], metric: str) -> float:
    """The coarsest step of a metric in these records, 0 where none is known (then the values are taken as they are)."""
    return max((_step(record, metric.partition("@")[0]) for record in records), default=0.0)


def _step(record: Mapping[str, Any], metric: str) -> float:
    data, network = record.get("data") or {}, record.get("network") or {}
    if metric.startswith("steps_to_"):
        return float(data.get("epoch_steps") or 0)  # the accuracy is seen once an epoch
    if metric.startswith("validation_"):
        count = data.get("n_validation")
    elif metric.endswith(("test_error", "test_accuracy")):
        count = data.get("n_test")
    elif metric in OF_STARTS:
        count = data.get("starts")
    else:
        count = network.get("weights") if metric in OF_WEIGHTS else None
    return 100 / count if count else 0.0
