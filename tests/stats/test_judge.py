"""Claims beyond pairs of rows: average ranks, winners, amounts. Pairs are in test_claims.py, paths in test_judge_paths.py."""

import json
import math

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from suite.experiment.claims import (
    always,
    best_average_rank,
    distinct_winners,
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


SPREAD = np.array([-0.1, 0.0, 0.1])

# Average ranks


def test_two_clear_blocks_are_enough_on_these_blocks():
    """Nothing is said about other data sets, so what decides is how sure the cells are, and their runs, not the number of blocks."""
    rows = blocks(*[{"a": 1 + SPREAD, "b": 2 + SPREAD}] * 2)
    result = judge(best_average_rank("a", ["a", "b"], "m", names(2), "lower"), rows)
    assert (result.verdict, result.difference, result.against, result.n) == ("holds", -1.0, "b", (2, 2))
    assert result.reason.startswith("a has the best average rank (a 1.00, b 2.00); P(a has the best) = ")
    assert result.reason.endswith("on these data sets: b0, b1")
    assert judge(best_average_rank("b", ["a", "b"], "m", names(2), "lower"), rows).verdict == "does not hold"
    assert judge(best_average_rank("b", ["a", "b"], "m", names(2), "higher"), rows).verdict == "holds"


def test_the_probability_is_that_of_the_t_posteriors():
    """One block is in doubt, the two others are even: a is first as often as the t posteriors of its two means say."""
    rows = blocks({"a": 1 + SPREAD, "b": 1.2 + SPREAD}, {"a": 1 + SPREAD, "b": 9 + SPREAD}, {"a": 9 + SPREAD, "b": 1 + SPREAD})
    result = judge(best_average_rank("a", ["a", "b"], "m", names(3), "lower"), rows)
    t = stats.t(2)
    exact = quad(lambda x: t.pdf(x) * t.cdf(x + 0.2 / (0.1 / math.sqrt(3))), -np.inf, np.inf)[0]
    assert result.p == pytest.approx(1 - exact, abs=0.012)
    assert result.verdict == "open"
    assert (result.low, result.high) == pytest.approx((-1 / 3, 1 / 3))


def test_a_single_run_has_no_spread_to_draw_from():
    result = judge(best_average_rank("a", ["a", "b"], "m", names(4), "lower"), blocks(*[{"a": 1.0, "b": 2.0}] * 4))
    assert (result.verdict, result.difference, result.low, result.p) == ("open", -1.0, None, None)
    assert "n = 1: a cell with a single run has no spread" in result.reason


def test_a_rival_that_is_probably_before_it_refutes_it_others_do_not():
    """c is certainly last; a and b share the lead, so neither is the best and neither is refuted."""
    a, c = 1 + SPREAD, 9 + SPREAD
    rows = blocks({"a": a, "b": a + 1, "c": c}, {"a": a + 1, "b": a, "c": c})
    last = judge(best_average_rank("c", "abc", "m", names(2), "lower"), rows)
    assert (last.verdict, last.difference) == ("does not hold", pytest.approx(1.5))
    lead = judge(best_average_rank("a", "abc", "m", names(2), "lower"), rows)
    assert (lead.verdict, lead.against, lead.difference) == ("open", "b", 0.0)
    assert lead.reason.startswith("a and b share the best average rank (a 1.50, b 1.50, c 3.00)")


def test_methods_that_share_the_best_rank_are_both_named():
    result = judge(best_average_rank("a", "ab", "m", names(2), "lower"), blocks({"a": 1.0, "b": 2.0}, {"a": 2.0, "b": 1.0}))
    assert (result.verdict, result.difference) == ("open", 0.0)
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
    assert result.reason.endswith("on these data sets: b0, b1; b2 left out: no runs of b")
    too_few = judge(best_average_rank("a", "ab", "m", ["b0", "b2"], "lower"), rows)
    assert (too_few.verdict, too_few.difference, too_few.n) == ("no data", None, (1, 1))
    assert too_few.reason == "1 of 2 blocks have runs of every method, and ranks need two; b2 left out: no runs of b"


# Winners


def table(**rows):
    """Rows with a mean in metric m and one in metric o, three runs each."""
    return {(row, metric): mean + SPREAD for row, means in rows.items() for metric, mean in zip("mo", means, strict=True)}


def winners(rows, **better):
    return judge(distinct_winners(["a", "b", "c"], "m", better.get("m", "higher"), "o", better.get("o", "lower")), rows)


def test_two_clear_winners():
    """Every row is beaten by some other, c the least clearly, by b in o. Each has 4 comparisons to be beaten in: its p counts 4 times."""
    result = winners(table(a=(9.0, 5.0), b=(6.0, 1.0), c=(8.0, 3.0)))
    assert (result.verdict, result.against, result.difference) == ("holds", "b", pytest.approx(2))
    named = "in mean a the best m and b the best o"
    assert result.reason.startswith(f"{named}; no row is the best in both: hardest to exclude is c, beaten by b in o")
    expected = stats.ttest_ind(3 + SPREAD, 1 + SPREAD, equal_var=False)
    assert (result.low, result.high) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert result.p == pytest.approx(4 * expected.pvalue)


def test_one_row_that_wins_both_refutes_it():
    """It has to win each of its comparisons: the p of the closest, a against c, times the three rows that might have won."""
    result = winners(table(a=(9.0, 1.0), b=(7.0, 5.0), c=(8.0, 3.0)))
    assert (result.verdict, result.against) == ("does not hold", "c")
    assert "a is the best in both: closest is c in m" in result.reason
    assert result.p == pytest.approx(3 * stats.ttest_ind(9 + SPREAD, 8 + SPREAD, equal_var=False).pvalue)
    assert winners(table(a=(9.0, 5.0), b=(7.0, 1.0), c=(8.0, 3.0)), o="higher").verdict == "does not hold"


@pytest.mark.parametrize(
    "close", [{"a": (9.0, 1.0), "b": (8.9, 5.0), "c": (7.0, 5.0)}, {"a": (9.0, 5.0), "b": (8.9, 1.0), "c": (8.0, 3.0)}]
)
def test_a_mean_that_is_the_best_by_less_than_chance_decides_nothing(close):
    """0.1 apart, SD 0.1, n = 3: Welch's half-width is 2.776 * 0.1 * sqrt(2 / 3) = 0.227. Either b may win both, or a need not."""
    assert winners(table(**close)).verdict == "open"


def test_winners_need_runs_of_every_row_and_more_than_one():
    rows = table(a=(9.0, 5.0), b=(7.0, 1.0))
    missing = winners(rows)
    assert (missing.verdict, missing.reason) == ("no data", "no runs of c")
    single = winners({key: values[:1] for key, values in table(a=(9.0, 5.0), b=(7.0, 1.0), c=(8.0, 3.0)).items()})
    assert (single.verdict, single.low, single.seeds_needed) == ("open", None, None)
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
        ([6.0, 7.0, 8.0], "open"),  # from 4.52
        ([2.0, 3.0, 4.0], "open"),  # to 5.48
        ([1.0, 2.0, 3.0], "does not hold"),  # to 4.48
        ([5.0, 5.0, 5.0], "holds"),  # at least
        ([9.0], "open"),
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
