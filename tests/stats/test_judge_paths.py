"""Claims about paths of strengths and values at a matched level, and what claims of every kind declare."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from suite.experiment.claims import (
    absent,
    always,
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
from suite.judging.orders import claim_verdict

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
