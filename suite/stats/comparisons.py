"""Every method of a table against one named baseline: exact permutation tests with Holm's correction.

One baseline, not all pairs: at five seeds the smallest p is 2/252, so Holm leaves room for six comparisons; all pairs of eight
methods would be 28. Wilcoxon and sign-flip tests are not offered: at five pairs their p cannot go below .0625.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations
from math import comb

import numpy as np

from suite.stats.intervals import effect_in_sd, summary, welch
from suite.stats.record import Record

ALPHA = 0.05
MOST_SPLITS = 200_000
RESAMPLES = 50_000
BLOCK = 1 << 18
"""About so many values of splits are summed at a time."""


@dataclass(frozen=True)
class Permutation(Record):
    """Two-sided p over `splits` ways to deal the values to two groups: all of them if `exact`, else a seeded random choice."""

    p: float
    splits: int
    exact: bool


@dataclass(frozen=True)
class Comparison(Record):
    """One method minus the baseline.

    difference, low, high: difference of the means with Welch's 95 % interval, in the unit of the metric; NaN where there is
    none. effect_sd: the difference in pooled SDs. p: permutation test, None if no p below alpha can exist at this n. p_holm: p
    corrected for all comparisons of the family that have one, None if that cannot come below alpha, however far apart all are.
    smallest_p: the smallest p attainable at this n. note: what a reader must know, such as why there is no p.
    """

    name: str
    difference: float
    low: float
    high: float
    effect_sd: float
    p: float | None
    p_holm: float | None
    smallest_p: float
    note: str


def smallest_attainable_p(n_a: int, n_b: int) -> float:
    """The p of `permutation_test` when the groups are as far apart as can be: 1/C(n_a + n_b, n_a), twice that for n_a = n_b.

    With equal groups every split has a mirror image with the same absolute difference. 1 if a group is empty.
    """
    if n_a == 0 or n_b == 0:
        return 1.0
    return (2 if n_a == n_b else 1) / comb(n_a + n_b, n_a)


def permutation_test(a: Sequence[float] | np.ndarray, b: Sequence[float] | np.ndarray, seed: int = 0) -> Permutation:
    """Unpaired permutation test (Fisher, Pitman): share of the splits whose means are at least as far apart as the observed ones.

    All C(n_a + n_b, n_a) splits up to 200,000 of them (ten against ten); beyond that 50,000 random ones from `seed`, with
    p = (1 + hits) / (1 + splits), which is never 0 (Phipson and Smyth 2010). Raises ValueError if a group is empty.
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.size == 0 or b.size == 0:
        raise ValueError("a permutation test needs at least one value in each group")
    return _tested(a.tobytes(), b.tobytes(), seed)


@lru_cache(maxsize=4096)
def _tested(first: bytes, second: bytes, seed: int) -> Permutation:
    """`permutation_test` of the numbers in these bytes: every format of a table asks for the same tests."""
    a, b = np.frombuffer(first), np.frombuffer(second)
    pooled = np.concatenate([a, b])
    # After centring, the difference of means is proportional to the sum of either group, so the smaller one will do.
    centred, size = pooled - pooled.mean(), min(a.size, b.size)
    exact = comb(pooled.size, size) <= MOST_SPLITS
    chosen = _all_splits(pooled.size, size) if exact else _random_splits(pooled.size, size, seed)
    observed, splits = abs(centred[: a.size].sum()), len(chosen)
    rounding = 1e-12 * np.abs(pooled).sum()
    blocks = np.array_split(chosen, 1 + chosen.size // BLOCK)  # of hundreds of runs all splits at a time would take gigabytes
    hits = sum(int((np.abs(centred[rows].sum(axis=1)) >= observed - rounding).sum()) for rows in blocks)
    return Permutation(hits / splits if exact else (1 + hits) / (1 + splits), splits, exact)


@lru_cache(maxsize=8)
def _all_splits(total: int, size: int) -> np.ndarray:
    """Every choice of `size` values out of `total`, a row each, as their indices: the same for all comparisons of a table."""
    splits = comb(total, size)
    flat = np.fromiter(chain.from_iterable(combinations(range(total), size)), dtype=np.min_scalar_type(total), count=splits * size)
    return flat.reshape(splits, size)


@lru_cache(maxsize=2)
def _random_splits(total: int, size: int, seed: int) -> np.ndarray:
    """`RESAMPLES` of them at random."""
    indices = np.tile(np.arange(total, dtype=np.min_scalar_type(total)), (RESAMPLES, 1))
    return np.random.default_rng(seed).permuted(indices, axis=1, out=indices)[:, :size].copy()


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) adjusted p in the order given: with p sorted, max over j <= i of (m - j + 1) p_(j), at most 1.

    Rejecting where it is <= alpha keeps the chance of any false rejection among the m at alpha, however the tests depend on
    each other.
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)))
    return adjusted.tolist()


