"""A run of `Starts`: from its task to the parts of its record, and what an epoch of it takes."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from suite.base.checkpoint import Checkpoint, to_the_end
from suite.base.errors import SuiteError
from suite.base.seeding import Streams
from suite.experiment.spec import RunSpec
from suite.experiment.task import OnEpoch, Task
from suite.methods.schedule import Schedule
from suite.theory.claims import angle_bound, expansion, rounding, stationarity
from suite.theory.geometry import Plane, plane
from suite.theory.record import Trajectory
from suite.theory.starts import Starts

ENDS = {"_low": 0.05, "": 0.5, "_high": 0.95}
"""What a curve shows of the starts: the median, and by name with an ending the 5 and 95 % quantiles."""
CURVES = ("loss_w", "loss_u", "lagrangian", "angle", "distance", "sparsity")
NEAR_ZERO = 1e-5
"""Entries up to this magnitude count as zeros of `weight_sparsity`, as in trained networks."""
TOLERANCE = 1e-6
"""What still counts as nothing in claims on the limit: an iterate comes near it as e^(-eta curvature t), and never is there."""


class Course:
    """The starts of a run on their way, and their curves; a checkpoint holds all of it."""

    def __init__(self, spec: RunSpec, device: str = "cpu") -> None:
        assert isinstance(spec.method, Starts)
        self.method, self.schedule, self.device = spec.method, plain(spec.schedule), device
        streams = Streams(spec.seed, spec.dataset, spec.model)
        self.iteration = self.method.begin(self.schedule.batch_size, self.schedule.learning_rate, streams, device)
        self.epoch = 0
        self.curves: dict[str, list[float]] = {name: [] for name in (*(f"{name}{end}" for name in CURVES for end in ENDS), "seconds")}

    def advance(self) -> bool:
        """The iterations of an epoch. False when no start has finite iterates any more."""
        started = time.perf_counter()
        self.iteration.advance(self.schedule.epoch_steps)
        self.epoch += 1
        at = torch.tensor(list(ENDS.values()), dtype=torch.float64)
        for name, values in self.numbers().items():
            for end, value in zip(ENDS, values.cpu().nanquantile(at).tolist(), strict=True):
                self.curves[name + end].append(float(f"{value:.5g}"))
        self.curves["seconds"].append(round(time.perf_counter() - started, 4))
        return bool(self.sound().any())

    def sound(self) -> Tensor:
        """Which starts have finite iterates, (n,)."""
        state = self.iteration.state
        return state.w.isfinite().all(-1) & state.u.isfinite().all(-1)

    def numbers(self) -> dict[str, Tensor]:
        """What the curves are about, of every start, (n,); NaN where an iterate is not finite, and the angle also at w = 0."""
        now, state, problem = self.iteration.now, self.iteration.state, self.iteration.problem
        loss_u = problem.network.plane_loss(plane(state.u, problem.w_star))
        zeros = 100 * (state.u == 0).double().mean(-1)
        values = (now.loss, loss_u, now.lagrangian, now.angle.rad2deg(), now.distance, zeros)
        return {name: value.masked_fill(~self.sound(), math.nan) for name, value in zip(CURVES, values, strict=True)}

    def metrics(self) -> dict[str, float]:
        """Of the last iterates: medians over the starts, and shares of the starts in percent.

        loss_w, loss_u, lagrangian   f(w), f(u) and L(u, w)
        explained                    share of f(0) that u takes away, 100 (1 - f(u) / f(0)), in percent
        angle, distance              theta(w, w*) in degrees, ||w - w*||
        weight_sparsity, weight_sparsity_exact
                                     entries of u, over all starts, that are at most 1e-5, and that are 0, in percent
        start_angle                  largest theta(w0, w*) in degrees
        support_recovered            share of starts whose u is not zero exactly where w* is not
        diverged, collapsed          share whose iterates are not finite, and whose w lost its direction
        lagrangian_falls, angle_falls, lagrangian_falls_outside, angle_falls_outside
                                     share in which none of the steps, and none from where `network.descends`, raised it by more than
                                     rounding
        expansion_holds              share in which equation 12 holds: residual at most 1e-6, entries of v with the signs of w, and where
                                     w is normalised at most what the threshold took off
        expansion_residual           largest residual of equation 12, of all starts
        within_bound                 share whose angle exceeds `angle_bound` by at most 1e-6 rad
        stationarity                 largest force that is left, of all starts

        The last four are about a limit without multipliers, and left out with them.
        """
        it, sound = self.iteration, self.sound()
        run, u = it.run([0, it.t], [it.start, it.now]), it.state.u[sound]
        found = {name: float(values.cpu().nanquantile(0.5)) for name, values in self.numbers().items() if name != "sparsity"}
        found["explained"] = self.explained(found["loss_u"])
        found["weight_sparsity"] = share(u.abs() <= NEAR_ZERO)
        found["weight_sparsity_exact"] = share(u == 0)
        found["start_angle"] = float(it.start.angle.rad2deg().nan_to_num(0).max())
        shares = {
            "support_recovered": ((it.state.u != 0) == (it.problem.w_star != 0)).all(-1) & sound,
            "diverged": ~sound,
            "collapsed": it.state.collapsed,
        }
        (lagrangian, angle), moving = rounding(run), sound & ~it.state.collapsed
        shares["lagrangian_falls"] = (run.lagrangian_rise <= lagrangian) & moving
        shares["angle_falls"] = (run.angle_rise <= angle) & moving
        shares["lagrangian_falls_outside"] = (run.lagrangian_rise_outside <= lagrangian) & moving
        shares["angle_falls_outside"] = (run.angle_rise_outside <= angle) & moving
        if not it.multipliers:
            found |= remainders(run, moving)
            shares |= conclusions(run, moving)
        return found | {name: share(holds) for name, holds in shares.items()}

    def explained(self, loss: float) -> float:
        network = self.iteration.problem.network
        none = torch.zeros(1, dtype=torch.float64)
        return 100 * (1 - loss / float(network.plane_loss(Plane(none, none))))

    def views(self, metrics: dict[str, float]) -> dict[str, dict[str, Any]]:
        """Scored on w in place of u."""
        label = self.method.view_label("w")
        return {"w": {"label": label, "metrics": {"explained": self.explained(metrics["loss_w"])}}} if metrics else {}

    def state_dict(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "curves": self.curves, "iteration": self.iteration.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.epoch, self.curves = state["epoch"], state["curves"]
        self.iteration.load_state_dict(state["iteration"])

    def last_error(self) -> float:
        return math.nan  # there is no test set


def conclusions(run: Trajectory, moving: Tensor) -> dict[str, Tensor]:
    """Which starts end as Theorem 1 says, (n,) each."""
    found = expansion(run)
    most = 1.0 if run.problem.network.scale_invariant else math.inf
    within = (found.factor >= 0) & (found.factor <= most) & (found.against == 0)
    return {
        "expansion_holds": (found.residual <= TOLERANCE) & within & moving,
        "within_bound": (run.angle[-1] <= angle_bound(run) + TOLERANCE) & moving,
    }


def remainders(run: Trajectory, moving: Tensor) -> dict[str, float]:
    """How far the starts are from a limit."""
    numbers = {"expansion_residual": expansion(run).residual, "stationarity": stationarity(run)}
    return {name: float(values.where(moving, 0).nan_to_num(0).max()) for name, values in numbers.items()}


def share(holds: Tensor) -> float:
    """Percent of the entries that are true."""
    return 100 * float(holds.double().mean())


def plain(schedule: Schedule) -> Schedule:
    """The schedule itself; SuiteError where it asks for more than a number of steps of one size."""
    steps = Schedule(
        epochs=schedule.epochs,
        epoch_steps=schedule.epoch_steps,
        batch_size=schedule.batch_size,
        optimizer="sgd",
        learning_rate=schedule.learning_rate,
    )
    if schedule != steps or not steps.epochs * steps.epoch_steps:
        raise SuiteError(
            "a run of starts takes steps of one size", "its schedule has epochs, epoch_steps, batch_size, learning_rate and optimizer='sgd'"
        )
    return schedule


def compute(task: Task, checkpoint: Checkpoint, on_epoch: OnEpoch) -> dict:
    """Iterate, and what the record says of it."""
    spec = task.spec
    course = Course(spec, task.device)
    status = to_the_end(course, course.schedule.epochs, checkpoint, on_epoch)
    metrics = course.metrics() if status == "done" else {}
    return {
        "status": status,
        "epochs": course.epoch,
        "metrics": metrics,
        "views": course.views(metrics),
        "layers": {},
        "curves": course.curves,
        "filters": None,
        "network": {"weights": course.method.d},
        "data": {"starts": course.schedule.batch_size, "epoch_steps": course.schedule.epoch_steps},
    }


def rescored(task: Task) -> dict:
    """Nothing: these runs keep no weights."""
    return {}


def timing(spec: RunSpec, data_root: str | None, steps: int, device: str = "cpu") -> tuple[float, float]:
    """Seconds of an epoch, from so many timed steps in this thread, and of the rest of a run."""
    started = time.perf_counter()
    course = Course(replace(spec, schedule=replace(spec.schedule, epoch_steps=steps)))
    course.advance()  # the first calls of anything are slow
    course.metrics()
    rest = time.perf_counter() - started
    course.advance()
    return course.curves["seconds"][-1] * spec.schedule.epoch_steps / steps, rest
