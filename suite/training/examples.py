"""The examples of a run: which it trains on, which it is scored on, and how they are fed to its network."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from suite.base.errors import SuiteError
from suite.data import Dataset, hold_out, subset
from suite.experiment.spec import RunSpec


def examples(spec: RunSpec, dataset: Dataset, device: str) -> tuple[Tensor, ...]:
    """Inputs and labels for training, of the test set and of the held-out examples (none where the run asks for none), on the device."""
    data = subset(dataset, spec.setup.n_train, spec.setup.n_test)
    if spec.setup.hold_out:
        data = hold_out(data, spec.setup.hold_out, spec.seed)
    x, y, x_test, y_test = data.tensors(device)
    if not spec.setup.validation:
        return x, y, x_test, y_test, x[:0], y[:0]
    x_train, y_train, x_held, y_held = hold_out(data, round(spec.setup.validation * len(x)), spec.seed).tensors(device)
    return x_train, y_train, x_test, y_test, x_held, y_held


def feeding(spec: RunSpec, train: Tensor) -> Callable[[Tensor], Tensor]:
    """How a run feeds inputs to its network: normalised, then less the mean example of `train`, where it asks for that.

    Raises SuiteError where it normalises by channel and the examples are not images of as many channels.
    """
    mean, sd = spec.setup.normalise or (0.0, 1.0)
    if isinstance(mean, tuple):
        if train.dim() != 4 or train.shape[1] != len(mean):
            raise SuiteError(f"{spec.dataset} has no images of {len(mean)} channels", "normalise with one mean and sd for each channel")
        mean, sd = (torch.tensor(values, device=train.device)[:, None, None] for values in (mean, sd))

    def normalised(x: Tensor) -> Tensor:
        return (x - mean) / sd if spec.setup.normalise else x

    if not spec.setup.centred:
        return normalised
    centre = normalised(train).mean(0)
    return lambda x: normalised(x) - centre
