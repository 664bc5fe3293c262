"""What one run is, and the key that names it: a hash of everything that can change its result, and of nothing else."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from suite.methods.base import Method
from suite.training.schedule import Schedule

PROTOCOL = 1
"""Raised when a change of the code changes results: records of another protocol are not reused."""
STARTS = ("normal", "uniform", "glorot")


@dataclass(frozen=True)
class RunSpec:
    """One training: data set, model, method, schedule and seed.

    hold_out      > 0: score on that many held-out training examples in place of the test set
    validation    > 0: hold out this share of the training set, and score on it beside the test set
    normalise     (mean, sd): the inputs, images from 0 to 1, as (x - mean) / sd; (): as they are
    centred       the mean training example is taken from all inputs, feature by feature
    start         a kind and a scale, such as ("normal", 0.02): how weights start, see `suite.training.start`; (): as the model has them
    """

    dataset: str
    model: str
    method: Method
    schedule: Schedule
    seed: int = 0
    hold_out: int = 0
    validation: float = 0.0
    normalise: tuple[float, ...] = ()
    centred: bool = False
    start: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "normalise", tuple(map(float, self.normalise)))
        if self.start:
            kind, scale, *more = *self.start, 0.0
            if kind not in STARTS or len(more) != 1 or not 0 < scale < math.inf:
                raise ValueError(f"start must be () or one of {', '.join(STARTS)} with a positive scale, got {self.start}")
            object.__setattr__(self, "start", (kind, float(scale)))
        if self.normalise and not (len(self.normalise) == 2 and all(map(math.isfinite, self.normalise)) and self.normalise[1] > 0):
            raise ValueError(f"normalise must be () or (mean, sd) with a positive sd, got {self.normalise}")

    @property
    def key(self) -> str:
        """Sixteen hexadecimal digits that name the run and its file."""
        text = json.dumps({"protocol": PROTOCOL, **self.identity()}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def identity(self) -> dict[str, Any]:
        """The fields that differ from their defaults, as plain data: a new option with a neutral default changes no key."""
        return plain(self)

    def needs(self) -> list[RunSpec]:
        """The runs that must be finished before this one."""
        return [replace(self, method=method) for method in self.method.needs()]


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
