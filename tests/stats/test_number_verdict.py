"""Verdicts on published numbers, against statsmodels, scipy, the numbers of the design and simulation."""

import json
import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from suite.judging.numbers import number_verdict, tolerance_of
from suite.judging.published import Number
from suite.stats.intervals import Summary
from suite.stats.replication import POCOCK, attainable_power, equivalence, floored, pocock, prediction

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from statsmodels.stats.weightstats import ttost_ind

OURS = [0.98, 0.99, 1.00, 1.01, 1.02]  # mean 1.00, SD .0158
FINE = 9
"""Digits of a number that is printed so finely that rounding does not count."""


def printed(value, sd=None, n=None, digits=FINE):
    return Number(value, sd=sd, n=n, digits=digits)


@pytest.mark.parametrize(
    ("published", "verdict"),
    [(1.00, "reproduced"), (1.10, "open"), (1.20, "not reproduced"), (0.80, "not reproduced"), (None, "no verdict")],
)
def test_every_verdict_on_both_sides(published, verdict):
    """An error of 1.00 against a published 1.20 is better than the paper, and not reproduced either."""
    result = number_verdict(OURS, printed(published), 0.1)
    assert result.verdict == verdict
    assert result.n == 5
    assert json.loads(json.dumps(result.as_dict(), allow_nan=False))["verdict"] == verdict
    if published is None:
        assert (result.difference, result.interval90, result.interval95) == (None, None, None)
        assert result.reason == "no number was published"
    else:
        assert result.difference == pytest.approx(1 - published)


def test_reason_is_one_readable_line():
    assert number_verdict(OURS, printed(1.01, 0.05, 5), None).reason == (
        "inside the prediction interval 1.01 ± 0.0611; difference -0.01, 90% interval [-0.0577, +0.0377] within ±0.1; n = 5; "
        "chance of reproduced if nothing differs 95%"
    )
    assert number_verdict(OURS, printed(1.20), 0.1).reason == (
        "no spread published, so no prediction interval; difference -0.2, 95% interval [-0.248, -0.152] outside ±0.1; n = 5; published "
        "without a spread, counted as 1 run that vary as ours; chance of reproduced if nothing differs 100%"
    )


PAPER = {
    "group lasso": ((88.38, 0.49, 87.79, 1.490), (69.39, 0.64, 68.47, 1.947), (0.76, 0.02, 0.80, 0.061)),
    "SGL0": ((89.27, 0.46, 89.84, 1.399), (68.25, 0.49, 68.91, 1.490), (0.67, 0.02, 0.68, 0.061)),
    "sparse group lasso": ((93.50, 0.13, 93.38, 0.395), (73.52, 0.49, 72.48, 1.490), (0.77, 0.03, 0.74, 0.091)),
    "CGES": ((94.12, 0.26, 94.71, 0.791), (39.33, 1.61, 38.69, 4.897), (0.65, 0.04, 0.58, 0.122)),
}


@pytest.mark.parametrize(("value", "sd", "ours", "half"), [number for row in PAPER.values() for number in row])
def test_the_prediction_intervals_of_the_first_table_at_one_run(value, sd, ours, half):
    """t(.975, 4) s1 sqrt(1/5 + 1), by hand; all twelve runs lie inside."""
    result = number_verdict([ours], printed(value, sd, 5), None, planned=5)
    low, high = result.prediction
    assert (high - low) / 2 == pytest.approx(half, abs=6e-4)
    assert (low + high) / 2 == pytest.approx(value)
    assert (result.expected, result.verdict, result.interim) == ("as expected", "open", True)
    assert number_verdict([value + 1.01 * half], printed(value, sd, 5), None).expected == "not as expected"


def test_the_prediction_interval_of_several_runs_is_the_pooled_t_interval():
    theirs = np.array([1.03, 1.00, 1.05, 1.08])
    result = number_verdict(OURS, printed(theirs.mean(), theirs.std(ddof=1), 4), 0.1)
    pooled = stats.ttest_ind(OURS, theirs, equal_var=True).confidence_interval(0.95)
    low, high = result.prediction
    assert (high - low) / 2 == pytest.approx((pooled.high - pooled.low) / 2)
    wide = Summary(4, 1.0, 10 * np.std(OURS, ddof=1))
    unlike = prediction(Summary(5, 1.0, np.std(OURS, ddof=1)), wide, 0.0)
    assert unlike.df == pytest.approx(equivalence(Summary(5, 1.0, np.std(OURS, ddof=1)), wide, 0.0).df)


def test_rounding_adds_its_variance():
    coarse, fine = (prediction(Summary(1, 1.0, math.nan), Summary(5, 1.0, 0.02), step) for step in (0.1, 1e-9))
    assert coarse.standard_error**2 - fine.standard_error**2 == pytest.approx(0.1**2 / 12 + 1.2 * (0.1**2 / 12 - 0.02**2))


