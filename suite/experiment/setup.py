"""What a run and the row it is for share: data set, network, method and the conditions of training. A schedule and a seed make it a run."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import Any

from suite.methods.base import Method

STARTS = ("normal", "uniform", "glorot")
FLOAT32, BF16 = "float32", "bf16"
PRECISIONS = (FLOAT32, BF16)


@dataclass(frozen=True)
class Setup:
    """What is trained how: how examples are fed, where weights start and in which numbers the network computes.

    dataset       "" for a program that needs no data
    hold_out      > 0: score on that many held-out training examples and leave the test set alone
    validation    > 0: hold out this share of the training set, to choose strengths on; the test set is scored beside it
    normalise     (mean, sd): the inputs, images from 0 to 1, as (x - mean) / sd, either a number or one for each channel; (): as they are
    centred       the mean training example is taken from all inputs, feature by feature
    start         a kind and a scale, such as ("normal", 0.02): how weights start, see `suite.training.start`; (): as the model has them
    n_train       > 0: so many training examples, drawn class by class in proportion, the same for every seed; 0: all
    n_test        the same of the test set
    crop          > 0: in every epoch each training image is cut anew out of itself with a border of so many black pixels
    flip          in every epoch each training image is mirrored left to right, or not, with even odds
    precision     of the network: "float32", or "bf16", where its passes forward and back are computed under autocast to bfloat16, in
                  training and for the errors; weights, penalties and steps of the optimiser are float32 all the same
    """

    dataset: str
    model: str
    method: Method
    _: KW_ONLY
    hold_out: int = 0
    validation: float = 0.0
    normalise: tuple[Any, ...] = ()
    centred: bool = False
    start: tuple[Any, ...] = ()
    n_train: int = 0
    n_test: int = 0
    crop: int = 0
    flip: bool = False
    precision: str = FLOAT32

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
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision must be {' or '.join(PRECISIONS)}, got {self.precision!r}")


def _is_normalisation(*values: Any) -> bool:
    """Whether these are a finite mean and a positive, finite sd, or as many of one as of the other."""
    channels = [value if isinstance(value, tuple) else (value,) for value in values]
    if len(values) != 2 or len({isinstance(value, tuple) for value in values}) != 1 or len(channels[0]) != len(channels[1]):
        return False
    return bool(channels[0]) and all(map(math.isfinite, sum(channels, ()))) and all(sd > 0 for sd in channels[1])
