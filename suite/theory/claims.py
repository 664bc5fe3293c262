"""Theorem 1 of Dinh and Xin (2020), and the same of their ReLU method, as numbers per start that a test or a reproduction can judge.

That the Lagrangian and the angle never rise is in `Trajectory.lagrangian_rise` and `Trajectory.angle_rise`, over every step; `rounding`
says how much of a rise computation alone can make. What is here concerns the limit. With g(w) = a w + b w* at the limit, s = w - u the
part of w that the threshold takes off, and beta u = beta w - beta s, an iterate that no longer moves satisfies

    -b w* = m w + beta s        for some m

(in the ReLU network m = a; with a normalised w any m will do, as only the part orthogonal to w has to vanish). For m > 0 that is equation
12: w* is parallel to w + v, v = (beta / m) s, whose entries have the signs of w.

The constants of the theorem (the bounds on lambda, beta and eta, and that on ||w - w*||) are not known to us. `angle_bound` is a bound
with its constants derived from the line above.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from suite.base.lazy import torch
from suite.theory.geometry import plane
from suite.theory.no_overlap import combine

if TYPE_CHECKING:
    from torch import Tensor

    from suite.theory.record import Trajectory


@dataclass(frozen=True, eq=False)
class Expansion:
    """Equation 12 at the last w of a run: w* is parallel to w + v.

    v          (beta / m) (w - prox(w)), (n, d)
    residual   || w* - (w + v) / ||w + v|| ||, (n,): 0 at a limit
    factor     beta / m, (n,): the entries of v are this many times what the threshold took off. Equation 12 with entries within lambda/beta
               (L1, else the threshold) holds for 0 <= factor <= 1; a negative factor means that m < 0, and no equation 12
    largest    max_i |v_i|, (n,)
    against    largest size of an entry of v whose sign is not that of w, (n,): 0 where the signs agree
    """

    v: Tensor
    residual: Tensor
    factor: Tensor
    largest: Tensor
    against: Tensor


def rounding(run: Trajectory) -> tuple[Tensor, Tensor]:
    """What rounding can add to the Lagrangian (n,), and to the angle in radians (n,), from one iterate to the next.

    d eps, the bound on the relative error of a sum of d terms, times the Lagrangian at the start, of which every later term is a part,
    and times pi.
    """
    unit = run.w.shape[-1] * torch.finfo(run.w.dtype).eps
    return unit * run.lagrangian[0].abs(), torch.full_like(run.lagrangian[0], unit * math.pi)


def stationarity(run: Trajectory) -> Tensor:
    """||g(w) + beta (w - prox(w))|| at the last w, (n,), without its part along w where w is normalised: 0 at a limit."""
    problem, w = run.problem, run.w
    force = combine(problem.network.coefficients(plane(w, problem.w_star)), w, problem.w_star)
    force += problem.beta * (w - problem.threshold(w))
    if problem.network.scale_invariant:
        force -= (force * w).sum(-1, keepdim=True) * w
    return torch.linalg.vector_norm(force, dim=-1)


def expansion(run: Trajectory) -> Expansion:
    """Equation 12 at the last w, with m the least-squares multiple of w in -b w* - beta s."""
    problem, w = run.problem, run.w
    pull = -problem.network.coefficients(plane(w, problem.w_star))[1].unsqueeze(-1)
    taken = w - problem.threshold(w)
    m = ((pull * problem.w_star - problem.beta * taken) * w).sum(-1, keepdim=True) / w.square().sum(-1, keepdim=True)
    factor = problem.beta / m
    v = factor * taken
    direction = torch.nn.functional.normalize(w + v, dim=-1, eps=0)
    return Expansion(
        v=v,
        residual=torch.linalg.vector_norm(problem.w_star - direction, dim=-1),
        factor=factor[:, 0],
        largest=v.abs().amax(-1),
        against=(-v * w.sign()).clamp(min=0).amax(-1),
    )


def angle_bound(run: Trajectory) -> Tensor:
    """A bound on the angle at a limit, in radians in [0, pi/2], (n,): arcsin(min(1, beta ||w - prox(w)|| / (-b))).

    The part of -b w* = m w + beta s orthogonal to w has norm -b sin theta on the left, and at most beta ||s|| on the right. For the
    binarized network -b = slope kappa. It binds limits within a right angle of w*.

    A threshold tau takes at most tau off an entry, so the bound is at most arcsin(beta tau sqrt(d) / (-b)), and arcsin(beta / (-b)) when
    ||w|| = 1: it grows with beta at a fixed threshold, and with lambda at a fixed beta until the threshold takes off all of w. The angle
    itself vanishes there again: u = 0, and the quadratic pulls along w.
    """
    problem, w = run.problem, run.w
    pull = -problem.network.coefficients(plane(w, problem.w_star))[1]
    taken = torch.linalg.vector_norm(w - problem.threshold(w), dim=-1)
    return (problem.beta[:, 0] * taken / pull).clamp(max=1).asin()