@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_prediction_interval_covers_a_replication(n):
    """95 %, at our n = 1 and n = 3, where the paper's spread is over n runs; without its n no less than 87 %."""
    rng, repeats = np.random.default_rng(n), 2000
    theirs = rng.normal(0, 1, (repeats, n))
    for ours in (rng.normal(0, 1, (repeats, 1)), rng.normal(0, 1, (repeats, 3))):
        for known, least in ((n, 0.95), (None, 0.87)):
            inside = 0
            for a, b in zip(ours, theirs, strict=True):
                mine = Summary(len(a), a.mean(), a.std(ddof=1) if len(a) > 1 else math.nan)
                found = prediction(mine, Summary(known or 1, b.mean(), b.std(ddof=1)), 0.0)
                low, high = found.interval()
                inside += low <= 0 <= high
            assert inside / repeats > least - 0.0147  # three standard errors
            if known:
                assert inside / repeats < 0.975


def test_published_spread_gives_welchs_interval():
    theirs = np.array([1.03, 1.00, 1.05, 1.08])
    result = number_verdict(OURS, printed(theirs.mean(), theirs.std(ddof=1), 4), None)
    oracle = stats.ttest_ind(OURS, theirs, equal_var=False)
    for confidence, ours in ((0.90, result.interval90), (0.95, result.interval95)):
        assert ours == pytest.approx(tuple(oracle.confidence_interval(confidence)))
    assert "published without" not in result.reason


@pytest.mark.parametrize("spread", [0.1, 0.5, 0.9, 1.5, 2.0, 3.0])
def test_reproduced_exactly_when_two_one_sided_tests_reject(spread):
    theirs = 1.02 + spread * np.array([0.005, -0.025, 0.025, -0.005])
    sd = theirs.std(ddof=1)
    p = ttost_ind(np.array(OURS), theirs, -2 * sd, 2 * sd, usevar="unequal")[0]
    result = number_verdict(OURS, printed(theirs.mean(), sd, 4), None)
    assert (result.verdict == "reproduced") == (p <= 0.05)


def test_the_two_one_sided_tests_above_take_both_sides():
    taken = []
    for spread in (0.1, 3.0):
        theirs = 1.02 + spread * np.array([0.005, -0.025, 0.025, -0.005])
        taken.append(ttost_ind(np.array(OURS), theirs, -2 * theirs.std(ddof=1), 2 * theirs.std(ddof=1), usevar="unequal")[0])
    assert taken[0] > 0.05 > taken[1]


def test_the_tolerance_follows_one_rule():
    assert tolerance_of(printed(88.38, 0.49, 5, digits=2), 1.0) == pytest.approx(0.98)
    assert tolerance_of(printed(0.02, 0.0, 5, digits=2), 1.0) == 0.01  # no less than the printed step
    assert tolerance_of(replace(printed(0.02, None, 5, digits=2), sd_text="<0.01"), 1.0) == 0.02  # the bound for the spread
    assert tolerance_of(printed(1.64, None, 1, digits=2), 0.2) == 0.2
    assert tolerance_of(printed(1.64, None, 1, digits=2), None) is None


@pytest.mark.parametrize(("n", "half_width"), [(3, 5.0), (5, 3.0)])
def test_without_a_spread_the_published_number_is_one_run(n, half_width):
    values = np.random.default_rng(n).normal(1, 0.1, n)
    low, high = number_verdict(values, printed(1.0), 0.1).interval95
    assert (high - low) / 2 / values.std(ddof=1) == pytest.approx(half_width, abs=0.05)


def test_a_spread_without_its_number_of_runs_counts_as_that_of_one_run():
    known, unknown = (number_verdict(OURS, printed(1.05, 0.05, n), None) for n in (5, None))
    widths = [high - low for low, high in (known.interval90, unknown.interval90)]
    assert widths[1] > 2 * widths[0]
    assert unknown.prediction[0] < known.prediction[0] < known.prediction[1] < unknown.prediction[1]


def test_a_single_run_decides_nothing():
    result = number_verdict([5.0], printed(1.0), 0.1)
    assert (result.verdict, result.difference, result.interval90, result.interval95) == ("open", 4.0, None, None)
    assert "n = 1" in result.reason
    assert result.seeds_needed is None


def test_no_runs():
    result = number_verdict([], printed(1.0), 0.1)
    assert (result.verdict, result.reason, result.n) == ("no verdict", "no runs", 0)


def test_no_tolerance_leaves_the_expectation():
    result = number_verdict([1.0], printed(1.0), None)
    assert (result.verdict, result.expected) == ("no verdict", None)
    assert "no tolerance was declared" in result.reason


def test_runs_that_are_equal_as_printed_may_differ():
    """Zero spread counts as that of rounding: two tied runs are no interval of a point."""
    result = number_verdict([0.70, 0.70], printed(0.70, None, 5, digits=2), 0.1)
    low, high = result.interval95
    assert high - low > 0.01
    assert floored(Summary(2, 0.7, 0.0), 0.01).sd == pytest.approx(0.01 / math.sqrt(12))
    assert number_verdict([0.70] * 3, printed(0.76, None, 5, digits=2), 0.05).verdict == "open"
    assert number_verdict([0.70] * 3, printed(0.90, None, 5, digits=2), 0.05).verdict == "not reproduced"


