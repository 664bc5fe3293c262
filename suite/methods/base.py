"""What a method is: its options as data, and the hooks through which it takes part in training."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Self

from suite.base.lazy import torch

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

    from suite.base.seeding import Streams
    from suite.methods.schedule import Schedule

Weights = Mapping[str, "Tensor"]


@dataclass
class Context:
    """What the loop tells a method about the run it is part of.

    n_train           number of training images N; the papers give penalty strengths as multiples of 1/N
    epochs            number of epochs of the run
    steps             optimiser steps an epoch
    streams           the run's random streams
    learning_rate     rate of the current epoch, kept up to date by the loop
    optimizer         the run's optimiser, once it is made, after `prepare`: for methods that scale what they do as it scales its steps
    finished          records and final weights of the runs named by `Method.needs`, in that order
    """

    n_train: int
    epochs: int
    steps: int
    streams: Streams
    learning_rate: float
    finished: list[Finished] = field(default_factory=list)
    optimizer: Optimizer | None = None


@dataclass(frozen=True)
class Finished:
    """A run that another run builds on: its record, and a function that gives the state of its model as it was scored."""

    record: dict
    weights: Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class View:
    """One way of scoring a trained network, as values of parameters and buffers that stand in for the model's own.

    `weights` is what computes the predictions. `counted` is what the zeros are counted on, where that differs.
    """

    weights: Weights
    counted: Weights | None = None


@dataclass(unsafe_hash=True, kw_only=True)
class Method:
    """A training method. The dataclass fields are its options and, with the name of its file, its identity.

    One instance takes part in one run: `prepare`, then for every step `penalty` (added to the loss) and `after_step`, for every
    epoch `after_epoch`, and at the end `finish`. Options are never changed by a run; `fresh()` gives an instance for one.

    title      what a reader calls it
    viewed     names of the `views`
    program    the module that computes its runs, see `suite.experiment.program.Program`
    drawn      fields of the schedule that say only how much is drawn, as a number of seeds does, and change nothing of what is estimated
    """

    title: ClassVar[str]
    factor = 1.0  # what a schedule multiplies every strength by; no option, as the schedule's identity has it
    program: ClassVar[str] = "suite.training.program"
    viewed: ClassVar[tuple[str, ...]] = ()
    drawn: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def options(cls) -> tuple[str, ...]:
        return tuple(option(f) for f in fields(cls))

    @classmethod
    def made(cls, **options: Any) -> Self:
        """The method with these options, by the names that `options` gives."""
        return cls(**options)

    @property
    def name(self) -> str:
        """Name of the file that defines the method, by which `method(name)` finds it."""
        return type(self).__module__.rpartition(".")[2]

    def chosen(self) -> dict[str, Any]:
        """The value of every option."""
        return {option(f): getattr(self, f.name) for f in fields(self)}

    def changed(self) -> dict[str, Any]:
        """The options that differ from their defaults: the part of the identity that the name does not give."""
        return {option(f): getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}

    @property
    def row(self) -> str:
        """Key of this method's row in tables and claims: the name, with the options that differ from their defaults."""
        options = self._spelled()
        return f"{self.name}[{options}]" if options else self.name

    @property
    def series(self) -> str:
        """`row` without the strength `lam`: the methods that differ in that alone form a path, and take the same time."""
        method, strength = self.fresh(), {f.name: f.default for f in fields(self)}.get("lam")
        if strength is not None:
            setattr(method, "lam", strength)  # noqa: B010 - not every method has one
        return method.row

    def _spelled(self) -> str:
        return ",".join(f"{k}={v.row if isinstance(v, Method) else v}" for k, v in self.changed().items())

    @property
    def label(self) -> str:
        """What a reader sees in the first column."""
        options = self._spelled()
        return f"{self.title} ({options})" if options else self.title

    def fresh(self) -> Self:
        return copy.copy(self)

    def multiplied(self, factor: float) -> Self:
        """The method with every penalty strength of its own times `factor`."""
        found = self.fresh()
        found.factor = factor
        return found

    # Before training

    def needs(self) -> tuple[Method, ...]:
        """Methods whose run with the same seed, data, model and schedule must be finished first."""
        return ()

    def schedule(self, schedule: Schedule) -> Schedule:
        """The schedule this method trains on; a method that only edits a finished network asks for no epochs."""
        return schedule

    def prepare(self, model: nn.Module, context: Context) -> None:
        """Take hold of the model and make the auxiliary variables."""
        self.model = model
        self.context = context

    def parameters(self) -> Iterable[nn.Parameter]:
        """Parameters of the method's own, trained beside the model's."""
        return ()

    # During training

    def penalty(self) -> Tensor | None:
        """Scalar added to the loss of the current step, or None."""
        return None

    def before_step(self) -> None:
        """Called before each optimiser step, when its gradients are known."""

    def after_step(self) -> None:
        """Called after each optimiser step."""

    def before_epoch(self, epoch: int) -> None:
        """Called before each epoch: streams that are drawn from during the epoch start here, so that a resumed run draws the same."""

    def after_epoch(self, epoch: int) -> None:
        """Called after each epoch (counted from 0)."""

    def state_dict(self) -> dict[str, Any]:
        """Every auxiliary variable; with the model and the optimiser it makes a complete checkpoint."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Put back what `state_dict` gave."""

    # Scoring

    def scored(self) -> View:
        """The network that is scored, by default the one that is trained."""
        return View({})

    def views(self) -> dict[str, View]:
        """Other ways of scoring the same training, each a row of its own in the table ("sgl0@V")."""
        return {}

    def view_label(self, view: str) -> str:
        """What a record calls one of the views."""
        return f"{self.label}, {view}"

    def measured(self) -> dict[str, float]:
        """Metrics of the method's own of the trained network, beside those of every network."""
        return {}

    def finish(self) -> None:
        """Leave in the model the weights that are scored."""
        place(self.model, self.scored().weights)


def option(field: Field) -> str:
    """What a caller calls an option: the name of its field, unless that is taken by a hook."""
    return field.metadata.get("option", field.name)


def place(model: nn.Module, weights: Weights) -> None:
    """Write values into the named parameters of a model."""
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for name, value in weights.items():
            parameters[name].copy_(value)
