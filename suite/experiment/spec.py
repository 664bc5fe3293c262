"""What one run is, and the key that names it: a hash of everything that can change its result, and of nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, dataclass, fields, replace
from functools import cached_property
from typing import Any

from suite.experiment.conditions import Conditions
from suite.methods.base import Method
from suite.methods.schedule import Schedule

PROTOCOL = 1
"""Raised when a change of the code changes results: records of another protocol are not reused."""


@dataclass(frozen=True)
class RunSpec(Conditions):
    """One training: data set, model, method, schedule and seed, and the conditions."""

    dataset: str
    model: str
    method: Method
    schedule: Schedule
    seed: int = 0

    @cached_property
    def key(self) -> str:
        """Sixteen hexadecimal digits that name the run and its file."""
        return digest(json.dumps({"protocol": PROTOCOL, **self.identity()}, sort_keys=True, separators=(",", ":")))

    def identity(self) -> dict[str, Any]:
        """The fields that differ from their defaults, as plain data: a new option with a neutral default changes no key."""
        return plain(self)

    def needs(self) -> list[RunSpec]:
        """The runs that must be finished before this one."""
        return [replace(self, method=method) for method in self.method.needs()]


def digest(identity: str) -> str:
    """The key of a run whose identity is written so."""
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def plain(value: Any) -> Any:
    """A dataclass as the dictionary of its non-default fields (a method with its name); other values as JSON has them."""
    if isinstance(value, Method):
        return {"name": value.name, **not_default(value)}
    if isinstance(value, (RunSpec, Schedule)):
        return not_default(value)
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    return value


def not_default(value: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from their defaults or have none; a whole number in a field of floats is a float."""
    found = {f: getattr(value, f.name) for f in fields(value)}
    return {f.name: plain(float(v) if f.type == "float" else v) for f, v in found.items() if f.default is MISSING or v != f.default}
