import json
import math
import warnings
from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from suite.stats.ranks import critical_difference, friedman

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import scikit_posthocs
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm


def table(blocks, methods, decimals=12, shift=0.0):
    rng = np.random.default_rng([blocks, methods, decimals])
    return (rng.normal(size=(blocks, methods)) + shift * np.arange(methods)).round(decimals)


def scores(values):
    return {f"m{j}": values[:, j] for j in range(values.shape[1])}


@pytest.mark.parametrize(("k", "q"), [(2, 1.960), (3, 2.344), (4, 2.569), (5, 2.728), (10, 3.164)])
def test_critical_difference_has_the_published_quantiles(k, q):
    """Demsar 2006, table 5a, three decimals."""
    assert critical_difference(k, 7) / math.sqrt(k * (k + 1) / 42) == pytest.approx(q, abs=1e-3)


def test_critical_difference_of_eight_methods_on_three_blocks():
    assert critical_difference(8, 3) == pytest.approx(6.06, abs=0.005)


def test_critical_difference_agrees_with_scikit_posthocs():
    values = table(12, 4, shift=0.7)
    ranking = friedman(scores(values))
    p = scikit_posthocs.posthoc_nemenyi_friedman(values).to_numpy()
    ranks = np.array(list(ranking.average_ranks.values()))
    apart = np.abs(ranks[:, None] - ranks) > ranking.critical_difference
    assert np.array_equal(apart, p < 0.05)
    assert 0 < apart.sum() < 12  # both outcomes occur


@pytest.mark.parametrize("decimals", [12, 0])
@pytest.mark.parametrize("shape", [(4, 3), (3, 8), (10, 5)])
def test_friedman_equals_scipy_and_f_equals_an_anova_of_the_ranks(shape, decimals):
    values = table(*shape, decimals=decimals, shift=0.3)
    ranking = friedman(scores(values))
    ranks = pd.DataFrame(stats.rankdata(values, axis=1)).melt(var_name="method", value_name="rank", ignore_index=False)
    model = ols("rank ~ C(method) + C(block)", ranks.reset_index(names="block")).fit()
    row = anova_lm(model).loc["C(method)"]
    assert ranking.chi2 == pytest.approx(stats.friedmanchisquare(*values.T).statistic)
    assert (ranking.f, ranking.p) == pytest.approx((row["F"], row["PR(>F)"]))
    assert ranking.blocks == shape[0]


def test_average_ranks_in_both_directions_and_with_ties():
    data = {"a": [1.0, 1.0, 3.0], "b": [2.0, 1.0, 2.0], "c": [3.0, 5.0, 1.0]}
    assert friedman(data).average_ranks == pytest.approx({"a": 5.5 / 3, "b": 5.5 / 3, "c": 7 / 3})
    assert friedman(data, lower_is_better=False).average_ranks == pytest.approx({"a": 6.5 / 3, "b": 6.5 / 3, "c": 5 / 3})


@pytest.mark.parametrize("first", [(1.0, 2.0, 3.0), (1.0, 1.0, 3.0)])
def test_p_when_all_blocks_agree_is_the_chance_of_it(first):
    """Counted over all equally likely tables of three blocks."""
    ranking = friedman(scores(np.array([first] * 3)))
    arrangements = set(permutations(first))
    agree = [len(set(blocks)) == 1 for blocks in product(arrangements, repeat=3)]
    assert math.isinf(ranking.f)
    assert ranking.p == pytest.approx(np.mean(agree))
    assert json.loads(json.dumps(ranking.as_dict(), allow_nan=False))["f"] is None


def test_blocks_that_tell_nothing():
    ranking = friedman({name: [1.0, 2.0, 5.0, 3.0, 2.0, 7.0] for name in "ab"})
    assert (ranking.chi2, ranking.f, ranking.p) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize(("blocks", "methods", "least"), [(2, 3, ".17"), (5, 2, ".06"), (6, 2, None), (3, 3, None)])
def test_no_p_where_even_blocks_that_agree_have_none_of_5_percent(blocks, methods, least):
    """1 / (k!)^(N - 1): 1/6, 1/16, 1/32 and 1/36."""
    ranking = friedman({f"m{j}": [float(j)] * blocks for j in range(methods)})
    assert math.isnan(ranking.p) == (least is not None)
    if least:
        assert ranking.note.startswith(f"no p: {methods} methods over {blocks} blocks that all agree have p = {least}")
        assert ranking.as_dict()["p"] is None


def test_remark_about_power():
    few = friedman(scores(table(2, 4)))
    assert math.isnan(few.critical_difference)
    assert few.note.endswith("no critical difference: it would be 3.32, and 4 methods are at most 3 ranks apart")
    assert friedman(scores(table(5, 3))).note == "critical difference 1.48 of at most 2 ranks at 5 blocks: low power"
    assert friedman(scores(table(12, 4))).note == ""


@pytest.mark.parametrize("data", [{"a": [1.0, 2.0]}, {"a": [1.0], "b": [2.0]}, {"a": [1.0, 2.0], "b": [1.0, 2.0, 3.0]}, {}])
def test_too_little_to_rank(data):
    with pytest.raises(ValueError, match="two"):
        friedman(data)


def test_a_missing_block_is_refused():
    with pytest.raises(ValueError, match="every method in every block"):
        friedman({"a": [1.0, 2.0], "b": [1.0, math.nan]})
