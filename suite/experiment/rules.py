"""How a metric follows from a record, where that takes no more than the record and the metrics known so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Values = dict[str, Any]
Rule = Callable[[Mapping[str, Any], Values], Any]
"""Of a record and the metrics known so far: the metric, None where there is none."""


def kept_over(share: float) -> Rule:
    """This share over that of the weights left; None where none is left."""
    return lambda record, known: share / known["weights_left"] if known.get("weights_left") else None


def from_view(view: str, key: str) -> Rule:
    """How far the metric of the run scored as that view is from the run's own."""

    def rule(record: Mapping[str, Any], known: Values) -> float | None:
        theirs = (record.get("views") or {}).get(view, {}).get("metrics", {}).get(key)
        return abs(theirs - known[key]) if theirs is not None and known.get(key) is not None else None

    return rule


def latency_ratio(record: Mapping[str, Any], known: Values) -> float | None:
    dense, compact = known.get("latency_dense_ms"), known.get("latency_compact_ms")
    return compact / dense if dense and compact else None


def layer(number: int) -> Rule:
    """The sparsity of the layer with this number, from 1 at the bottom."""

    def rule(record: Mapping[str, Any], known: Values) -> float | None:
        found = list((record.get("layers") or {}).values())
        return found[number - 1] if number <= len(found) else None

    return rule


def zero_filters(record: Mapping[str, Any], known: Values) -> float | None:
    """Percent of the kept weights of the first convolution that are exactly 0: they are rounded to four digits, which makes no zero."""
    values = _numbers(record.get("filters") or [])
    return 100 * values.count(0) / len(values) if values else None


def _numbers(nested: Any) -> list[float]:
    return [number for part in nested for number in _numbers(part)] if isinstance(nested, list) else [nested]
