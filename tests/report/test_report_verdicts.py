import json

import pytest

from suite.judging import looks
from suite.report import rounded


def number(results, row, metric):
    (found,) = (v for v in results.verdicts["numbers"] if (v["row"], v["metric"]) == (row, metric))
    return found


def test_there_is_a_verdict_for_each_published_number(stored):
    rows = [(v["row"], v["metric"], v["expected"], v["verdict"]) for v in stored().verdicts["numbers"]]
    assert rows == [
        ("group_lasso", "weight_sparsity", "as expected", "open"),
        ("group_lasso", "neuron_sparsity", "as expected", "open"),
        ("group_lasso", "test_error", "not as expected", "not reproduced"),
        ("hard_concrete@gates ignored in the count", "weight_sparsity", "as expected", "reproduced"),
        ("special", "weight_sparsity", "not as expected", "open"),
        ("special", "test_error", None, "no verdict"),
    ]


def test_the_numbers_behind_a_verdict(stored):
    found = number(stored(), "group_lasso", "test_error")
    # 1.0, 1.1, 1.2 against 0.5 +- 0.02 over 5: v = 0.01/3, 0.0004/5 and rounding 0.0001/12, df = 2.107, t(.975) = 4.100
    assert found["mean"] == pytest.approx(1.1)
    assert found["sd"] == pytest.approx(0.1)
    assert found["difference"] == pytest.approx(0.6)
    assert found["interval95"] == pytest.approx([0.3602, 0.8398], abs=1e-4)
    assert {k: found[k] for k in ("n", "published", "published_sd", "published_n", "tolerance", "status", "interim")} == {
        "n": 3,
        "published": 0.5,
        "published_sd": 0.02,
        "published_n": 5,
        "tolerance": 0.04,
        "status": "exact",
        "interim": False,
    }
    assert found["source"] == "Some & Paper 2019, Table 1"
    assert "outside" in found["reason"]


def test_the_scale_counts_what_is_tested(stored):
    scale = stored().verdicts["scale"]
    assert (scale["name"], scale["deviations"]) == ("paper", [])
    assert {k: scale[k] for k in ("published", "tested", "interim", "as expected", "not as expected", "reproduced", "not reproduced")} == {
        "published": 5,
        "tested": 5,
        "interim": 0,
        "as expected": 3,
        "not as expected": 2,
        "reproduced": 1,
        "not reproduced": 1,
    }


def test_at_reduced_scale_nothing_of_the_paper_is_tested(stored):
    results = stored("quick")
    scale = results.verdicts["scale"]
    assert (scale["name"], scale["published"], scale["tested"]) == ("reduced", 5, 0)
    assert [d["setting"] for d in scale["deviations"]] == [
        "epochs",
        "epochs at which the learning rate drops",
        "factor on every penalty strength",
    ]
    assert {v["verdict"] for v in results.verdicts["numbers"]} == {"not tested at this scale"}
    assert number(results, "group_lasso", "test_error")["difference"] == pytest.approx(0.6)
    # an order, a margin of the paper's scale, and an order without runs
    assert [c["verdict"] for c in results.verdicts["claims"]] == ["same order here", "not tested at this scale", "no data"]


def test_fewer_seeds_than_planned_are_interim(stored):
    results = stored(seeds=2)
    assert all(v["interim"] for v in results.verdicts["numbers"] if v["verdict"] != "no verdict")
    assert results.verdicts["claims"][0]["interim"]
    assert results.verdicts["scale"]["interim"] == 5


def test_looks_are_kept_beside_the_table(stored):
    results = stored()
    results.write()
    kept = json.loads((results.folder / "looks.json").read_text())
    assert kept["planned"] == 3
    assert kept["looks"]["group_lasso"] == [3]
    kept["looks"]["group_lasso"] = [2, 3, 4]
    (results.folder / "looks.json").write_text(json.dumps(kept))
    assert looks.counted(results, "group_lasso", 6) == 3  # 2 came before the planned number
    assert looks.counted(results, "group_lasso", 3) == 1
    assert not (stored("quick").folder / "looks.json").exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"looks": 3}', '{"looks": {"a": ["x"]}}'])
def test_looks_that_cannot_be_read_are_none(stored, text):
    results = stored()
    (results.folder / "looks.json").write_text(text)
    assert looks.read(results) == {}


def test_without_a_number_there_is_no_verdict_and_a_reason(stored):
    assert number(stored(), "special", "test_error")["reason"] == "no number was published"


def test_an_open_number_names_the_seeds_that_would_settle_it_or_what_limits_it(stored):
    assert number(stored(), "group_lasso", "neuron_sparsity")["seeds_needed"] > 3
    assert "the paper's n limits it" in number(stored(), "group_lasso", "weight_sparsity")["reason"]


def test_claims(stored):
    claims = stored().verdicts["claims"]
    assert [c["verdict"] for c in claims] == ["holds", "open", "no data"]
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
