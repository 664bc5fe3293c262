"""When a number has moved."""

from __future__ import annotations

import pytest

from suite.judging.verify import compare

SPREAD = [10.0, 11.0, 12.0, 13.0, 14.0]  # SD 1.5811: four standard errors of a difference at n = 5 are 4.0


def moved(own, reference, metric="weight_sparsity"):
    return compare("row", metric, own, reference).moved


def test_equal_numbers_are_the_same():
    assert not moved(SPREAD, SPREAD)


def test_the_spread_over_seeds_is_allowed_and_no_more():
    assert compare("row", "weight_sparsity", SPREAD, SPREAD).allowed == pytest.approx(4.0)
    assert not moved([v + 3.99 for v in SPREAD], SPREAD)
    assert moved([v + 4.01 for v in SPREAD], SPREAD)
    assert moved([v - 4.01 for v in SPREAD], SPREAD)


def test_fewer_own_seeds_allow_more():
    assert compare("row", "weight_sparsity", SPREAD[:2], SPREAD).allowed == pytest.approx(4 * 1.5811 * 1.0, abs=1e-3)


@pytest.mark.parametrize(("metric", "floor"), [("test_error", 0.3), ("weight_sparsity", 0.1), ("neuron_sparsity", 0.1)])
def test_without_a_spread_the_floor_holds(metric, floor):
    assert not moved([5.0 + 0.9 * floor] * 5, [5.0] * 5, metric)
    assert moved([5.0 + 1.1 * floor] * 5, [5.0] * 5, metric)
    assert moved([5.0 + 1.1 * floor], [5.0], metric)


def test_a_row_that_is_missing_on_one_side_has_moved():
    assert moved([], SPREAD)
    assert moved(SPREAD, [])
    assert not moved([], [])
