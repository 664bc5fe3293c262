"""Claims beyond pairs of rows: average ranks, winners, amounts, paths. Pairs are in test_claims.py."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from suite.experiment.claims import (
    absent,
    at_matched,
    best_average_rank,
    distinct_winners,
    higher,
    lower,
    lowest,
    present,
    reaches,
    within_path,
)
from suite.judging.claims import judge as decide
from suite.judging.numbers import claim_verdict


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
        ([0.0, 5.0, 5.0, 5.0, 5.0], "does not hold"),  # mean 4, SD 2.236, t(4) 2.776: from 1.22
        ([0.0, 5.0, 0.0], "inconclusive"),
        ([0.0], "inconclusive"),
        ([3.0], "inconclusive"),
        ([], "no data"),
    ],
)
def test_absent(values, verdict):
    result = judge(absent("a", "m"), {"a": values})
    assert result.verdict == verdict
    assert result.n == (len(values), 0)
    if len(values) > 1:
        expected = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values)) if any(values) else (0.0, 0.0)
        assert (result.low, result.high) == pytest.approx(expected)


def test_an_open_amount_names_the_seeds_that_would_settle_it():
    """Mean 5/3, SD 2.887: n with t(.975, n - 1) 2.887 / sqrt(n) < 1.667."""
    result = judge(absent("a", "m"), {"a": [0.0, 5.0, 0.0]})
    mean, sd = 5 / 3, np.std([0, 5, 0], ddof=1)
    settled = [n for n in range(4, 100) if stats.t.ppf(0.975, n - 1) * sd / np.sqrt(n) < mean]
    assert result.seeds_needed == settled[0]
    assert f"about {settled[0]} seeds in all would settle it" in result.reason


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


# Paths


def test_a_path_claim_is_decided_on_what_the_series_reach():
    claim = within_path("g/a", ["g/b", "g/c"], "flops", "accuracy", 1.0)
    rows = {"g/a": 20 + SPREAD, "g/b": 60 + SPREAD, "g/c": 40 + SPREAD}
    result = judge(claim, rows)
    assert (result.verdict, result.against) == ("holds", "g/c")
    assert result == judge(claim, rows)
    assert result.difference == pytest.approx(-20)
    assert result.reason.endswith("observed 20 against 40")
    assert judge(within_path("g/b", ["g/a"], "flops", "accuracy", 1.0), rows).verdict == "does not hold"
    assert judge(within_path("g/b", ["g/a"], "flops", "accuracy", 1.0, "higher"), rows).verdict == "holds"


def test_a_path_of_one_seed_is_open_and_shows_what_was_seen():
    result = judge(within_path("g/a", ["g/b"], "flops", "accuracy", 1.0), {"g/a": [35.0], "g/b": [60.0, 61.0]})
    assert (result.verdict, result.difference) == ("inconclusive", -25.5)
    assert result.reason == "n = 1: a single run of g/a has no interval; observed 35 against 60.5"


def test_a_path_without_runs_has_no_data():
    result = judge(within_path("g/a", ["g/b"], "flops", "accuracy", 1.0), {"g/a": [35.0]})
    assert (result.verdict, result.reason) == ("no data", "no runs of g/b")


@pytest.mark.parametrize(
    ("values", "higher_is_better", "lower_is_better"),
    [
        ([9.0, 10.0, 11.0], "holds", "does not hold"),  # 10 +- 4.303 / sqrt(3) = 2.48
        ([6.0, 7.0, 8.0], "inconclusive", "inconclusive"),  # from 4.52
        ([2.0, 3.0, 4.0], "inconclusive", "inconclusive"),  # to 5.48
        ([1.0, 2.0, 3.0], "does not hold", "holds"),  # to 4.48
        ([5.0, 5.0, 5.0], "holds", "holds"),  # the bound itself
        ([9.0], "inconclusive", "inconclusive"),
        ([], "no data", "no data"),
    ],
)
def test_reaches(values, higher_is_better, lower_is_better):
    up, down = (judge(reaches("g/a", "m", 5.0, "accuracy", 1.0, better), {"g/a": values}) for better in ("higher", "lower"))
    assert (up.verdict, down.verdict) == (higher_is_better, lower_is_better)
    assert up.against == down.against == "5"
    if values:
        assert up.difference == down.difference == pytest.approx(np.mean(values) - 5)
    if up.verdict == "inconclusive" and len(values) > 1:
        settled = [n for n in range(4, 100) if stats.t.ppf(0.975, n - 1) / np.sqrt(n) < abs(up.difference)]
        assert up.seeds_needed == down.seeds_needed == settled[0]


def test_a_claim_at_a_matched_level_is_decided_on_what_the_series_have_there():
    claim = at_matched("g/a", ["g/b", "g/c"], "error", "zeros", 90)
    rows = {"g/a": 2 + SPREAD / 10, "g/b": 3 + SPREAD / 10, "g/c": 4 + SPREAD / 10}
    result = judge(claim, rows)
    assert (result.verdict, result.against, result.difference) == ("holds", "g/b", pytest.approx(-1))
    assert result.reason.endswith("observed 2 against 3")
    assert judge(at_matched("g/b", ["g/a", "g/c"], "error", "zeros", 90), rows).verdict == "does not hold"
    assert judge(at_matched("g/c", ["g/a", "g/b"], "error", "zeros", 90, "higher"), rows).verdict == "holds"


def test_a_series_without_a_value_at_the_level_is_named():
    result = judge(at_matched("g/a", ["g/b", "g/c"], "error", "zeros", 90), {"g/a": 2 + SPREAD})
    assert (result.verdict, result.reason) == ("no data", "no seed of g/b and g/c has runs on both sides of 90 in zeros")


# Declarations


def test_pairs_are_decided_as_before():
    rows = {"a": 1 + SPREAD, "b": 2 + SPREAD, "c": 3 + SPREAD}
    for claim in (lower("a", "b", "m"), higher("a", "b", "m"), lowest("a", "abc", "m")):
        assert judge(claim, rows) == claim_verdict(claim, lambda row, metric: rows[row])


def test_texts_and_details():
    ranked = best_average_rank("a", ["a", "b"], "test_accuracy", ["x", "y"], "higher")
    assert ranked.text == "a has the best average rank by test accuracy"
    assert (ranked.rows, ranked.details) == (("a", "b"), {"blocks": ["x", "y"], "better": "higher"})
    assert absent("a", "neuron_sparsity").text == "a has no neuron sparsity"
    assert present("a", "neuron_sparsity", 5.0).text == "a has neuron sparsity of at least 5"
    path = within_path("g/a", ["g/b"], "flops_left", "test_accuracy", 1.0)
    assert path.text == "g/a reaches lower flops left than g/b at a loss of at most 1 in test accuracy"
    assert path.details == {"guard": "test_accuracy", "loss": 1.0, "better": "lower"}
    two = distinct_winners(["a", "b"], "m", "higher", "o", "lower", text="they differ", source="Fig. 7")
    assert (two.text, two.source, two.rows) == ("they differ", "Fig. 7", ("a", "b"))
    assert two.details == {"better": "higher", "other_metric": "o", "other_better": "lower"}
    assert lower("a", "b", "m").details == {}
    reached = reaches("g/a", "weight_sparsity", 83.76, "test_accuracy", 0.5)
    assert reached.text == "g/a reaches weight sparsity of at least 83.76 at a loss of at most 0.5 in test accuracy"
    assert reaches("a", "flops_left", 10, "m", 1, "lower").text == "a reaches flops left of at most 10 at a loss of at most 1 in m"
    assert (reached.rows, reached.margin) == (("g/a",), 83.76)
    assert reached.details == {"guard": "test_accuracy", "loss": 0.5, "better": "higher"}
    there = at_matched("g/a", ["g/a", "g/b"], "test_error", "weight_sparsity", 90)
    assert there.text == "g/a has lower test error than g/b at 90 in weight sparsity"
    assert (there.rows, there.margin) == (("g/a", "g/b"), 0.0)
    assert there.details == {"along": "weight_sparsity", "level": 90, "better": "lower"}
    for claim in (ranked, path, two, reached, there):
        assert hash(claim)


def test_senseless_declarations():
    for declare, words in (
        (lambda: best_average_rank("a", ["a"], "m", ["x"], "lower"), "at least one other"),
        (lambda: best_average_rank("a", "ab", "m", ["x"], "best"), "lower"),
        (lambda: distinct_winners(["a"], "m", "lower", "o", "lower"), "two or more"),
        (lambda: distinct_winners("ab", "m", "lower", "o", ""), "lower"),
        (lambda: present("a", "m", 0.0), "positive"),
        (lambda: within_path("a", ["a"], "m", "g", 1.0), "at least one other"),
        (lambda: within_path("a", ["b"], "m", "g", -1.0), "loss"),
        (lambda: within_path("a", ["b"], "m", "g", math.nan), "loss"),
        (lambda: within_path("a", ["b"], "m", "g", -1.0, text="worded"), "loss"),
        (lambda: reaches("a", "m", 0.0, "g", 1.0), "positive"),
        (lambda: reaches("a", "m", 5.0, "g", -1.0), "loss"),
        (lambda: reaches("a", "m", 5.0, "g", 1.0, "best"), "lower"),
        (lambda: at_matched("a", ["a"], "m", "x", 90), "at least one other"),
        (lambda: at_matched("a", ["b"], "m", "x", 90, ""), "lower"),
    ):
        with pytest.raises(ValueError, match=words):
            declare()
    with pytest.raises(TypeError, match="no claim"):
        decide("a is better", lambda row, metric: [1.0])


def test_declaring_costs_no_import():
    code = "import sys, suite.experiment.claims; sys.exit(bool({'numpy', 'scipy', 'torch'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
