import json
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from suite.experiment.claims import Claim, comparable, distinguishable, higher, highest, lower, lowest
from suite.judging import margins as verdicts
from suite.judging.orders import Runs, claim_verdict

BASE = np.array([0.70, 0.72, 0.74, 0.76, 0.78])  # SD .0316
ROWS = {
    "base": BASE,
    "far above": BASE + 1,
    "above": BASE + 0.2,
    "just above": BASE + 0.03,
    "twin": BASE[::-1],
    "three": BASE[:3],
    "three above": BASE[:3] + 0.5,
    "one": BASE[:1],
    "none": [],
    "flat": [0.5] * 3,
    "flat twin": [0.5] * 4,
    "flat above": [0.51] * 3,
}


def judge(claim):
    result = claim_verdict(claim, lambda row, metric: ROWS[row])
    json.dumps(result.as_dict(), allow_nan=False)
    return result


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (lower("base", "above", "m"), "holds"),
        (lower("above", "base", "m"), "does not hold"),
        (lower("base", "just above", "m"), "open"),
        (higher("above", "base", "m"), "holds"),
        (higher("base", "above", "m"), "does not hold"),
        (higher("just above", "base", "m"), "open"),
        (comparable("base", "twin", "m", 0.1), "holds"),
        (comparable("base", "above", "m", 0.1), "does not hold"),
        (comparable("above", "base", "m", 0.1), "does not hold"),
        (comparable("base", "just above", "m", 0.05), "open"),
        (distinguishable("base", "above", "m"), "holds"),
        (distinguishable("above", "base", "m"), "holds"),
        (distinguishable("base", "twin", "m"), "open"),
        (distinguishable("base", "twin", "m", margin=0.1), "does not hold"),
        (distinguishable("base", "above", "m", margin=0.1), "holds"),
        (distinguishable("base", "above", "m", margin=0.18), "open"),
        (distinguishable("flat", "flat above", "m", margin=0.1), "does not hold"),  # apart by .01
        (distinguishable("flat", "flat twin", "m", margin=0.1), "does not hold"),
        (lower("flat", "flat twin", "m"), "open"),
        (higher("flat", "flat twin", "m"), "open"),
        (comparable("flat", "flat twin", "m", 0.1), "holds"),
        (distinguishable("flat", "flat twin", "m"), "open"),
        (lower("flat", "base", "m"), "holds"),
    ],
)
def test_every_branch(claim, verdict):
    result = judge(claim)
    assert result.verdict == verdict
    assert result.difference == pytest.approx(np.mean(ROWS[claim.a]) - np.mean(ROWS[claim.others[0]]))
    assert result.low <= result.difference <= result.high


@pytest.mark.parametrize(
    ("claim", "confidence"),
    [
        (lower("base", "just above", "m"), 0.95),
        (distinguishable("base", "just above", "m"), 0.95),
        (comparable("base", "just above", "m", 0.1), 0.90),
    ],
)
def test_interval_is_welchs(claim, confidence):
    result = judge(claim)
    expected = stats.ttest_ind(ROWS["base"], ROWS["just above"], equal_var=False).confidence_interval(confidence)
    assert (result.low, result.high) == pytest.approx(tuple(expected))
    assert result.n == (5, 5)


def test_p_is_the_level_at_which_the_interval_decides():
    """Of an order Welch's two-sided p, whichever side it is on; within a margin the larger of two one-sided ones."""
    rows = ROWS["base"], ROWS["just above"]
    expected = stats.ttest_ind(*rows, equal_var=False).pvalue
    assert judge(lower("base", "just above", "m")).p == pytest.approx(expected)
    assert judge(higher("base", "just above", "m")).p == pytest.approx(expected)
    assert judge(distinguishable("base", "just above", "m")).p == pytest.approx(expected)
    within = judge(comparable("base", "just above", "m", 0.05))
    assert within.p == pytest.approx(stats.ttest_ind(rows[0] + 0.05, rows[1], equal_var=False, alternative="greater").pvalue)
    assert judge(lower("one", "base", "m")).p is None