def compare_to_baseline(
    groups: Mapping[str, Sequence[float] | np.ndarray],
    baseline: str,
    alpha: float = ALPHA,
    seed: int = 0,
    family: Callable[[str], str] = lambda name: "",
) -> list[Comparison]:
    """Each group minus `groups[baseline]`, in the order given; `seed` is used only where the splits are too many to count.

    family: what a comparison counts with in Holm's correction, say the paper's methods or ours; by default there is one.

    The smallest attainable p is looked at first: where it exceeds alpha no p is given, whatever the data, and where Holm's correction
    of it does, no corrected one. Raises KeyError if there is no such baseline.
    """
    reference = groups[baseline]
    others = {name: values for name, values in groups.items() if name != baseline}
    floors = {name: smallest_attainable_p(len(values), len(reference)) for name, values in others.items()}
    tests = {name: permutation_test(others[name], reference, seed) for name, floor in floors.items() if floor <= alpha}
    size = Counter(family(name) for name in tests)
    corrected, best_case = (_by_family(p, family) for p in ({name: test.p for name, test in tests.items()}, {n: floors[n] for n in tests}))

    def note(name: str) -> str:
        if not len(others[name]) or not len(reference):
            return "no runs" if len(reference) else "the baseline has no runs"
        if name not in tests:
            return f"n too small: smallest attainable p = {format_p(floors[name])}"
        remarks = []
        if best_case[name] > alpha:
            over = f"Holm over {size[family(name)]} comparisons"
            remarks.append(f"no corrected p: {over} cannot go below p = {format_p(best_case[name])} at this n")
        if not tests[name].exact:
            remarks.append(f"p from {tests[name].splits:,} random splits (seed {seed})")
        return "; ".join(remarks)

    def compare(name: str) -> Comparison:
        ours, theirs = summary(others[name]), summary(reference)
        difference = welch(ours, theirs)
        p = tests[name].p if name in tests else None
        low, high = difference.interval()
        effect = effect_in_sd(ours, theirs)
        p_holm = corrected[name] if best_case.get(name, 1.0) <= alpha else None
        return Comparison(name, difference.estimate, low, high, effect, p, p_holm, floors[name], note(name))

    return [compare(name) for name in others]


def _by_family(p: Mapping[str, float], family: Callable[[str], str]) -> dict[str, float]:
    """Holm's adjusted p, each corrected for those of its family."""
    found: dict[str, float] = {}
    for one in dict.fromkeys(map(family, p)):
        names = [name for name in p if family(name) == one]
        found |= dict(zip(names, holm([p[name] for name in names]), strict=True))
    return found


def format_p(p: float) -> str:
    """A p for readers: two decimals from .01 on, else two significant digits, no leading zero (.10, .0079, 2e-05)."""
    return (f"{p:.2f}" if p >= 0.01 else f"{p:.2g}").removeprefix("0")
