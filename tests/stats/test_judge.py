"""Claims beyond pairs of rows: average ranks, winners, amounts. Pairs are in test_claims.py, paths in test_judge_paths.py."""

import json
import math

import numpy as np
import pytest
from scipy import stats

from suite.experiment.claims import (
    absent,
    always,
    best_average_rank,
    distinct_winners,
    higher,
    never,
    present,
)
from suite.judging.claims import judge as decide


def judge(claim, rows):
    result = decide(claim, lambda row, metric: rows.get((row, metric), rows.get(row, [])))
    json.dumps(result.as_dict(), allow_nan=False)
    return result


def blocks(*lines):
    """Rows "b<i>/<method>" of blocks given as {method: value or values}."""
    return {f"b{i}/{name}": np.atleast_1d(value) for i, line in enumerate(lines) for name, value in line.items()}


def names(n):
    return [f"b{i}" for i in range(n)]


# Average ranks


@pytest.mark.parametrize(("n", "verdict"), [(3, "inconclusive"), (4, "holds")])
def test_two_methods_are_told_apart_by_four_unanimous_blocks(n, verdict):
    """Ranks 1 and 2: one apart. Nemenyi at k = 2: 1.960 sqrt(2 * 3 / (6 N)) = 1.960 / sqrt(N), 1.13 at N = 3 and 0.98 at N = 4."""
    result = judge(best_average_rank("a", ["a", "b"], "m", names(n), "lower"), blocks(*[{"a": 1.0, "b": 2.0}] * n))
    assert (result.verdict, result.difference, result.against, result.n, result.p) == (verdict, -1.0, "b", (n, n), None)
    assert (result.high - result.low) / 2 == pytest.approx(1.960 / math.sqrt(n), abs=1e-3)
    assert result.reason.startswith("a has the best average rank (a 1.00, b 2.00); critical difference")


def test_another_method_that_is_better_by_the_critical_difference_refutes_it():
    rows = blocks(*[{"a": 1.0, "b": 2.0}] * 4)
    assert judge(best_average_rank("b", ["a", "b"], "m", names(4), "lower"), rows).verdict == "does not hold"
    assert judge(best_average_rank("b", ["a", "b"], "m", names(4), "higher"), rows).verdict == "holds"
    assert judge(best_average_rank("b", ["a", "b"], "m", names(3), "lower"), rows).verdict == "inconclusive"


def test_the_runner_up_decides_and_the_reason_says_who_leads():
    """By hand: a 1, 2, 1, 2 = 1.5; b 2, 1, 3, 1 = 1.75; c 3, 3, 2, 3 = 2.75; Nemenyi at k = 3: 2.344 sqrt(12 / 24) = 1.657."""
    rows = blocks(
        {"a": 1.0, "b": 2.0, "c": 3.0},
        {"a": 2.0, "b": 1.0, "c": 3.0},
        {"a": 1.0, "b": 3.0, "c": 2.0},
        {"a": 2.0, "b": 1.0, "c": 3.0},
    )
    result = judge(best_average_rank("a", "abc", "m", names(4), "lower"), rows)
    assert (result.verdict, result.against) == ("inconclusive", "b")
    assert result.difference == pytest.approx(-0.25)
    assert result.high - result.difference == pytest.approx(1.657, abs=1e-3)
    assert result.reason == (
        "a has the best average rank (a 1.50, b 1.75, c 2.75); critical difference 1.66 of at most 2 ranks at 4 blocks: low power; "
        "blocks: b0, b1, b2, b3"
    )
    behind = judge(best_average_rank("c", "abc", "m", names(4), "lower"), rows)
    assert (behind.verdict, behind.against) == ("inconclusive", "a")
    assert behind.reason.startswith("a has the best average rank")


def test_methods_that_share_the_best_rank_are_both_named():
    result = judge(best_average_rank("a", "ab", "m", names(2), "lower"), blocks({"a": 1.0, "b": 2.0}, {"a": 2.0, "b": 1.0}))
    assert (result.verdict, result.difference) == ("inconclusive", 0.0)
    assert result.reason.startswith("a and b share the best average rank (a 1.50, b 1.50)")


def test_blocks_rank_by_the_mean_over_the_runs_and_equal_means_tie():
    """0.1 + 0.2 + 0.3 and 0.3 + 0.2 + 0.1 differ by a rounding error; a seed is no block."""
    assert np.mean([0.1, 0.2, 0.3]) != np.mean([0.3, 0.2, 0.1])
    rows = blocks({"a": [0.1, 0.2, 0.3], "b": [0.3, 0.2, 0.1]}, {"a": [5.0, 0.0], "b": [2.0, 2.0]})
    result = judge(best_average_rank("a", "ab", "m", names(2), "lower"), rows)
    assert result.difference == pytest.approx((1.5 + 2) / 2 - (1.5 + 1) / 2)
    assert result.n == (2, 2)


