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
    normalise     (mean, sd): the inputs, images from 0 to 1, as (x - mean) / sd, either a number or one for each channel; (): as they are
    centred       the mean training example is taken from all inputs, feature by feature
    start         a kind and a scale, such as ("normal", 0.02): how weights start, see `suite.training.start`; (): as the model has them
    n_train       > 0: so many training examples, drawn class by class in proportion, the same for every seed; 0: all
    n_test        the same of the test set
    crop          > 0: in every epoch each training image is cut anew out of itself with a border of so many black pixels
    flip          in every epoch each training image is mirrored left to right, or not, with even odds
    """

    dataset: str
    model: str
    method: Method
    schedule: Schedule
    seed: int = 0
    hold_out: int = 0
    validation: float = 0.0
    normalise: tuple[Any, ...] = ()
    centred: bool = False
    start: tuple[Any, ...] = ()
    n_train: int = 0
    n_test: int = 0
    crop: int = 0
    flip: bool = False

    def __post_init__(self) -> None:
        as_floats = (tuple(map(float, v)) if isinstance(v, list | tuple) else float(v) for v in self.normalise)
        object.__setattr__(self, "normalise", tuple(as_floats))
        if self.start:
            kind, scale, *more = *self.start, 0.0
            if kind not in STARTS or len(more) != 1 or not 0 < scale < math.inf:
                raise ValueError(f"start must be () or one of {', '.join(STARTS)} with a positive scale, got {self.start}")
            object.__setattr__(self, "start", (kind, float(scale)))
        if self.normalise and not _is_normalisation(*self.normalise):
            raise ValueError(f"normalise must be () or (mean, sd) with a positive sd, got {self.normalise}")
        for name in ("n_train", "n_test", "crop"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")

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


def _is_normalisation(*values: Any) -> bool:
    """Whether these are a finite mean and a positive, finite sd, or as many of one as of the other."""
    channels = [value if isinstance(value, tuple) else (value,) for value in values]
    if len(values) != 2 or len({isinstance(value, tuple) for value in values}) != 1 or len(channels[0]) != len(channels[1]):
        return False
    return bool(channels[0]) and all(map(math.isfinite, sum(channels, ()))) and all(sd > 0 for sd in channels[1])


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
