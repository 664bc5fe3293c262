"""A data set in memory: four tensors and what identifies them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from suite.base.lazy import torch
from suite.data.checksum import KEYS, checksum

if TYPE_CHECKING:
    from suite.data.checksum import Arrays


FULL_SCALE = {"pendigits": 100.0}
"""The greatest value that a feature can have, where the features of a data set are coordinates from 0 on as pixels are."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and test rows, as stored.

    `x_train`, `x_test`: images (N, C, H, W) in uint8, or features (N, d) in float32. `y_train`, `y_test`: labels (N,) in
    int64, from 0 to `n_classes` - 1. `checksum`: SHA-256 of the four arrays, see `suite.data.checksum`.
    """

    name: str
    x_train: torch.Tensor = field(repr=False)
    y_train: torch.Tensor = field(repr=False)
    x_test: torch.Tensor = field(repr=False)
    y_test: torch.Tensor = field(repr=False)
    n_classes: int
    checksum: str

    @classmethod
    def from_arrays(cls, name: str, arrays: Arrays, known_checksum: str | None = None, n_classes: int | None = None) -> Dataset:
        """The data set of four arrays, whose memory it shares; the classes are counted where `n_classes` is not given."""
        if n_classes is None:
            n_classes = 1 + max(int(arrays["y_train"].max()), int(arrays["y_test"].max()))
        tensors = {key: torch.from_numpy(arrays[key]) for key in KEYS}
        return cls(name, **tensors, n_classes=n_classes, checksum=known_checksum or checksum(arrays))

    def arrays(self) -> Arrays:
        """The four arrays by name (no copies)."""
        return {key: getattr(self, key).numpy() for key in KEYS}

    def tensors(self, device: str | torch.device = "cpu") -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """x_train, y_train, x_test, y_test on `device`, the inputs as `inputs` makes them."""
        return (
            inputs(self.x_train.to(device), FULL_SCALE.get(self.name, 1.0)),
            self.y_train.to(device),
            inputs(self.x_test.to(device), FULL_SCALE.get(self.name, 1.0)),
            self.y_test.to(device),
        )


def inputs(x: torch.Tensor, full_scale: float = 1.0) -> torch.Tensor:
    """What a network is fed: images x / 255 in float32, channels last, from 0 to 1; features x / full_scale."""
    if x.dtype != torch.uint8:
        return x if full_scale == 1 else x / full_scale
    return x.to(torch.float32, memory_format=torch.channels_last).div_(255)
