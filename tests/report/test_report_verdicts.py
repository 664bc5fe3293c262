import json

import pytest

from suite.report import rounded


def number(results, row, metric):
    (found,) = (v for v in results.verdicts["numbers"] if (v["row"], v["metric"]) == (row, metric))
    return found


def test_there_is_a_verdict_for_each_published_number(stored):
    rows = [(v["row"], v["metric"], v["verdict"]) for v in stored().verdicts["numbers"]]
    assert rows == [
        ("group_lasso", "weight_sparsity", "inconclusive"),
        ("group_lasso", "neuron_sparsity", "no verdict"),
        ("group_lasso", "test_error", "not reproduced"),
        ("hard_concrete@gates ignored in the count", "weight_sparsity", "reproduced"),
        ("special", "weight_sparsity", "reproduced"),
        ("special", "test_error", "no verdict"),
    ]


def test_the_numbers_behind_a_verdict(stored):
    found = number(stored(), "group_lasso", "test_error")
    # 1.0, 1.1, 1.2 against 0.5 +- 0.02 over 5: Welch with v = 0.01/3 and 0.0004/5, df = 2.096, t(.975) = 4.125
    assert found["mean"] == pytest.approx(1.1)
    assert found["sd"] == pytest.approx(0.1)
    assert found["difference"] == pytest.approx(0.6)
    assert found["interval95"] == pytest.approx([0.3591, 0.8409], abs=5e-4)
    assert {k: found[k] for k in ("n", "published", "published_sd", "published_n", "tolerance", "status")} == {
        "n": 3,
        "published": 0.5,
        "published_sd": 0.02,
        "published_n": 5,
        "tolerance": 0.2,
        "status": "exact",
    }
    assert found["source"] == "Some & Paper 2019, Table 1"
    assert "outside" in found["reason"]


def test_without_tolerance_or_number_there_is_no_verdict_and_a_reason(stored):
    assert number(stored(), "group_lasso", "neuron_sparsity")["reason"] == "no tolerance was declared for this metric"
    assert number(stored(), "special", "test_error")["reason"] == "no number was published"


def test_an_inconclusive_number_names_the_seeds_that_would_settle_it(stored):
    assert number(stored(), "group_lasso", "weight_sparsity")["seeds_needed"] > 3


def test_claims(stored):
    claims = stored().verdicts["claims"]
    assert [c["verdict"] for c in claims] == ["holds", "inconclusive", "no data"]
    first = claims[0]
    assert (first["text"], first["rows"], first["metric"]) == (
        "sgl0 has lower test error than group_lasso",
        ["sgl0", "group_lasso"],
        "test_error",
    )
    assert first["difference"] == pytest.approx(-0.29)
    assert first["n"] == [3, 3]
    assert first["high"] < 0
    assert claims[2]["reason"].endswith("no runs of l1")


@pytest.mark.parametrize(
    ("profile", "stand_in", "reason"),
    [
        ("smoke", False, "the smoke profile runs on digits in place of mnist, as a check of the code"),
        ("quick", True, "mnist was not to be had, so these runs are on digits"),
    ],
)
def test_what_is_no_result_gets_no_verdict(stored, profile, stand_in, reason):
    results = stored(profile, stand_in=stand_in)
    everything = [*results.verdicts["numbers"], *results.verdicts["claims"]]
    assert {v["verdict"] for v in everything} == {"no verdict"}
    assert {v["reason"] for v in everything} == {reason}
    assert number(results, "group_lasso", "test_error")["mean"] == pytest.approx(1.1)


def test_verdicts_are_legal_json(stored):
    text = json.dumps(stored().verdicts, allow_nan=False)
    assert json.loads(text) == stored().verdicts


def test_rounding_keeps_six_digits_and_everything_else():
    assert rounded({"a": [1.23456789, True, None, 3, "x"], "b": (0.1 + 0.2,)}) == {"a": [1.23457, True, None, 3, "x"], "b": [0.3]}