@pytest.mark.parametrize("seed", range(20))
def test_the_interval_and_p_say_the_same(seed):
    rng = np.random.default_rng(seed)
    rows = {"a": rng.normal(0, 1, 4), "b": rng.normal(2, 2, 5)}
    found = claim_verdict(lower("a", "b", "m"), lambda row, metric: rows[row])
    assert (found.verdict == "holds") == (found.high < 0) == (found.p <= 0.05 and found.difference < 0)
    assert (found.verdict == "does not hold") == (found.low > 0)


def test_equal_runs_are_too_coarse_to_tell():
    result = judge(lower("flat", "flat twin", "m"))
    assert result.reason.startswith("difference +0, 95% interval [+0, +0]; n = 3 and 4; all runs are equal: too coarse to tell them apart")
    assert "too coarse" not in judge(comparable("flat", "flat twin", "m", 0.1)).reason


def test_zero_spread_of_a_metric_that_moves_in_steps_is_not_zero_variance():
    """Steps of .1: an SD of .1 / sqrt(12) = .0289 on either side, t(.975, 4) = 2.776, so .0654 at n = 3."""

    def verdict(difference, step):
        rows = {"a": [0.5] * 3, "b": [0.5 + difference] * 3}
        return claim_verdict(lower("a", "b", "m"), Runs(lambda row, metric: rows[row], step=lambda row, metric: step))

    assert verdict(0.06, 0.0).verdict == "holds"
    assert verdict(0.06, 0.1).verdict == "open"
    assert verdict(0.07, 0.1).verdict == "holds"
    assert verdict(0.06, 0.1).high == pytest.approx(-0.06 + 2.776 * 0.1 / np.sqrt(12) * np.sqrt(2 / 3), abs=1e-4)


def test_runs_of_one_training_are_paired():
    a, b = np.array([1.0, 5.0, 9.0, 3.0]), np.array([1.2, 5.1, 9.3, 3.2])
    rows = {"a": a, "b": b}
    alone = claim_verdict(lower("a", "b", "m"), lambda row, metric: rows[row])
    found = claim_verdict(lower("a", "b", "m"), Runs(lambda row, metric: rows[row], pairs=lambda one, other, metric: a - b))
    interval = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (alone.verdict, found.verdict) == ("open", "holds")
    assert (found.low, found.high) == pytest.approx(tuple(interval))
    assert (found.n, found.p) == ((4, 4), pytest.approx(stats.ttest_rel(a, b).pvalue))
    assert "n = 4 differences within a training" in found.reason


def test_single_runs_and_missing_rows():
    one = judge(lower("one", "far above", "m"))
    assert (one.verdict, one.low, one.high, one.p, one.n) == ("open", None, None, None, (1, 5))
    assert one.reason == "n = 1: a single run of one has no interval"
    none = judge(lower("base", "none", "m"))
    assert (none.verdict, none.difference, none.reason) == ("no data", None, "no runs of none")


def test_seeds_needed_by_each():
    result = judge(lower("base", "just above", "m"))
    assert result.seeds_needed is not None
    assert f"{result.seeds_needed} seeds each would settle it with a chance of 80%" in result.reason

    def clear(n):
        """By how much the interval excludes 0 in four of five repetitions, at the difference and the SD seen."""
        return 0.03 - (stats.t.ppf(0.975, 2 * n - 2) + stats.norm.ppf(0.795)) * BASE.std(ddof=1) * np.sqrt(2 / n)

    assert clear(result.seeds_needed) > 0 > clear(result.seeds_needed - 1)
    assert judge(distinguishable("base", "twin", "m")).seeds_needed is None  # no difference seen: no number of seeds shows one


def test_lowest_and_highest_need_every_pair():
    assert judge(lowest("base", ["base", "above", "far above"], "m")).verdict == "holds"
    assert judge(highest("far above", ["base", "above", "far above"], "m")).verdict == "holds"
    beaten = judge(lowest("above", ["base", "far above"], "m"))
    assert (beaten.verdict, beaten.against) == ("does not hold", "base")
    assert beaten.difference == pytest.approx(0.2)
    closest = judge(lowest("base", ["far above", "above"], "m"))
    assert closest.against == "above"
    assert closest.reason.startswith("against above, the least in favour of 2: difference -0.2")
    assert judge(highest("far above", ["base", "above"], "m")).against == "above"


