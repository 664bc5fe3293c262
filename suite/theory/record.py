"""What is kept of a run: a few iterates, and the largest rises over all of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from suite.base.lazy import torch
from suite.theory.geometry import Plane

if TYPE_CHECKING:
    from torch import Tensor

    from suite.theory.problem import Problem

TOGETHER = 2**14
"""About so many iterates of single starts are evaluated at once: enough to make the calls cheap, few enough for the cache."""


@dataclass
class State:
    """The iterates (n, d), the plane of every w with its teacher, and which starts have lost their direction (n,)."""

    w: Tensor
    u: Tensor
    at: Plane
    collapsed: Tensor
    y: Tensor | None = None


class Iterate(NamedTuple):
    """f(w), L(u, w), theta(w, w*) in radians (NaN at w = 0) and ||w - w*|| of an iterate, each (n,)."""

    loss: Tensor
    lagrangian: Tensor
    angle: Tensor
    distance: Tensor


@dataclass(frozen=True, eq=False)
class Trajectory:
    """n starts after the same number of steps. Rows of a trajectory are the iterates of `steps`, columns the starts.

    w, u             last iterates, (n, d); y the scaled multipliers of `admm`, else None
    steps            numbers of the recorded iterates, from 0 to the last
    loss, angle      f(w) and theta(w, w*) in radians (NaN at w = 0), (recorded, n)
    lagrangian       L(u, w), with the multipliers' term in `admm`, (recorded, n)
    distance         ||w - w*||, (recorded, n)
    lagrangian_rise  largest L of an iterate less that of the one before it, over every step, (n,); negative if it always fell
    angle_rise       the same of the angle, in radians
    lagrangian_rise_outside, angle_rise_outside
                     the same over the steps from iterates where `network.descends`, -inf if there was none: outside the neighbourhoods
                     of w* and -w* in which u can pull harder than w*
    collapsed        True where w lost its direction in a normalisation, or had none at the start, (n,): it stays at the last w that
                     had one, and says nothing about the algorithm

    A start whose iterates overflow holds non-finite numbers; the others do not notice.
    """

    problem: Problem
    w: Tensor
    u: Tensor
    y: Tensor | None
    steps: list[int]
    loss: Tensor
    lagrangian: Tensor
    angle: Tensor
    distance: Tensor
    lagrangian_rise: Tensor
    angle_rise: Tensor
    lagrangian_rise_outside: Tensor
    angle_rise_outside: Tensor
    collapsed: Tensor


class Watch:
    """Sees every iterate. What depends on vectors is taken at once; the rest, a few numbers a start, for several iterates together.

    rises    largest rises so far of the Lagrangian and the angle, and of both outside, (4, n); -inf before there is a step
    last     Lagrangian, angle and whether the network descends, of the last iterate evaluated, (1, n) each
    """

    def __init__(self, problem: Problem, start: State) -> None:
        self.problem = problem
        self.together = max(1, TOGETHER // len(start.w))
        self.waiting: list[tuple[Tensor, ...]] = []
        self.rises = torch.full((4, len(start.w)), -math.inf, dtype=start.w.dtype, device=start.w.device)
        self.last: tuple[Tensor, ...] = ()
        self.see(start)

    def see(self, state: State) -> None:
        self.waiting.append((*state.at, self.problem.penalties(state.u), self.problem.tie(state.u, state.w, state.y)))
        if len(self.waiting) >= self.together:
            self.evaluate()

    def evaluate(self) -> None:
        """Take up the iterates that wait."""
        if not self.waiting:
            return
        along, across, penalties, ties = (torch.stack(column) for column in zip(*self.waiting, strict=True))
        self.waiting.clear()
        at, network = Plane(along, across), self.problem.network
        loss, angle = network.plane_loss(at), at.angle
        lagrangian = self.problem.augmented(loss, penalties, ties)
        self.point = Iterate(loss[-1], lagrangian[-1], angle[-1], at.distance[-1])
        seen = lagrangian, angle, network.descends(at, self.problem.beta[:, 0])
        if self.last:
            *both, descends = (torch.cat(pair) for pair in zip(self.last, seen, strict=True))
            rises = [values.diff(dim=0) for values in both]
            rises += [rise.masked_fill(~descends[:-1], -math.inf) for rise in rises]
            largest = torch.stack([rise.nan_to_num(-math.inf, math.inf, -math.inf).amax(0) for rise in rises])
            self.rises = torch.maximum(self.rises, largest)
        self.last = tuple(values[-1:] for values in seen)

    def state_dict(self) -> dict[str, Any]:
        return {"rises": self.rises, "last": self.last, "point": tuple(self.point)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.waiting.clear()
        self.rises, self.last, self.point = state["rises"], state["last"], Iterate(*state["point"])
