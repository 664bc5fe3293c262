"""Relaxed variable splitting with and without multipliers, every start a row of one tensor program.

The three algorithms differ in the order of two steps, and share both:

    w step   w - eta g(w) - eta beta (w - u), divided by its norm where the loss does not depend on the norm
    u step   argmin_u lambda P(u) + beta/2 ||w - u||^2, the proximal map of P with step lambda / beta

`g` is the network's expected coarse gradient, which for the ReLU is the gradient. With lambda = beta = 0 all three are gradient
descent, bit for bit. Each is a function that runs it to the end, and a class with which it can be stopped and taken up again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from suite.base.lazy import torch
from suite.theory.geometry import Plane, plane
from suite.theory.no_overlap import combine
from suite.theory.record import Iterate, State, Trajectory, Watch

if TYPE_CHECKING:
    from torch import Tensor

    from suite.theory.no_overlap import NoOverlap
    from suite.theory.problem import Problem


class Iteration(ABC):
    """One of the algorithms under way, from `w0` (n, d) and u^0 = prox(w^0).

    state    the iterates after so many steps `t`
    start    what is kept of iterate 0; `now` of the present one

    Raises ValueError for a network that the algorithm is not for, and for a `w0` that does not fit the problem.
    """

    multipliers: ClassVar[bool] = False

    def __init__(self, problem: Problem, w0: Tensor) -> None:
        self.check(problem.network)
        problem.check(w0)
        self.problem, self.t = problem, 0
        with torch.no_grad():
            w = w0.detach().clone()
            collapsed = torch.zeros(len(w), dtype=torch.bool, device=w.device)
            if problem.network.scale_invariant:
                w, collapsed = normalise(w, w0, collapsed)
            y = torch.zeros_like(w) if self.multipliers else None
            self.state = State(w, problem.threshold(w), plane(w, problem.w_star), collapsed, y)
            self.watch = Watch(problem, self.state)
            self.watch.evaluate()
        self.start = self.now

    @classmethod  # noqa: B027 - an algorithm may be for any network
    def check(cls, network: NoOverlap) -> None:
        """Raise ValueError unless the algorithm is one for this network."""

    @abstractmethod
    def step(self, old: State) -> State:
        """The next iterates."""

    @property
    def now(self) -> Iterate:
        return self.watch.point

    def advance(self, steps: int) -> None:
        """So many steps, every one of them watched."""
        with torch.no_grad():
            for _ in range(steps):
                self.state = self.step(self.state)
                self.watch.see(self.state)
            self.watch.evaluate()
        self.t += steps

    def run(self, steps: list[int], points: list[Iterate]) -> Trajectory:
        """What `Trajectory` says of the iteration so far, with those iterates recorded."""
        trajectories = Iterate(*(torch.stack(column) for column in zip(*points, strict=True)))._asdict()
        names = "lagrangian_rise", "angle_rise", "lagrangian_rise_outside", "angle_rise_outside"
        state, rises = self.state, dict(zip(names, self.watch.rises, strict=True))
        return Trajectory(
            problem=self.problem, w=state.w, u=state.u, y=state.y, steps=steps, collapsed=state.collapsed, **trajectories, **rises
        )

    def to_end(self, steps: int, record_every: int | None) -> Trajectory:
        """`steps` steps, one in `record_every` recorded (None: the first and the last only), and always the last."""
        every = steps if record_every is None else record_every
        if steps < 1 or every < 1:
            raise ValueError(f"steps and record_every must be positive, not {steps!r} and {record_every!r}")
        recorded, points = [0], [self.now]
        while self.t < steps:
            self.advance(min(every, steps - self.t))
            recorded.append(self.t)
            points.append(self.now)
        return self.run(recorded, points)

    def state_dict(self) -> dict[str, Any]:
        """Everything that the steps to come and the `Trajectory` depend on, as tensors and numbers."""
        iterates = {"w": self.state.w, "u": self.state.u, "y": self.state.y, "at": tuple(self.state.at), "collapsed": self.state.collapsed}
        return {"t": self.t, "start": tuple(self.start), "state": iterates, "watch": self.watch.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there, bit for bit as if there had been no interruption."""
        self.t, self.start = state["t"], Iterate(*state["start"])
        self.state = State(**state["state"] | {"at": Plane(*state["state"]["at"])})
        self.watch.load_state_dict(state["watch"])


