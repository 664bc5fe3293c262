"""How strong the evidence of runs is for a claim, and against it: one p for either, both by the same rule.

A claim is decided where a p is at most .05. The p of an order is two-sided (twice the one-sided one), so that it is at most .05 where
the 95 % interval lies wholly on one side; that of lying within a margin is the larger of two one-sided ones (Schuirmann 1987).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self, TypeAlias

from scipy.special import stdtr

from suite.experiment.statements import Kind
from suite.judging.margins import Values
from suite.judging.path import Span
from suite.stats.comparisons import ALPHA
from suite.stats.intervals import Difference, Summary, floored, summary, welch

ClaimOutcome = Literal["holds", "open", "no data", "does not hold"]
Readings: TypeAlias = "Values | Sequence[Span]"


@dataclass(frozen=True)
class Evidence:
    """The p at which a claim holds, and that at which it does not."""

    holds: float = 1.0
    fails: float = 1.0

    @property
    def outcome(self) -> ClaimOutcome:
        return "holds" if self.holds <= ALPHA else "does not hold" if self.fails <= ALPHA else "open"

    @property
    def p(self) -> float:
        """The smallest level at which the claim is decided, one way or the other."""
        return min(self.holds, self.fails)


def every(of: Sequence[Evidence]) -> Evidence:
    """That all of k hold: an intersection-union test, nothing to correct (Berger 1982). One that fails is enough against it; that gives
    chance k occasions, so its p counts k times (Bonferroni)."""
    return Evidence(max(e.holds for e in of), min(1.0, len(of) * min(e.fails for e in of)))


def some(of: Sequence[Evidence]) -> Evidence:
    """That one of k holds: `every` the other way round."""
    mirrored = every([Evidence(e.fails, e.holds) for e in of])
    return Evidence(mirrored.fails, mirrored.holds)


def above(found: Difference, bound: float = 0.0) -> float:
    """One-sided p of a mean at most at the bound: small where it lies above. 1 without a spread; a point has 0 or 1."""
    if math.isnan(found.standard_error):
        return 1.0
    if found.standard_error == 0:
        return float(not found.estimate > bound)
    return float(stdtr(found.df, (bound - found.estimate) / found.standard_error))


def below(found: Difference, bound: float = 0.0) -> float:
    return above(replace(found, estimate=-found.estimate), -bound)


def two_sided(p: float) -> float:
    return min(1.0, 2 * p)


@dataclass(frozen=True)
class Side:
    """The runs of a row. Of a series, what it gives seed by seed: between the ends `low` and `high`. `flat`: all are equal."""

    middle: Summary
    low: Summary
    high: Summary
    flat: bool = False

    @classmethod
    def of(cls, values: Readings, step: float = 0.0) -> Self:
        """step: what the metric moves by, see `suite.stats.intervals.floored`."""
        spans = [v for v in values if isinstance(v, Span)]
        if not spans:
            found = summary(values)  # type: ignore[arg-type]
            middle = floored(found, step)
            return cls(middle, middle, middle, flat=found.sd == 0)
        middle, low, high = (summary([getattr(span, end) for span in spans]) for end in ("value", "low", "high"))
        return cls(floored(middle, step), floored(low, step), floored(high, step), low.sd == high.sd == 0)

    @classmethod
    def exact(cls, bound: float) -> Self:
        """A bound that a row is held against."""
        found = Summary(math.inf, bound, 0.0)
        return cls(found, found, found, flat=True)

    @property
    def n(self) -> int:
        return 0 if math.isinf(self.middle.n) else int(self.middle.n)

    def at(self, n: int) -> Self:
        """The same with so many runs."""
        if math.isinf(self.middle.n):
            return self
        middle = replace(self.middle, n=n)
        if self.low is self.high:
            return replace(self, middle=middle, low=middle, high=middle)
        return replace(self, middle=middle, low=replace(self.low, n=n), high=replace(self.high, n=n))


@dataclass(frozen=True)
class Apart:
    """How far a is above b: as read, at the least, and at the most that the ends of their spans allow."""

    middle: Difference
    least: Difference
    most: Difference

    @classmethod
    def of(cls, a: Side, b: Side) -> Self:
        middle = welch(a.middle, b.middle)
        if a.low is a.high and b.low is b.high:
            return cls(middle, middle, middle)
        return cls(middle, welch(a.low, b.high), welch(a.high, b.low))

    def moved(self, errors: float) -> Self:
        """As it might come out another time: every end so many standard errors of the difference higher."""
        by = errors * self.middle.standard_error
        return type(self)(*(replace(end, estimate=end.estimate + by) for end in (self.middle, self.least, self.most)))

    def interval(self, confidence: float) -> tuple[float, float]:
        return self.least.interval(confidence)[0], self.most.interval(confidence)[1]

    def evidence(self, relation: Kind, slack: float = 0.0) -> Evidence:
        """That a is lower than b (by any amount, and by up to `slack` higher), higher, or comparable and distinguishable within it."""
        match relation:
            case "lower" | "at most":
                return Evidence(two_sided(below(self.most, slack)), two_sided(above(self.least, slack)))
            case "higher" | "present":
                return Evidence(two_sided(above(self.least, -slack)), two_sided(below(self.most, -slack)))
            case "comparable" | "distinguishable":
                inside = max(above(self.least, -slack), below(self.most, slack)) if slack else 1.0
                outside = two_sided(min(above(self.least, slack), below(self.most, -slack)))
                return Evidence(inside, outside) if relation == "comparable" else Evidence(outside, inside)
        raise ValueError(f"{relation} is no relation between two rows")
