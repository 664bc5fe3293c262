import json
import math

import numpy as np
import pytest

from suite.stats.aggregate import interquartile_mean, resample

CELLS = [[1.0, 1.1, 1.2], [20.0, 21.0, 22.0, 23.0, 24.0], [300.0, 330.0]]


def test_resamples_stay_in_their_cell():
    draws = resample(CELLS, 500, np.random.default_rng(0))
    assert draws.shape == (500, 10)
    for cell, columns in zip(CELLS, np.split(draws, [3, 8], axis=1), strict=True):
        assert set(np.unique(columns)) == set(cell)  # nothing from outside, and every run is drawn
        assert any(len(set(row)) < len(cell) for row in columns)  # with replacement


def test_interquartile_mean_drops_a_quarter_at_each_end():
    result = interquartile_mean(CELLS)
    assert result.iqm == pytest.approx(np.mean([1.2, 20, 21, 22, 23, 24]))  # 10 runs, int(2.5) off each end
    assert (result.cells, result.runs) == (3, 10)


def test_interval_follows_the_seed_spread_inside_cells_not_between_them():
    """Cells far apart, runs that do not vary: nothing is uncertain. A bootstrap over the cells would give a wide interval."""
    result = interquartile_mean([[1.0] * 3, [50.0] * 3, [90.0] * 3])
    assert result.low == result.iqm == result.high
    varied = interquartile_mean(CELLS)
    assert varied.low < varied.iqm < varied.high


def test_percentiles_of_a_case_that_can_be_counted():
    """Two cells of two runs: the middle two of four values. All sixteen resamples are equally likely."""
    cells = [[0.0, 1.0], [10.0, 12.0]]
    exact = [np.mean(sorted((a, b, c, d))[1:3]) for a in (0, 1) for b in (0, 1) for c in (10, 12) for d in (10, 12)]
    result = interquartile_mean(cells, confidence=0.6, resamples=20_000)
    assert (result.low, result.high) == pytest.approx(np.quantile(exact, [0.2, 0.8], method="inverted_cdf"))


def test_same_seed_same_interval():
    rng = np.random.default_rng(0)
    cells = rng.normal(size=(4, 5))
    assert interquartile_mean(cells, seed=3) == interquartile_mean(cells, seed=3)
    assert interquartile_mean(cells, seed=3) != interquartile_mean(cells, seed=4)
    json.dumps(interquartile_mean(cells).as_dict(), allow_nan=False)


@pytest.mark.parametrize("cells", [[[1.0, 2.0]], [[1.0], []], [[1.0], [math.nan]]])
def test_refused(cells):
    with pytest.raises(ValueError, match="cell"):
        interquartile_mean(cells)
