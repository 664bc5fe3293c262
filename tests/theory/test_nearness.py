"""The distance of two penalties, and that it is a run like any other."""

from __future__ import annotations

import math

import pytest

from suite.app.catalogue import get
from suite.theory.nearness import CLASSICAL, DROPOUTS, Nearness


def test_a_distance_by_hand(monkeypatch):
    """Of LogSum(2) from 2 LogSum(2) it is half of the greater; of a penalty from itself nothing."""
    monkeypatch.setitem(DROPOUTS, "twin", lambda: CLASSICAL["log_sum"](2.0))
    assert Nearness(dropout="twin", strength=2.0).distance() == pytest.approx(50)
    assert Nearness(dropout="twin", strength=1.0).distance() == 0
    mcp = Nearness(dropout="twin", classical="mcp", strength=1.0, shape=(0.5, 2.0), widest=5.0)
    assert mcp.distance() == pytest.approx(100 * (math.log(1 + 5 / 2) - 0.5) / 0.5)  # MCP is a lam / 2 from its knot on


def test_what_is_unknown_is_refused():
    for wrong in ({"dropout": "log_sum"}, {"classical": "vardrop"}):
        with pytest.raises(ValueError, match="a penalty must be one of"):
            Nearness(**wrong)
    for wrong in ({"strength": 0.0}, {"widest": -1.0}):
        with pytest.raises(ValueError, match="must be positive"):
            Nearness(**wrong)


def test_the_pairs_are_those_of_the_figure():
    drawn = [title for title, _ in get("flip-side/figure1").figures[0].panels[0].lines]
    for cell in get("flip-side/figure1_distances").cells:
        assert set(cell.label.split(" beside ")) <= set(drawn)
