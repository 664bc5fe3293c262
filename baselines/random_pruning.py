"""Random pruning after training, one shot: what a count of zeros is worth without any choice of weights."""

from __future__ import annotations

from dataclasses import dataclass

from suite.base.lazy import torch
from suite.methods.pruning import Pruning


@dataclass(unsafe_hash=True, kw_only=True)
class RandomPruning(Pruning):
    """Remove weights at random."""

    title = "random pruning"

    def scores(self, name, weight):
        stream = self.context.streams.generator(f"pruning/{name}")
        return torch.rand(weight.shape, generator=stream).to(weight.device)
