"""What is kept of a run: a few recorded iterates, and the largest rises over all of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from suite.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor

    from suite.theory.problem import Problem
    from suite.theory.splitting import State


@dataclass(frozen=True, eq=False)
class Run:
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


class Recorder:
    """Sees every iterate from 0 on; keeps one in `record_every` (None: the first and the last only), and always the last."""

    def __init__(self, problem: Problem, steps: int, record_every: int | None) -> None:
        every = steps if record_every is None else record_every
        if steps < 1 or every < 1:
            raise ValueError(f"steps and record_every must be positive, not {steps!r} and {record_every!r}")
        self.problem, self.last, self.every = problem, steps, every
        self.kept: list[tuple[Tensor, ...]] = []
        self.steps: list[int] = []
        self.before: tuple[Tensor, Tensor, Tensor] | None = None
        self.t = 0

    def observe(self, state: State) -> None:
        loss, angle = self.problem.network.plane_loss(state.at), state.at.angle
        lagrangian = self.problem.augmented(loss, state.u, state.w, state.y)
        if self.before is None:
            self.rises = [torch.full_like(loss, -math.inf)] * 4
        else:
            rises = [now - then for now, then in zip((lagrangian, angle), self.before[:2], strict=True)]
            rises += [rise.masked_fill(~self.before[2], -math.inf) for rise in rises]
            self.rises = [torch.fmax(largest, rise) for largest, rise in zip(self.rises, rises, strict=True)]
        self.before = lagrangian, angle, self.problem.network.descends(state.at, self.problem.beta[:, 0])
        if self.t % self.every == 0 or self.t == self.last:
            self.steps.append(self.t)
            self.kept.append((loss, lagrangian, angle, state.at.distance))
        self.t += 1

    def run(self, state: State) -> Run:
        trajectories = (torch.stack(column) for column in zip(*self.kept, strict=True))
        names = "loss", "lagrangian", "angle", "distance", "lagrangian_rise", "angle_rise", "lagrangian_rise_outside", "angle_rise_outside"
        numbers = dict(zip(names, [*trajectories, *self.rises], strict=True))
        return Run(problem=self.problem, w=state.w, u=state.u, y=state.y, steps=self.steps, collapsed=state.collapsed, **numbers)
