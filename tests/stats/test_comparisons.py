import json
import math
import warnings

import numpy as np
import pytest
from scipy import stats

from suite.stats.comparisons import compare_to_baseline, format_p, holm, permutation_test, smallest_attainable_p

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from statsmodels.stats.multitest import multipletests

FIVE = [0.70, 0.72, 0.74, 0.76, 0.79]


@pytest.mark.parametrize("m", [1, 2, 7, 30])
def test_holm_equals_statsmodels(m):
    p = np.random.default_rng(m).uniform(0, 1, m) ** 3
    p[: m // 3] = p[0]  # ties
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], rel=1e-12)


def test_holm_of_nothing():
    assert holm([]) == []


def scipys_p(a, b):
    def distance(x, y, axis):
        return np.abs(x.mean(axis) - y.mean(axis))

    return stats.permutation_test((a, b), distance, vectorized=True, n_resamples=math.inf, alternative="greater").pvalue


@pytest.mark.parametrize(("n_a", "n_b"), [(2, 4), (3, 3), (5, 5), (4, 7), (7, 4)])
@pytest.mark.parametrize("decimals", [1, 2, 12])
def test_exact_permutation_p_equals_scipy(n_a, n_b, decimals):
    """One and two decimals give ties, as error rates do."""
    rng = np.random.default_rng([n_a, n_b, decimals])
    a, b = rng.normal(0.4, 0.5, n_a).round(decimals), rng.normal(0, 0.5, n_b).round(decimals)
    ours = permutation_test(a, b)
    assert ours.exact
    assert ours.splits == math.comb(n_a + n_b, n_a)
    assert ours.p == pytest.approx(scipys_p(a, b), rel=1e-12)


def test_rounding_far_from_zero_breaks_no_ties():
    a, b = np.array([0.01, 0.02, 0.04]), np.array([0.03, 0.06, 0.05])
    near = permutation_test(a, b).p
    assert near == 4 / 20  # the sums 6 and 7 of {1..6} and their mirror images 15 and 14
    assert permutation_test(a + 99, b + 99).p == near


@pytest.mark.parametrize(("n_a", "n_b", "p"), [(3, 3, 0.10), (5, 5, 2 / 252), (10, 10, 2 / 184_756), (3, 5, 1 / 56), (1, 4, 1 / 5)])
def test_smallest_attainable_p_is_what_complete_separation_gives(n_a, n_b, p):
    a, b = np.arange(n_a) + 1000.0, np.arange(n_b) * 1.0
    assert smallest_attainable_p(n_a, n_b) == pytest.approx(p)
    result = permutation_test(a, b)
    assert result.exact
    assert result.p == pytest.approx(p)


def test_equal_values_are_no_evidence():
    assert permutation_test([1.0] * 4, [1.0] * 4).p == 1.0


def test_empty_groups():
    assert smallest_attainable_p(0, 5) == 1.0
    with pytest.raises(ValueError, match="at least one value"):
        permutation_test([], [1.0])


def test_too_many_splits_are_sampled_with_a_seed():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.9, 1, 15), rng.normal(0, 1, 15)
    ours = permutation_test(a, b, seed=1)
    assert (ours.exact, ours.splits) == (False, 50_000)
    assert ours == permutation_test(a, b, seed=1)
    assert ours.p != permutation_test(a, b, seed=2).p
    reference = stats.ttest_ind(a, b).pvalue  # 15 normal values a side: both tests nearly agree
    assert ours.p == pytest.approx(reference, rel=0.15)
    assert permutation_test(a + 100, b).p == pytest.approx(1 / 50_001)  # never zero


def test_comparison_with_the_baseline():
    groups = {"near": [x + 0.01 for x in FIVE], "baseline": FIVE, "far": [x + 1 for x in FIVE]}
    near, far = compare_to_baseline(groups, "baseline")
    interval = stats.ttest_ind(groups["far"], FIVE, equal_var=False).confidence_interval(0.95)
    assert (near.name, far.name) == ("near", "far")
    assert far.difference == pytest.approx(1)
    assert (far.low, far.high) == pytest.approx((interval.low, interval.high))
    assert far.effect_sd == pytest.approx(1 / np.std(FIVE, ddof=1))
    assert near.p == pytest.approx(scipys_p(np.array(groups["near"]), np.array(FIVE)))
    assert far.p == far.smallest_p == 2 / 252
    assert [near.p_holm, far.p_holm] == pytest.approx(multipletests([near.p, far.p], method="holm")[1])
    assert near.note == far.note == ""


def test_three_seeds_get_an_interval_but_no_p():
    (far,) = compare_to_baseline({"baseline": FIVE[:3], "far": [9.0, 9.1, 9.2]}, "baseline")
    assert (far.p, far.p_holm) == (None, None)
    assert far.note == "n too small: smallest attainable p = .10"
    assert far.low < far.difference < far.high


@pytest.mark.parametrize(("others", "limited"), [(6, False), (7, True)])
def test_holm_leaves_room_for_six_comparisons_at_five_seeds(others, limited):
    groups = {"baseline": FIVE} | {f"m{i}": [x + i + 1 for x in FIVE] for i in range(others)}
    comparisons = compare_to_baseline(groups, "baseline")
    assert [c.p_holm is None for c in comparisons] == [limited] * others
    assert all(c.p == 2 / 252 for c in comparisons)
    expected = "no corrected p: Holm over 7 comparisons cannot go below p = .06 at this n" if limited else ""
    assert {c.note for c in comparisons} == {expected}


def test_two_families_are_corrected_each_for_itself():
    """Six of the paper's and one of ours: neither takes anything from the other."""
    groups = {"baseline": FIVE} | {f"m{i}": [x + i + 1 for x in FIVE] for i in range(7)}
    found = compare_to_baseline(groups, "baseline", family=lambda name: "ours" if name == "m6" else "the paper's")
    assert [c.p_holm for c in found] == pytest.approx([6 * 2 / 252] * 6 + [2 / 252])
    assert {c.note for c in found} == {""}


def test_rows_without_a_p_are_not_counted_by_holm():
    groups = {"baseline": FIVE, "full": [x + 1 for x in FIVE], "one": [2.0], "none": []}
    full, one, none = compare_to_baseline(groups, "baseline")
    assert full.p_holm == full.p
    assert one.note == "n too small: smallest attainable p = .17"
    assert one.difference == pytest.approx(2 - np.mean(FIVE))
    assert none.note == "no runs"
    expected = {"name": "none", "smallest_p": 1.0, "note": "no runs"}
    missing = dict.fromkeys(("difference", "low", "high", "effect_sd", "p", "p_holm"))
    assert json.loads(json.dumps(none.as_dict(), allow_nan=False)) == expected | missing


def test_sampled_p_says_so():
    rng = np.random.default_rng(0)
    (row,) = compare_to_baseline({"a": rng.normal(size=12), "b": rng.normal(size=12)}, "b", seed=4)
    assert row.note == "p from 50,000 random splits (seed 4)"


def test_unknown_baseline_and_empty_baseline():
    with pytest.raises(KeyError):
        compare_to_baseline({"a": FIVE}, "b")
    (row,) = compare_to_baseline({"a": FIVE, "b": []}, "b")
    assert row.note == "the baseline has no runs"


@pytest.mark.parametrize(("p", "text"), [(0.1, ".10"), (2 / 252, ".0079"), (1.0, "1.00"), (2 / 184_756, "1.1e-05")])
def test_p_for_readers(p, text):
    assert format_p(p) == text
