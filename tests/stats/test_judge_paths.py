"""Claims about paths of strengths and values at a matched level, and what claims of every kind declare."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from suite.experiment.claims import (
    Given,
    always,
    at_matched,
    best_average_rank,
    distinct_winners,
    higher,
    lower,
    lowest,
    never,
    present,
    reaches,
    within_path,
)
from suite.judging.claims import judge as decide
from suite.judging.orders import claim_verdict
from suite.judging.path import Span, best_of

SPREAD = np.array([-0.1, 0.0, 0.1])


def judge(claim, rows):
    result = decide(claim, lambda row, metric: rows.get((row, metric), rows.get(row, [])))
    json.dumps(result.as_dict(), allow_nan=False)
    return result


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
    assert (result.verdict, result.difference) == ("open", -25.5)
    assert result.reason == "n = 1: a single run of g/a has no interval; observed 35 against 60.5"


def test_a_path_without_runs_has_no_data():
    result = judge(within_path("g/a", ["g/b"], "flops", "accuracy", 1.0), {"g/a": [35.0]})
    assert (result.verdict, result.reason) == ("no data", "no runs of g/b")


@pytest.mark.parametrize(
    ("values", "higher_is_better", "lower_is_better"),
    [
        ([9.0, 10.0, 11.0], "holds", "does not hold"),  # 10 +- 4.303 / sqrt(3) = 2.48
        ([6.0, 7.0, 8.0], "open", "open"),  # from 4.52
        ([2.0, 3.0, 4.0], "open", "open"),  # to 5.48
        ([1.0, 2.0, 3.0], "does not hold", "holds"),  # to 4.48
        ([5.0, 5.0, 5.0], "holds", "holds"),  # the bound itself
        ([9.0], "open", "open"),
        ([], "no data", "no data"),
    ],
)
def test_reaches(values, higher_is_better, lower_is_better):
    up, down = (judge(reaches("g/a", "m", 5.0, "accuracy", 1.0, better), {"g/a": values}) for better in ("higher", "lower"))
    assert (up.verdict, down.verdict) == (higher_is_better, lower_is_better)
    assert up.against == down.against == "5"
    if values:
        assert up.difference == down.difference == pytest.approx(np.mean(values) - 5)
    if up.verdict == "open" and len(values) > 1:
        often = stats.norm.ppf(0.795)  # in four of five repetitions
        settled = [n for n in range(4, 100) if (stats.t.ppf(0.975, n - 1) + often) / np.sqrt(n) < abs(up.difference)]
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
    assert (result.verdict, result.reason) == ("no data", "no seed of g/b and g/c has neighbours on its path that bracket 90 in zeros")


def test_a_claim_is_decided_only_where_the_spans_are_disjoint():
    """Read off at 2 and 3, of which either may be off by what its segment allows."""
    claim = at_matched("a", ["b"], "error", "zeros", 90)

    def verdict(reach):
        rows = {"a": [Span(2 + x, 2 + x, 2 + x + reach) for x in SPREAD], "b": [Span(3 + x, 3 + x - reach, 3 + x) for x in SPREAD]}
        return judge(claim, rows)

    half = stats.t.ppf(0.975, 4) * 0.1 * math.sqrt(2 / 3)
    assert (verdict(0.0).verdict, verdict(0.3).verdict, verdict(0.5).verdict) == ("holds", "holds", "open")
    assert (verdict(0.3).difference, verdict(0.3).high) == pytest.approx((-1, -1 + 0.6 + half))
    assert "the interval spans the strengths on either side" in verdict(0.3).reason


def test_what_a_path_reaches_is_shown_by_a_run_and_refuted_by_the_next_strength():
    claim = reaches("a", "zeros", 80, "accuracy", 1.0)

    def verdict(value, beyond):
        return judge(claim, {"a": [Span(value + x, value + x, beyond + x) for x in SPREAD]}).verdict

    assert (verdict(85, 95), verdict(70, 75), verdict(70, 90)) == ("holds", "does not hold", "open")


def test_one_of_several_series_is_enough_and_all_must_fail():
    """Three to choose from: what the 95 % interval of one series shows is not enough, what that at 1 - .05 / 3 shows is."""
    series = ["a", "b", "c"]
    far = dict.fromkeys(series, 10 + SPREAD)

    def verdict(**rows):
        return judge(reaches(series, "zeros", 80, "accuracy", 1.0), far | rows)

    assert (verdict().verdict, verdict(b=81 + SPREAD).verdict, verdict(b=79.9 + SPREAD).verdict) == (
        "does not hold",
        "holds",
        "open",
    )
    assert verdict(b=81 + SPREAD).reason.startswith("b, the most in favour of 3: mean 81")
    close = 80.3 + SPREAD  # 80.3 - t(.975, 2) .0577 = 80.05, and below 80 at t(.9917, 2) = 7.65
    assert judge(reaches("b", "zeros", 80, "accuracy", 1.0), {"b": close}).verdict == "holds"
    assert verdict(b=close).verdict == "open"


@pytest.mark.parametrize(
    ("path", "better", "span"),
    [
        ([(90.0, True), (50.0, True), (20.0, False)], "lower", (50.0, 20.0)),  # the next strength might almost have qualified
        ([(90.0, True), (50.0, True)], "lower", (50.0, 0.0)),  # nothing stronger was tried
        ([(90.0, False), (50.0, False)], "lower", (100.0, 90.0)),  # a weaker one than the weakest would have qualified
        ([(90.0, True), (95.0, False), (50.0, True), (20.0, False)], "lower", (50.0, 20.0)),
        ([(10.0, True), (40.0, True), (70.0, False)], "higher", (40.0, 70.0)),
        ([], "higher", (0.0, 100.0)),
    ],
)
def test_the_best_of_a_path_lies_between_a_strength_that_qualifies_and_the_next(path, better, span):
    found = best_of(path, better)
    assert (found.value, found.low, found.high) == (span[0], min(span), max(span))


# Declarations


def test_pairs_are_decided_as_before():
    rows = {"a": 1 + SPREAD, "b": 2 + SPREAD, "c": 3 + SPREAD}
    for claim in (lower("a", "b", "m"), higher("a", "b", "m"), lowest("a", "abc", "m")):
        assert judge(claim, rows) == claim_verdict(claim, lambda row, metric: rows[row])


def test_texts_and_details():
    ranked = best_average_rank("a", ["a", "b"], "test_accuracy", ["x", "y"], "higher")
    assert ranked.text == "a has the best average rank by test accuracy"
    assert (ranked.rows, ranked.details) == (("a", "b"), {"blocks": ["x", "y"], "better": "higher"})
    assert never("a", "neuron_sparsity").text == "a has no neuron sparsity"
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
    some = reaches(["g/a", "g/b", "g/a"], "zeros", 80, "m", 1, ours=True)
    assert (some.rows, some.ours, reached.ours) == (("g/a", "g/b"), True, False)
    assert some.text == "one of g/a, g/b reaches zeros of at least 80 at a loss of at most 1 in m"
    assert always("a", "zeros", at_most=5).text == "a always has zeros of at most 5"
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
        (lambda: always("a", "m"), "either"),
        (lambda: always("a", "m", at_least=1.0, at_most=2.0), "either"),
        (lambda: reaches("a", "m", 5.0, "g", 1.0, given=Given("few", "n", at_most=3)), "not of a path"),
        (lambda: reaches([], "m", 5.0, "g", 1.0), "series"),
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
