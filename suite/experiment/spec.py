"""What one run is, and the key that names it: a hash of everything that can change its result, and of nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, Self

from suite import penalties
from suite.experiment.setup import Setup
from suite.methods.base import Method, option
from suite.methods.schedule import Schedule
from suite.penalties import Penalty

PROTOCOL = 1
"""Raised when a change of the code changes results: records of another protocol are not reused."""


@dataclass(frozen=True)
class RunSpec:
    """One training: a setup, a schedule and a seed. The schedule's factor on penalty strengths is in the method once it is bound here."""

    setup: Setup
    schedule: Schedule
    seed: int = 0

    def __post_init__(self) -> None:
        bound = replace(self.setup, method=self.setup.method.multiplied(self.schedule.penalty_factor))
        object.__setattr__(self, "setup", bound)

    @classmethod
    def of(cls, dataset: str, model: str, method: Method, schedule: Schedule, seed: int = 0, **conditions: Any) -> Self:
        """The run with these parts; `conditions`: further fields of `Setup`."""
        return cls(Setup(dataset, model, method, **conditions), schedule, seed)

    @property
    def dataset(self) -> str:
        return self.setup.dataset

    @property
    def model(self) -> str:
        return self.setup.model

    @property
    def method(self) -> Method:
        return self.setup.method

    @cached_property
    def key(self) -> str:
        """Sixteen hexadecimal digits that name the run and its file."""
        return digest(self.identity())

    def identity(self) -> dict[str, Any]:
        """The fields that differ from their defaults, as plain data: a new option with a neutral default changes no key."""
        own = not_default(self)
        return own.pop("setup") | own

    def needs(self) -> list[RunSpec]:
        """The runs that must be finished before this one."""
        return [self.with_method(method) for method in self.method.needs()]

    def chain(self) -> list[RunSpec]:
        """All that this run builds on, each after what it builds on itself, and the run at the end."""
        return [*(spec for needed in self.needs() for spec in needed.chain()), self]

    def with_method(self, method: Method) -> RunSpec:
        """The same run of another method."""
        return replace(self, setup=replace(self.setup, method=method))

    def keys(self, seeds: Iterable[int]) -> list[str]:
        """The keys of this run with each of the seeds, of which all but the seed is written once."""
        identity = {"protocol": PROTOCOL, **replace(self, seed=0).identity()}
        before = {name: value for name, value in identity.items() if name < "seed"}
        after = {name: value for name, value in identity.items() if name > "seed"}
        start, end = (json_of(part)[1:-1] for part in (before, after))
        own = {0: digest(identity)}  # a seed of 0 is the default, and not written
        return [own.get(seed) or hashed(f'{{{start},"seed":{seed}{"," if end else ""}{end}}}') for seed in seeds]


def digest(identity: dict[str, Any]) -> str:
    """The key of a run with this identity."""
    return hashed(json_of({"protocol": PROTOCOL, **identity}))


def json_of(identity: dict[str, Any]) -> str:
    """An identity as text, in one way only."""
    return json.dumps(identity, sort_keys=True, separators=(",", ":"))


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def plain(value: Any) -> Any:
    """A dataclass as the dictionary of its non-default fields (a method with its name); other values as JSON has them."""
    if isinstance(value, Method):
        return {"name": value.name, **not_default(value)}
    if isinstance(value, Setup | Schedule):
        return not_default(value)
    if isinstance(value, Penalty):
        return {"class": class_name(type(value)), **(not_default(value) if is_dataclass(value) else {})}
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    return value


def class_name(penalty: type[Penalty]) -> str:
    """A penalty's class with its module in full; one of the suite's is that of `suite.penalties`, in whatever file it stands."""
    ours = getattr(penalties, penalty.__name__, None) is penalty
    return f"{penalties.__name__ if ours else penalty.__module__}.{penalty.__qualname__}"


def not_default(value: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from their defaults or have none; a whole number in a field of floats is a float."""
    found = {f: getattr(value, f.name) for f in fields(value)}
    return {option(f): plain(float(v) if f.type == "float" else v) for f, v in found.items() if f.default is MISSING or v != f.default}
