"""Starts and teachers for the theory's tests: float64, seeded."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture
def draw():
    """draw(*shape): rows of norm 1 in uniformly random directions, the next of one stream."""
    generator = torch.Generator().manual_seed(20)

    def directions(*shape: int) -> torch.Tensor:
        return torch.nn.functional.normalize(torch.randn(*shape, generator=generator, dtype=torch.float64), dim=-1)

    return directions
