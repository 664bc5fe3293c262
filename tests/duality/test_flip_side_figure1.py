"""The figure of effective penalties: what its graphs show."""

from __future__ import annotations

import math

import pytest
import torch

from reproductions.flip_side.figure1 import TABLE
from suite.report.figures import lines

SCALAR, VECTOR = map(lines.graphs, TABLE.figures[0].panels)


def test_the_panels_show_the_same_penalties_and_one_more():
    assert list(SCALAR) == ["VarDrop", "Standout", "HardConcrete", "LogSum(2), λ = 2", "MCP(1/2, √2), λ = √2"]
    assert list(VECTOR) == [*SCALAR, "HardThresh(16)"]


def test_every_penalty_starts_at_zero_and_grows():
    for values in (*SCALAR.values(), *VECTOR.values()):
        assert values[0] == 0
        assert (values[1:] >= values[:-1] - 1e-12).all()


def test_classical_penalties_by_hand():
    w = lines.grid(TABLE.figures[0].panels[0]).tolist()
    knot = 0.5 * math.sqrt(2)
    assert SCALAR["LogSum(2), λ = 2"].tolist() == pytest.approx([2 * math.log(1 + x / 2) for x in w])
    bent = [min(x, knot) - min(x, knot) ** 2 / (2 * knot) for x in w]
    assert SCALAR["MCP(1/2, √2), λ = √2"].tolist() == pytest.approx([math.sqrt(2) * x for x in bent])
    assert VECTOR["LogSum(2), λ = 2"][9].item() == pytest.approx(9 * 2 * math.log(1 + 1 / 6))
    assert VECTOR["HardThresh(16)"].tolist() == [0.0] * 17 + [math.inf] * 16


def test_dropout_is_near_its_classical_counterpart():
    """Equal slopes at zero for VarDrop and LogSum, equal limits for HardConcrete and MCP; Standout tends to 1."""
    step = 5 / 200
    slopes = [SCALAR[name][1].item() / step for name in ("VarDrop", "LogSum(2), λ = 2")]
    assert slopes == pytest.approx([1, 1], abs=0.02)
    for name in ("HardConcrete", "MCP(1/2, √2), λ = √2"):
        assert torch.allclose(SCALAR[name][40:], torch.tensor(0.5, dtype=torch.float64))
    assert SCALAR["Standout"][-1].item() == pytest.approx(1 - 6 * math.exp(-5))
