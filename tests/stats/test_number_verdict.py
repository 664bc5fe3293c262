import json
import math
import warnings

import numpy as np
import pytest
from scipy import stats

from suite.judging import margins as verdicts
from suite.judging.numbers import number_verdict

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from statsmodels.stats.weightstats import ttost_ind

OURS = [0.98, 0.99, 1.00, 1.01, 1.02]  # mean 1.00, SD .0158


@pytest.mark.parametrize(
    ("published", "verdict"),
    [(1.00, "reproduced"), (1.10, "inconclusive"), (1.20, "not reproduced"), (0.80, "not reproduced"), (None, "no verdict")],
)
def test_every_verdict_on_both_sides(published, verdict):
    """An error of 1.00 against a published 1.20 is better than the paper, and not reproduced either."""
    result = number_verdict(OURS, published, tolerance=0.1)
    assert result.verdict == verdict
    assert result.n == 5
    assert json.loads(json.dumps(result.as_dict(), allow_nan=False))["verdict"] == verdict
    if published is None:
        assert (result.difference, result.interval90, result.interval95) == (None, None, None)
        assert result.reason == "no number was published"
    else:
        assert result.difference == pytest.approx(1 - published)


def test_reason_is_one_readable_line():
    assert number_verdict(OURS, 1.01, 0.1, 0.02, 5).reason == "difference -0.01, 90% interval [-0.0313, +0.0113] within ±0.1; n = 5"
    assert number_verdict(OURS, 1.20, 0.1).reason == (
        "difference -0.2, 95% interval [-0.248, -0.152] outside ±0.1; n = 5; published without a spread, counted as 1 run that vary as ours"
    )


def test_published_spread_gives_welchs_interval():
    theirs = np.array([1.03, 1.00, 1.05, 1.08])
    result = number_verdict(OURS, theirs.mean(), 0.1, theirs.std(ddof=1), 4)
    oracle = stats.ttest_ind(OURS, theirs, equal_var=False)
    for confidence, ours in ((0.90, result.interval90), (0.95, result.interval95)):
        assert ours == pytest.approx(tuple(oracle.confidence_interval(confidence)))
    assert "published without" not in result.reason


@pytest.mark.parametrize("tolerance", [0.02, 0.045, 0.05, 0.06, 0.08, 0.2])
def test_reproduced_exactly_when_two_one_sided_tests_reject(tolerance):
    theirs = np.array([1.03, 1.00, 1.05, 1.02])
    p = ttost_ind(np.array(OURS), theirs, -tolerance, tolerance, usevar="unequal")[0]
    result = number_verdict(OURS, theirs.mean(), tolerance, theirs.std(ddof=1), 4)
    assert (result.verdict == "reproduced") == (p <= 0.05)


def test_the_two_one_sided_tests_above_take_both_sides():
    theirs = np.array([1.03, 1.00, 1.05, 1.02])
    p = [ttost_ind(np.array(OURS), theirs, -t, t, usevar="unequal")[0] for t in (0.045, 0.06)]
    assert p[0] > 0.05 > p[1]


@pytest.mark.parametrize(("n", "half_width"), [(3, 5.0), (5, 3.0)])
def test_without_a_spread_the_published_number_is_one_run(n, half_width):
    values = np.random.default_rng(n).normal(1, 0.1, n)
    low, high = number_verdict(values, 1.0, 0.1).interval95
    assert (high - low) / 2 / values.std(ddof=1) == pytest.approx(half_width, abs=0.05)


def test_a_spread_without_its_number_of_runs_is_left_aside():
    alone = number_verdict(OURS, 1.05, 0.1)
    assert number_verdict(OURS, 1.05, 0.1, published_sd=0.5) == alone
    assert number_verdict(OURS, 1.05, 0.1, published_sd=0.5, published_n=1) == alone
    known = number_verdict(OURS, 1.05, 0.1, published_n=5)
    assert known.interval90[1] - known.interval90[0] < alone.interval90[1] - alone.interval90[0]
    assert "counted as 5 runs" in known.reason


def test_a_single_run_decides_nothing():
    result = number_verdict([5.0], 1.0, 0.1)
    assert (result.verdict, result.difference, result.interval90, result.interval95) == ("inconclusive", 4.0, None, None)
    assert result.reason.startswith("n = 1")
    assert result.seeds_needed is None


def test_no_runs():
    result = number_verdict([], 1.0, 0.1)
    assert (result.verdict, result.reason, result.n) == ("no verdict", "no runs", 0)


