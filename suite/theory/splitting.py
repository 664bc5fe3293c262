"""Relaxed variable splitting with and without multipliers, every start a row of one tensor program.

The three algorithms differ in the order of two steps, and share both:

    w step   w - eta g(w) - eta beta (w - u), divided by its norm where the loss does not depend on the norm
    u step   argmin_u lambda P(u) + beta/2 ||w - u||^2, the proximal map of P with step lambda / beta

`g` is the network's expected coarse gradient, which for the ReLU is the gradient. With lambda = beta = 0 all three are gradient
descent, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from suite.lazy import torch
from suite.theory.geometry import Plane, plane
from suite.theory.no_overlap import combine
from suite.theory.record import Recorder, Run

if TYPE_CHECKING:
    from torch import Tensor

    from suite.theory.problem import Problem


@dataclass
class State:
    """The iterates (n, d), the plane of every w with its teacher, and which starts have lost their direction (n,)."""

    w: Tensor
    u: Tensor
    at: Plane
    collapsed: Tensor
    y: Tensor | None = None


Step = Callable[["Problem", State], State]


def rvscgd(problem: Problem, w0: Tensor, steps: int, record_every: int | None = None) -> Run:
    """Algorithm 1 of Dinh and Xin (2020): u from the old w, then the w step towards that u, then the norm.

        u' = prox(w),   w' = w - eta g(w) - eta beta (w - u'),   w' / ||w'||

    Raises ValueError unless the network is one that the norm leaves alone; see `Run` for what comes back.
    """
    if not problem.network.scale_invariant:
        raise ValueError("rvscgd normalises w, which changes the loss of this network; use rvsm")

    def step(problem: Problem, old: State) -> State:
        u = problem.threshold(old.w)
        return descend(problem, old, u, u)

    return iterate(problem, w0, steps, record_every, step)


def rvsm(problem: Problem, w0: Tensor, steps: int, record_every: int | None = None) -> Run:
    """The relaxed variable splitting method: both from the old iterate, w first (as printed in Dinh, Wang, Bertozzi and Osher 2020).

        w' = w - eta g(w) - eta beta (w - u),   u' = prox(w),   u^0 = prox(w^0)

    so that w is pulled towards the threshold of the iterate before it. The norm stays free.
    Raises ValueError if the network is scale invariant, where nothing would hold the norm.
    """
    if problem.network.scale_invariant:
        raise ValueError("rvsm leaves the norm of w free, which nothing holds in this network; use rvscgd")
    return iterate(problem, w0, steps, record_every, lambda problem, old: descend(problem, old, old.u, problem.threshold(old.w)))


def admm(problem: Problem, w0: Tensor, steps: int, record_every: int | None = None) -> Run:
    """The same splitting with multipliers z = beta y, the argmin over w replaced by one step (Dinh and Xin 2020, section 3.3).

        w' = w - eta g(w) - eta beta (w - u + y),   u' = prox(w' + y),   y' = y + w' - u',   y^0 = 0

    On either network; w is normalised where the loss is scale invariant. The Lagrangian that is recorded has the term <z, w - u>.
    """

    def step(problem: Problem, old: State) -> State:
        assert old.y is not None
        new = descend(problem, old, old.u - old.y, old.u)
        shifted = new.w + old.y
        new.u = problem.threshold(shifted)
        new.y = shifted - new.u
        return new

    return iterate(problem, w0, steps, record_every, step, multipliers=True)


def iterate(problem: Problem, w0: Tensor, steps: int, record_every: int | None, step: Step, multipliers: bool = False) -> Run:
    """Run `steps` times `step` from `w0` and u^0 = prox(w^0), observing every iterate."""
    problem.check(w0)
    with torch.no_grad():
        w = w0.detach().clone()
        collapsed = torch.zeros(len(w), dtype=torch.bool, device=w.device)
        if problem.network.scale_invariant:
            w, collapsed = normalise(w, w0, collapsed)
        y = torch.zeros_like(w) if multipliers else None
        state = State(w, problem.threshold(w), plane(w, problem.w_star), collapsed, y)
        recorder = Recorder(problem, steps, record_every)
        recorder.observe(state)
        for _ in range(steps):
            state = step(problem, state)
            recorder.observe(state)
    return recorder.run(state)


def descend(problem: Problem, old: State, target: Tensor, u: Tensor) -> State:
    """The state after the w step towards `target`, with `u` beside it."""
    w = combine(problem.network.coefficients(old.at), old.w, problem.w_star).mul_(problem.eta)
    torch.sub(old.w, w, out=w)
    w.addcmul_(old.w - target, problem.eta * problem.beta, value=-1)
    collapsed = old.collapsed
    if problem.network.scale_invariant:
        w, collapsed = normalise(w, old.w, collapsed)
    return State(w, u, plane(w, problem.w_star), collapsed, old.y)


def normalise(w: Tensor, old: Tensor, collapsed: Tensor) -> tuple[Tensor, Tensor]:
    """`w` with rows of norm 1, in place, and the starts that have collapsed by now.

    A row collapses when its norm is within rounding of zero (or is not finite): it has no direction. It stays at `old`, and the
    other rows go on.
    """
    norm = torch.linalg.vector_norm(w, dim=-1, keepdim=True)
    sound = (norm > w.shape[-1] * torch.finfo(w.dtype).eps) & norm.isfinite()
    if bool(sound.all()):
        return w.div_(norm), collapsed
    return torch.where(sound, w / norm, old), collapsed | ~sound[:, 0]
