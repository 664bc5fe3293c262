"""What a metric is: one quantity, its unit and the values that it can have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from suite.experiment.rules import Rule, Values

LARGEST = 1e100
"""No number of a record is further from 0: a sum of squares of larger ones may overflow."""
HIGHEST = {"%": 100.0, "°": 180.0}
"""Of a metric in this unit, where its definition says nothing else."""
ROUNDING = 1e-6
"""By this share of its range a number may lie outside, as sums in single precision do."""


@dataclass(frozen=True)
class Metric:
    """One quantity.

    key         its name in records, claims and columns; "<i>" in it stands for a whole number
    better      "lower" or "higher": which end is the better one; "" for neither
    meaning     what it is, in a sentence
    complement  the metric, and the curve, that this is 100 minus of
    rule        how it follows from a record otherwise
    low, high   the values it can have; high: by default what its unit allows
    types       what it is in a record: a number, or a text
    """

    key: str
    title: str
    meaning: str
    unit: str = "%"
    digits: int = 2
    better: str = ""
    complement: str = ""
    rule: Rule | None = None
    low: float = 0.0
    high: float | None = None
    types: tuple[type, ...] = (int, float)

    def admits(self, value: Any) -> bool:
        """Whether it can have this value; None, which stands for a number that is not finite, it can."""
        if value is None or type(value) not in self.types:
            return value is None
        high = HIGHEST.get(self.unit, LARGEST) if self.high is None else self.high
        slack = ROUNDING * (high if high < LARGEST else 1)
        return isinstance(value, str) or self.low - slack <= value <= high + slack

    def of(self, record: Mapping[str, Any], known: Values) -> Any:
        """The metric where it follows from others; None where it does not."""
        if self.complement:
            return 100 - known[self.complement] if known.get(self.complement) is not None else None
        return self.rule(record, known) if self.rule else None
