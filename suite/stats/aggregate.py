"""One number for many cells: the interquartile mean, with a bootstrap that respects the cells (Agarwal et al. 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import trim_mean

from suite.stats.record import Record


@dataclass(frozen=True)
class Aggregate(Record):
    """Interquartile mean over `runs` runs in `cells` cells, with its percentile interval."""

    iqm: float
    low: float
    high: float
    cells: int
    runs: int


def resample(cells: Sequence[Sequence[float] | np.ndarray], resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Bootstrap samples, shape (resamples, runs): every cell is redrawn from its own runs and keeps its columns and its size."""
    arrays = [np.asarray(cell, dtype=float) for cell in cells]
    return np.concatenate([cell[rng.integers(cell.size, size=(resamples, cell.size))] for cell in arrays], axis=1)


def interquartile_mean(
    cells: Sequence[Sequence[float] | np.ndarray], confidence: float = 0.95, resamples: int = 5_000, seed: int = 0
) -> Aggregate:
    """Mean of the middle half of all runs of all cells (25 % cut off at each end), with a seeded percentile interval.

    Only for several cells: inside one of three to five seeds the trimming drops nothing to two values and a bootstrap covers
    too little. The values must be on one scale (errors in percent, say). Resampling seeds inside each cell leaves the choice of
    data sets fixed: the interval speaks about these cells. Raises ValueError for fewer than two cells, an empty cell or values
    that are not finite.
    """
    if len(cells) < 2 or not all(len(cell) for cell in cells):
        raise ValueError("an aggregate needs at least two cells, none of them empty")
    runs = np.concatenate([np.asarray(cell, dtype=float) for cell in cells])
    if not np.isfinite(runs).all():
        raise ValueError("a cell holds NaN or infinite values; leave diverged runs out and report their number")
    draws = trim_mean(resample(cells, resamples, np.random.default_rng(seed)), 0.25, axis=1)
    low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Aggregate(float(trim_mean(runs, 0.25)), float(low), float(high), len(cells), runs.size)