@pytest.mark.parametrize(
    ("published", "tolerance", "verdict"),
    [(0.0, 0.0, "reproduced"), (0.05, 0.05, "reproduced"), (-0.05, 0.05, "reproduced"), (0.06, 0.05, "not reproduced")],
)
def test_runs_that_do_not_vary(published, tolerance, verdict):
    result = number_verdict([0.0] * 3, published, tolerance)
    assert result.verdict == verdict
    assert result.interval90[0] == result.interval90[1] == result.difference
    assert "do not vary" in result.reason


def test_the_edge_of_the_tolerance_belongs_to_it_whatever_rounding_does():
    assert 99.15 - 99.10 > 0.05  # the trap
    assert number_verdict([99.15] * 3, 99.10, 0.05).verdict == "reproduced"


def test_negative_tolerance_is_refused():
    with pytest.raises(ValueError, match="tolerance"):
        number_verdict(OURS, 1.0, -0.1)


def spread(n, mean, sd):
    """n values with exactly this mean and SD."""
    z = np.arange(n) - (n - 1) / 2
    return mean + sd * z / z.std(ddof=1)


@pytest.mark.parametrize("tolerance", [0.5, 1.0, 1.3])
@pytest.mark.parametrize("difference", [0.2, 0.7, 1.6])
@pytest.mark.parametrize("published", [(None, math.inf), (None, 10), (0.5, 10), (2.0, 3)])
def test_seeds_needed_is_the_smallest_number_that_settles(difference, tolerance, published, monkeypatch):
    def verdict(n):
        return number_verdict(spread(n, difference, 1.0), 0.0, tolerance, *published)

    first = verdict(4)
    monkeypatch.setattr(verdicts, "MOST_SEEDS", 0)  # no plan for the runs that follow
    later = next((n for n in range(5, 200) if verdict(n).verdict != "inconclusive"), None)
    if first.verdict != "inconclusive":
        assert first.seeds_needed is None
    elif later is None:
        assert first.seeds_needed is None or first.seeds_needed >= 200
    else:
        assert first.seeds_needed == later
        assert f"about {later} seeds in all would settle it" in first.reason


def test_some_numbers_of_seeds_exist_and_some_do_not():
    near = number_verdict(spread(4, 0.2, 1.0), 0.0, 1.0, published_n=math.inf)
    assert near.seeds_needed == 7  # t_{.95, 6} / sqrt(7) = .734 < .8, t_{.95, 5} / sqrt(6) = .823
    on_the_edge = number_verdict(spread(4, 1.0, 1.0), 0.0, 1.0, published_n=math.inf)
    assert (on_the_edge.verdict, on_the_edge.seeds_needed) == ("inconclusive", None)
    assert "not to be settled with 1,000 seeds" in on_the_edge.reason
    single_published_run = number_verdict(spread(4, 0.0, 1.0), 0.0, 1.6)  # 1.645 SD can never fit
    assert single_published_run.seeds_needed is None


@pytest.mark.parametrize(("n", "margin", "power"), [(3, 1, 0.12), (3, 2, 0.57), (3, 3, 0.88), (5, 1, 0.30), (5, 2, 0.95), (10, 1, 0.80)])
def test_power_to_reproduce_an_exact_number(n, margin, power, monkeypatch):
    """Power of the two one-sided tests at no true difference, known to two decimals: half a unit plus three standard errors."""
    monkeypatch.setattr(verdicts, "MOST_SEEDS", 0)  # the plan is not looked at
    samples = np.random.default_rng([n, margin]).normal(size=(1000, n))
    found = np.mean([number_verdict(x, 0.0, margin, published_n=math.inf).verdict == "reproduced" for x in samples])
    assert abs(found - power) <= 0.005 + 3 * math.sqrt(power * (1 - power) / len(samples))


def test_false_alarms_are_rare(monkeypatch):
    """At a true difference on the edge, 'reproduced' is wrong in 5 % and 'not reproduced' in 2.5 % of the cases."""
    monkeypatch.setattr(verdicts, "MOST_SEEDS", 0)  # the plan is not looked at
    samples = np.random.default_rng(0).normal(3.0, 1.0, size=(2000, 5))
    found = [number_verdict(x, 0.0, 3.0, published_n=math.inf).verdict for x in samples]
    for verdict, rate in (("reproduced", 0.05), ("not reproduced", 0.025)):
        assert abs(found.count(verdict) / 2000 - rate) <= 4 * math.sqrt(rate * (1 - rate) / 2000)
