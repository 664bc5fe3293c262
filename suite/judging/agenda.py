"""What to compute first, to decide the most with the hours that there are.

A goal is something that is decided once all of its runs are there: a published number is tested by the first run of its row, and it or
a claim has its verdict with the planned number of seeds. Goals share runs, and are taken whole, one after the other:

- a goal that does not fit into the hours left is left out, so that no hour goes into what stays undecided;
- of the others that comes first which gives the most for an hour. What it gives is 1, and of every other goal that fits the share of
  the hours still needed for it that it saves; a goal that comes true on the way gives 1.

This is a greedy rule for a knapsack with shared items: no promise of the most, but what it decides, it decides as early as it can. It
does not know how likely a verdict is to be definite, that claims are corrected for one another, or that workers may have to wait for the
last run of a goal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

What = Literal["test of a number", "verdict on a number", "verdict on a claim"]
SOON = 1e-6
"""Core-hours that anything takes at least."""


@dataclass(frozen=True)
class Goal:
    """what, about: what is decided, and of which number or claim of the table; rows, seeds: what to ask the table for, seeds 0 to
    `seeds` - 1 of each row; runs: all that it takes, with those they build on."""

    what: What
    about: str
    table: str
    rows: tuple[str, ...]
    seeds: int
    runs: frozenset[str]


@dataclass(frozen=True)
class Step:
    """A goal to compute, its runs that are missing, what they take, and all goals that come true with them."""

    goal: Goal
    runs: frozenset[str]
    hours: float
    reached: tuple[Goal, ...]


def agenda(goals: Iterable[Goal], hours: Mapping[str, float], budget: float) -> list[Step]:
    """Goals to compute, in order, within the budget of core-hours.

    hours    of every run that is missing; infinite where nothing is known. A run that is not in it is there
    """
    left, steps = budget, list[Step]()
    missing = {goal: goal.runs & hours.keys() for goal in goals}
    near = {goal: [other for other in missing if not goal.runs.isdisjoint(other.runs)] for goal in missing}
    while fitting := _fitting(missing, hours, left):
        chosen = max(fitting, key=lambda goal: _for_an_hour(goal, near[goal], missing, hours, fitting))
        runs, cost = missing[chosen], fitting[chosen]
        reached = tuple(goal for goal, needed in missing.items() if needed and needed <= runs)
        steps.append(Step(chosen, runs, cost, reached))
        missing = {goal: needed - runs for goal, needed in missing.items()}
        left -= cost
    return steps


def _fitting(missing: Mapping[Goal, frozenset[str]], hours: Mapping[str, float], left: float) -> dict[Goal, float]:
    """What each goal takes that is not reached and fits."""
    costs = {goal: math.fsum(max(hours[run], SOON) for run in runs) for goal, runs in missing.items() if runs}
    return {goal: cost for goal, cost in costs.items() if math.isfinite(cost) and cost <= left}


def _for_an_hour(
    goal: Goal, near: Iterable[Goal], missing: Mapping[Goal, frozenset[str]], hours: Mapping[str, float], fitting: Mapping[Goal, float]
) -> float:
    """What a goal gives for each hour: of every goal near it that fits, itself too, the share of its missing hours that it brings."""
    shared = ((fitting[other], missing[other] & missing[goal]) for other in near if other in fitting)
    gain = math.fsum(math.fsum(max(hours[run], SOON) for run in common) / cost for cost, common in shared)
    return round(gain / fitting[goal], 9)  # alike to rounding are alike: then the order counts