class RVSCGDIteration(Iteration):
    """The iteration of `rvscgd`."""

    @classmethod
    def check(cls, network: NoOverlap) -> None:
        if not network.scale_invariant:
            raise ValueError("rvscgd normalises w, which changes the loss of this network; use rvsm")

    def step(self, old: State) -> State:
        u = self.problem.threshold(old.w)
        return descend(self.problem, old, u, u)


class RVSMIteration(Iteration):
    """The iteration of `rvsm`."""

    @classmethod
    def check(cls, network: NoOverlap) -> None:
        if network.scale_invariant:
            raise ValueError("rvsm leaves the norm of w free, which nothing holds in this network; use rvscgd")

    def step(self, old: State) -> State:
        return descend(self.problem, old, old.u, self.problem.threshold(old.w))


class ADMMIteration(Iteration):
    """The iteration of `admm`."""

    multipliers = True

    def step(self, old: State) -> State:
        assert old.y is not None
        new = descend(self.problem, old, old.u - old.y, old.u)
        shifted = new.w + old.y
        new.u = self.problem.threshold(shifted)
        new.y = shifted.sub_(new.u)
        return new


ITERATIONS: dict[str, type[Iteration]] = {"rvscgd": RVSCGDIteration, "rvsm": RVSMIteration, "admm": ADMMIteration}


def rvscgd(problem: Problem, w0: Tensor, steps: int, record_every: int | None = None) -> Trajectory:
    """Algorithm 1 of Dinh and Xin (2020): u from the old w, then the w step towards that u, then the norm.

        u' = prox(w),   w' = w - eta g(w) - eta beta (w - u'),   w' / ||w'||

    Raises ValueError unless the network is one that the norm leaves alone; see `Trajectory` for what comes back.
    """
    return RVSCGDIteration(problem, w0).to_end(steps, record_every)


def rvsm(problem: Problem, w0: Tensor, steps: int, record_every: int | None = None) -> Trajectory:
    """The relaxed variable splitting method: both from the old iterate, w first (as printed in Dinh, Wang, Bertozzi and Osher 2020).

        w' = w - eta g(w) - eta beta (w - u),   u' = prox(w),   u^0 = prox(w^0)

    so that w is pulled towards the threshold of the iterate before it. The norm stays free.
    Raises ValueError if the network is scale invariant, where nothing would hold the norm.
    """
    return RVSMIteration(problem, w0).to_end(steps, record_every)


def admm(problem: Problem, w0: Tensor, steps: int, record_every: int | None = None) -> Trajectory:
    """The same splitting with multipliers z = beta y, the argmin over w replaced by one step (Dinh and Xin 2020, section 3.3).

        w' = w - eta g(w) - eta beta (w - u + y),   u' = prox(w' + y),   y' = y + w' - u',   y^0 = 0

    On either network; w is normalised where the loss is scale invariant. The Lagrangian that is recorded has the term <z, w - u>.
    """
    return ADMMIteration(problem, w0).to_end(steps, record_every)


def descend(problem: Problem, old: State, target: Tensor, u: Tensor) -> State:
    """The state after the w step towards `target`, with `u` beside it."""
    w = combine(problem.network.coefficients(old.at), old.w, problem.w_star).mul_(problem.eta)
    torch.sub(old.w, w, out=w)
    w.addcmul_(old.w - target, problem.eta_beta, value=-1)
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
    least = w.shape[-1] * torch.finfo(w.dtype).eps
    low, high = (float(end) for end in torch.aminmax(norm)) if len(w) else (1.0, 1.0)
    if least < low and high < float("inf"):
        return w.div_(norm), collapsed
    sound = (norm > least) & norm.isfinite()
    return torch.where(sound, w / norm, old), collapsed | ~sound[:, 0]
