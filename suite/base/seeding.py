"""Separate random streams for initialisation, data order and gates, each derived by hash.

A stream depends on (seed, data set, model, purpose) and, where it is used epoch by epoch, on the epoch; never on the method. So methods
are compared from the same initial weights on the same batches, and a run resumed at an epoch draws what the uninterrupted run drew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Streams:
    seed: int
    dataset: str
    model: str

    def number(self, purpose: str, *more: int) -> int:
        """A 63-bit seed for one purpose ("init", "order", "gates", ...)."""
        text = "/".join(map(str, (self.seed, self.dataset, self.model, purpose, *more)))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1

    def generator(self, purpose: str, *more: int, device: str | torch.device = "cpu") -> torch.Generator:
        return torch.Generator(device).manual_seed(self.number(purpose, *more))