def test_one_open_pair_leaves_lowest_open():
    result = judge(lowest("base", ["far above", "just above", "above"], "m"))
    assert (result.verdict, result.against) == ("open", "just above")
    assert result.seeds_needed == judge(lower("base", "just above", "m")).seeds_needed
    single = judge(lowest("base", ["just above", "one"], "m"))
    assert (single.verdict, single.against, single.seeds_needed) == ("open", "one", None)


def test_a_missing_row_cannot_be_beaten_but_a_claim_can_fail_without_it():
    assert judge(lowest("base", ["far above", "none"], "m")).verdict == "no data"
    assert judge(lowest("base", ["just above", "none"], "m")).verdict == "no data"
    assert judge(lowest("above", ["base", "none"], "m")).verdict == "does not hold"


def test_failing_against_one_of_many_needs_stronger_evidence():
    """The difference excludes 0 at 95 % but not at 1 - .05/8; the same holds for the claim the other way round, uncorrected."""
    rows = {"a": BASE + 0.055} | {f"r{i}": BASE + (0 if i == 0 else 9) for i in range(8)}

    def verdict(claim):
        return claim_verdict(claim, lambda row, metric: rows[row]).verdict

    assert verdict(lower("a", "r0", "m")) == "does not hold"
    assert verdict(lowest("a", rows, "m")) == "open"
    assert verdict(highest("a", ["r0"], "m")) == "holds"
    rows |= {f"r{i}": BASE for i in range(8)}
    assert verdict(highest("a", rows, "m")) == "holds"


@pytest.mark.parametrize("k", [1, 4])
def test_wrong_verdicts_on_lowest_are_rare(k, monkeypatch):
    """All rows alike: 'holds' and 'does not hold' are both wrong; each at most 2.5 %, up to four binomial standard errors."""
    monkeypatch.setattr(verdicts, "MOST_SEEDS", 0)  # the plan is not looked at
    rng = np.random.default_rng(k)
    names = [f"r{i}" for i in range(k)]
    found = []
    for _ in range(1500):
        rows = dict(zip(["a", *names], rng.normal(size=(k + 1, 3)), strict=True))  # at three seeds no permutations are counted
        found.append(claim_verdict(lowest("a", names, "m"), lambda row, metric, rows=rows: rows[row]).verdict)
    bound = 0.025 + 4 * np.sqrt(0.025 * 0.975 / 1500)
    assert found.count("holds") / 1500 <= bound
    assert found.count("does not hold") / 1500 <= bound
    assert "open" in found


def test_metric_reaches_the_samples():
    seen = []
    claim_verdict(lower("a", "b", "test_error"), lambda row, metric: seen.append((row, metric)) or BASE)
    assert seen == [("a", "test_error"), ("b", "test_error")]


def test_text_and_source():
    assert lower("sgl0", "group_lasso", "test_error").text == "sgl0 has lower test error than group_lasso"
    assert highest("cges", ["cges", "l1"], "weight_sparsity").text == "cges has the highest weight sparsity"
    claim = comparable("a", "b", "m", 0.5, text="much the same", source="Table 1")
    assert claim == Claim("a", ("b",), "m", "comparable", margin=0.5, text="much the same", source="Table 1")
    assert hash(claim) == hash(comparable("a", "b", "m", 0.5, text="much the same", source="Table 1"))


def test_senseless_declarations():
    with pytest.raises(ValueError, match="positive margin"):
        comparable("a", "b", "m", 0.0)
    with pytest.raises(ValueError, match="margin"):
        distinguishable("a", "b", "m", -1.0)
    with pytest.raises(ValueError, match="at least one other"):
        lowest("a", ["a"], "m")


def test_declaring_a_claim_imports_neither_numpy_nor_scipy():
    code = "import sys, suite.experiment.claims; sys.exit(bool({'numpy', 'scipy', 'torch'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
