import json
import math

import numpy as np
import pytest
from scipy import stats

from suite.stats.intervals import Summary, effect_in_sd, floored, from_published, prediction_interval, summary, welch


def test_summary_equals_scipys_t_interval():
    values = [0.71, 0.83, 0.78, 0.69, 0.90]
    s = summary(values)
    expected = stats.t.interval(0.95, 4, loc=np.mean(values), scale=stats.sem(values))
    assert (s.n, s.mean, s.sd) == (5, pytest.approx(0.782), pytest.approx(stats.tstd(values)))
    assert (s.low, s.high) == pytest.approx(expected, rel=1e-12)
    assert s.interval(0.9) == pytest.approx(stats.t.interval(0.9, 4, loc=np.mean(values), scale=stats.sem(values)), rel=1e-12)


def test_nothing_is_invented_for_one_value_or_none():
    one, none = summary([3.0]), summary([])
    assert (one.n, one.mean) == (1, 3.0)
    assert all(math.isnan(x) for x in (one.sd, one.low, one.high, none.mean, none.sd, none.low))
    assert none.n == 0
    assert json.loads(json.dumps(one.as_dict(), allow_nan=False)) == {"n": 1, "mean": 3.0, "sd": None}


def test_equal_values_have_exactly_no_spread():
    values = [0.1] * 3
    assert np.std(values, ddof=1) > 0  # the trap
    s = summary(values)
    assert (s.sd, s.low, s.high) == (0.0, 0.1, 0.1)


@pytest.mark.parametrize("values", [[1.0, math.nan], [1.0, math.inf]])
def test_a_diverged_run_is_not_averaged(values):
    with pytest.raises(ValueError, match="diverged"):
        summary(values)


def test_a_sample_has_one_dimension():
    with pytest.raises(ValueError, match="one-dimensional"):
        summary(np.zeros((2, 3)))


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95])
def test_confidence_is_a_share(confidence):
    with pytest.raises(ValueError, match="between 0 and 1"):
        summary([1.0, 2.0]).interval(confidence)


@pytest.mark.parametrize(("n_a", "n_b"), [(2, 2), (3, 5), (5, 5), (10, 4)])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_welch_equals_scipy(n_a, n_b, confidence):
    rng = np.random.default_rng(n_a * 100 + n_b)
    a, b = rng.normal(1, 1, n_a), rng.normal(0, 3, n_b)
    oracle = stats.ttest_ind(a, b, equal_var=False)
    ours = welch(a, b)
    expected = oracle.confidence_interval(confidence)
    assert ours.df == pytest.approx(oracle.df, rel=1e-12)
    assert ours.interval(confidence) == pytest.approx((expected.low, expected.high), rel=1e-12)


def test_welch_from_summary_statistics_equals_welch_from_values():
    a, b = [1.0, 2.0, 4.0], [0.5, 0.1, 0.9, 0.7]
    assert welch(a, Summary(4, float(np.mean(b)), float(np.std(b, ddof=1)))) == welch(a, b)


def test_welch_when_nothing_varies_and_when_one_side_does_not():
    assert welch([2.0, 2.0], [1.5, 1.5, 1.5]).interval() == (0.5, 0.5)
    one_sided = welch([2.0, 2.0, 2.0], [1.0, 2.0, 3.0, 4.0])
    assert one_sided.df == pytest.approx(3)
    assert one_sided.standard_error == pytest.approx(stats.sem([1, 2, 3, 4]))


def test_welch_with_a_single_run_has_a_difference_but_no_interval():
    difference = welch([2.0], [1.0, 2.0, 3.0])
    assert difference.estimate == 0.0
    assert all(math.isnan(end) for end in difference.interval())


def test_effect_in_pooled_sd():
    a, b = [3.0, 5.0], [0.0, 1.0, 2.0]  # squared deviations 2 and 2 over 3 degrees of freedom
    assert effect_in_sd(a, b) == pytest.approx(3 / math.sqrt(4 / 3))
    assert effect_in_sd(b, a) == -effect_in_sd(a, b)
    assert effect_in_sd([4.0], b) == pytest.approx(3.0)  # the SD of b alone
    for undefined in (([1.0, 1.0], [2.0, 2.0]), ([1.0], [2.0]), ([], b)):
        assert math.isnan(effect_in_sd(*undefined))


@pytest.mark.parametrize(("n", "width"), [(3, 5.0), (5, 3.0)])
def test_prediction_interval_in_sd(n, width):
    values = np.random.default_rng(n).normal(7, 2, n)
    low, high = prediction_interval(values)
    assert (high - low) / 2 / np.std(values, ddof=1) == pytest.approx(width, abs=0.05)
    assert (low + high) / 2 == pytest.approx(values.mean())


def test_published_number_without_spread_is_that_many_runs_like_ours():
    values, sd = [1.0, 2.0, 3.0, 6.0], np.std([1, 2, 3, 6], ddof=1)
    for runs in (1, 5, math.inf):
        difference = from_published(values, Summary(runs, 2.5, math.nan))
        assert difference.estimate == pytest.approx(0.5)
        assert difference.standard_error == pytest.approx(sd * math.sqrt(1 / 4 + 1 / runs))
        assert difference.df == 3
    exact = from_published(values, Summary(math.inf, 2.5, math.nan)).interval()
    expected = stats.ttest_1samp(values, 2.5).confidence_interval()
    assert exact == pytest.approx((expected.low - 2.5, expected.high - 2.5))


def within_binomial_error(hits, probability, deviations=4):
    """Simulated share against a known probability: `deviations` binomial standard errors."""
    return abs(np.mean(hits) - probability) <= deviations * math.sqrt(probability * (1 - probability) / len(hits))


@pytest.mark.parametrize("n", [3, 5])
def test_coverage_of_the_mean_and_of_one_future_run(n):
    rng = np.random.default_rng(n)
    mean_hits, run_hits = [], []
    for sample in rng.normal(10, 2, (4000, n + 1)):
        s = summary(sample[:n])
        mean_hits.append(s.low <= 10 <= s.high)
        low, high = prediction_interval(s)
        run_hits.append(low <= sample[n] <= high)
    assert within_binomial_error(mean_hits, 0.95)
    assert within_binomial_error(run_hits, 0.95)


def test_a_metric_that_moves_in_steps_has_at_least_their_rounding_error():
    flat, wide, exact = Summary(3, 0.5, 0.0), Summary(3, 0.5, 1.0), Summary(math.inf, 0.5, 0.0)
    assert floored(flat, 0.1).sd == pytest.approx(np.std(np.random.default_rng(0).uniform(-0.05, 0.05, 200_000)), rel=0.01)
    assert floored(flat, 0.0) == flat
    assert floored(wide, 0.1) == wide
    assert floored(exact, 0.1) == exact
    assert math.isnan(floored(Summary(1, 0.5, math.nan), 0.1).sd)