def test_the_edge_of_the_tolerance_belongs_to_it_whatever_rounding_does():
    assert 99.15 - 99.10 > 0.05  # the trap
    assert number_verdict([99.15] * 3, printed(99.10, n=math.inf, digits=12), 0.05 * (1 + 1e-8)).verdict == "reproduced"


def test_negative_tolerance_is_refused():
    with pytest.raises(ValueError, match="tolerance"):
        number_verdict(OURS, printed(1.0), -0.1)


def test_before_the_planned_seeds_a_verdict_is_interim_and_gives_no_advice():
    number = printed(1.03, 0.02, 5)
    early, late = number_verdict(OURS[:3], number, None, planned=5), number_verdict(OURS, number, None, planned=5)
    assert (early.interim, late.interim) == (True, False)
    assert early.seeds_needed is None
    assert "interim: 5 seeds are planned" in early.reason


def test_a_further_look_has_pococks_level():
    first, second = (number_verdict(OURS, printed(1.03, 0.02, 5), None, looks=looks) for looks in (1, 2))
    assert second.interval95[1] - second.interval95[0] > first.interval95[1] - first.interval95[0]
    assert "look 2, each at the level 0.029" in second.reason
    assert [pocock(k) for k in (1, 2, 5)] == [0.05, 0.0294, 0.0158]
    assert pocock(10) == 0.005


@pytest.mark.parametrize("looks", POCOCK)
def test_pococks_levels_hold_five_percent_over_all_looks(looks):
    rng, repeats = np.random.default_rng(looks), 40_000
    steps = rng.normal(size=(repeats, looks)).cumsum(1) / np.sqrt(np.arange(1, looks + 1))
    p = 2 * stats.norm.sf(np.abs(steps))
    assert (p < POCOCK[looks]).any(1).mean() == pytest.approx(0.05, abs=0.0035)


@pytest.mark.parametrize(("n1", "n2"), [(5, 2), (5, 3), (5, 5), (10, 5)])
def test_the_attainable_power_is_that_of_simulation(n1, n2):
    """With the tolerance and both spreads fixed, as printed: P(reproduced) if nothing differs."""
    rng, repeats, tolerance = np.random.default_rng(n1 + n2), 20_000, 2.0
    theirs, ours = rng.normal(size=(repeats, n1)), rng.normal(size=(repeats, n2))
    v1, v2 = theirs.var(1, ddof=1) / n1, ours.var(1, ddof=1) / n2
    df = (v1 + v2) ** 2 / (v1**2 / (n1 - 1) + v2**2 / (n2 - 1))
    half = stats.t.ppf(0.95, df) * np.sqrt(v1 + v2)
    seen = (np.abs(ours.mean(1) - theirs.mean(1)) + half <= tolerance).mean()
    assert attainable_power(math.sqrt(1 / n1 + 1 / n2), n1 + n2 - 2, tolerance) == pytest.approx(seen, abs=0.09)


def test_the_advice_on_seeds_has_eighty_percent_power():
    """Of replications with so many seeds at the difference and the spread seen, four in five are decided; with one less, fewer are."""
    sd, difference, number = 0.5, 0.4, printed(0.0, 0.4, 20)
    z = np.arange(4) - 1.5
    first = number_verdict(difference + sd * z / z.std(ddof=1), number, None)
    assert first.verdict == "open"
    needed, rng = first.seeds_needed, np.random.default_rng(0)
    assert f"{needed} seeds in all would settle it with a chance of 80%" in first.reason

    def decided(n):
        return np.mean([number_verdict(rng.normal(difference, sd, n), number, None, looks=2).verdict != "open" for _ in range(300)])

    assert decided(needed) == pytest.approx(0.8, abs=0.08)
    assert decided(needed // 2) < 0.7


def test_where_the_papers_runs_are_too_few_the_advice_says_so():
    z = np.arange(4) - 1.5
    result = number_verdict(1.0 + z / z.std(ddof=1), printed(0.0, 0.5, 3), None)
    assert (result.verdict, result.seeds_needed) == ("open", None)
    assert "the paper's n limits it" in result.reason


def test_false_verdicts_are_rare():
    """Under no difference, and at a difference of exactly the tolerance: not above 5 % and three standard errors."""
    rng, repeats, n = np.random.default_rng(5), 2000, 5
    for shift, wrong in ((0.0, "not reproduced"), (1.0, "reproduced")):
        count = 0
        for _ in range(repeats):
            theirs = rng.normal(0, 1, n)
            number = printed(theirs.mean(), theirs.std(ddof=1), n)
            count += number_verdict(rng.normal(shift * tolerance_of(number, None), 1, n), number, None).verdict == wrong
        assert count / repeats < 0.05 + 3 * math.sqrt(0.05 * 0.95 / repeats)