def test_blocks_that_lack_a_method_are_left_out_and_named():
    rows = blocks({"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 2.0}, {"a": 9.0})
    result = judge(best_average_rank("a", "ab", "m", names(3), "lower"), rows)
    assert (result.difference, result.n) == (-1.0, (2, 2))
    assert result.reason.endswith("blocks: b0, b1; b2 left out: no runs of b")
    too_few = judge(best_average_rank("a", "ab", "m", ["b0", "b2"], "lower"), rows)
    assert (too_few.verdict, too_few.difference, too_few.n) == ("no data", None, (1, 1))
    assert too_few.reason == "1 of 2 blocks have runs of every method, and ranks need two; b2 left out: no runs of b"


# Winners

SPREAD = np.array([-0.1, 0.0, 0.1])


def table(**rows):
    """Rows with a mean in metric m and one in metric o, three runs each."""
    return {(row, metric): mean + SPREAD for row, means in rows.items() for metric, mean in zip("mo", means, strict=True)}


def winners(rows, **better):
    return judge(distinct_winners(["a", "b", "c"], "m", better.get("m", "higher"), "o", better.get("o", "lower")), rows)


def test_two_clear_winners():
    result = winners(table(a=(9.0, 5.0), b=(7.0, 1.0), c=(8.0, 3.0)))
    assert (result.verdict, result.against, result.seeds_needed) == ("holds", "b", None)
    assert result.reason.startswith("a has the best m, b the best o; m: difference +2, 95% interval")
    expected = stats.ttest_ind(9 + SPREAD, 7 + SPREAD, equal_var=False).confidence_interval(0.95)
    assert (result.low, result.high) == pytest.approx(tuple(expected))


def test_one_row_that_wins_both_refutes_it():
    result = winners(table(a=(9.0, 1.0), b=(7.0, 5.0), c=(8.0, 3.0)))
    assert (result.verdict, result.reason) == ("does not hold", "a has the best of both")
    assert winners(table(a=(9.0, 5.0), b=(7.0, 1.0), c=(8.0, 3.0)), o="higher").verdict == "does not hold"


def test_a_winner_by_less_than_chance_leaves_it_open():
    """Means 0.1 apart, SD 0.1, n = 3: Welch's half-width is 2.776 * 0.1 * sqrt(2 / 3) = 0.227."""
    close = winners(table(a=(9.0, 5.0), b=(8.9, 1.0), c=(8.0, 3.0)))
    assert (close.verdict, close.against) == ("inconclusive", "b")
    assert close.difference == pytest.approx(0.1)
    assert close.seeds_needed == judge(higher("a", "b", "m"), table(a=(9.0, 5.0), b=(8.9, 1.0))).seeds_needed
    other = winners(table(a=(9.0, 1.1), b=(7.0, 1.0), c=(8.0, 3.0)))
    assert (other.verdict, other.against) == ("inconclusive", "a")
    assert other.difference == pytest.approx(-0.1)


def test_winners_need_runs_of_every_row_and_more_than_one():
    rows = table(a=(9.0, 5.0), b=(7.0, 1.0))
    missing = winners(rows)
    assert (missing.verdict, missing.reason) == ("no data", "no runs of c")
    single = winners({key: values[:1] for key, values in table(a=(9.0, 5.0), b=(7.0, 1.0), c=(8.0, 3.0)).items()})
    assert (single.verdict, single.low, single.seeds_needed) == ("inconclusive", None, None)
    assert "n = 1" in single.reason


# Amounts


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([0.0, 0.0, 0.0], "holds"),
        ([0.1, 5.0, 0.2], "does not hold"),
        ([0.0, 5.0, 0.0], "does not hold"),  # one counterexample is enough
        ([0.0], "holds"),
        ([3.0], "does not hold"),
        ([], "no data"),
    ],
)
def test_never(values, verdict):
    result = judge(never("a", "m"), {"a": values})
    assert (result.verdict, result.n, result.p) == (verdict, (len(values), 0), None)
    assert result == judge(absent("a", "m"), {"a": values})
    if values:
        assert result.difference == max(values)


def test_always_names_the_counterexample():
    result = judge(always("a", "m", at_least=100.0), {"a": [100.0, 100.0, 99.0]})
    assert (result.verdict, result.difference, result.reason) == ("does not hold", -1.0, "1 of 3 runs do not: down to 99")
    assert judge(always("a", "m", at_most=99.0), {"a": [100.0, 98.0]}).reason == "1 of 2 runs do not: up to 100"
    assert judge(always("a", "m", at_least=0.3), {"a": [0.1 + 0.2, 0.3]}).verdict == "holds"


@pytest.mark.parametrize(("n", "rate"), [(3, ".63"), (5, ".45"), (10, ".26")])
def test_no_counterexample_in_n_runs_bounds_the_failure_rate(n, rate):
    """Of runs that fail at the rate that is stated, n have none with a chance of 5 %."""
    result = judge(always("a", "m", at_least=1.0), {"a": [1.0] * n})
    assert result.reason == f"holds in all {n} runs (failure rate below {rate}, 95 %)"
    assert (1 - float(rate)) ** n == pytest.approx(0.05, abs=0.003)
    one = judge(always("a", "m", at_least=1.0), {"a": [1.0]})
    assert one.reason == "holds in the one run (failure rate below .95, 95 %)"


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([9.0, 10.0, 11.0], "holds"),  # 10 +- 4.303 / sqrt(3) = 2.48
        ([7.0, 8.0, 9.0], "holds"),  # from 5.52
        ([6.0, 7.0, 8.0], "inconclusive"),  # from 4.52
        ([2.0, 3.0, 4.0], "inconclusive"),  # to 5.48
        ([1.0, 2.0, 3.0], "does not hold"),  # to 4.48
        ([5.0, 5.0, 5.0], "holds"),  # at least
        ([9.0], "inconclusive"),
        ([], "no data"),
    ],
)
def test_present(values, verdict):
    result = judge(present("a", "m", 5.0), {"a": values})
    assert (result.verdict, result.against) == (verdict, "5")
    if values:
        assert result.difference == pytest.approx(np.mean(values) - 5)
    if len(values) == 1:
        assert result.reason == "n = 1: a single run of a has no interval; observed 9"


def test_the_bound_counts_as_reached_whatever_rounding_does():
    values = [0.1 + 0.2] * 3
    assert judge(present("a", "m", 0.3), {"a": values}).verdict == "holds"
    assert judge(present("a", "m", 0.1 + 0.2), {"a": [0.3] * 3}).verdict == "holds"
