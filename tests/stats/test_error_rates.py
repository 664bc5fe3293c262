"""A short version of benchmarks/error_rates.py: no verdict is wrong more often than it says. Its own arithmetic besides."""

import importlib.util
from pathlib import Path

import pytest

PLACE = Path(__file__).parents[2] / "benchmarks" / "error_rates.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("error_rates", PLACE)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(__import__("sys").modules, "error_rates", module)
        spec.loader.exec_module(module)
        yield module


def test_no_wrong_verdict_is_more_frequent_than_its_level(script):
    found = script.rates(script.KINDS, 200, seed=1, ns=(1, 3))
    assert [where for where, rate in found.items() if rate.exceeded] == []
    assert any(rate.rate > 0 for rate in found.values())


def test_a_verdict_that_is_wrong_too_often_is_noticed(script):
    """The old rule on two winners: one row has the best mean in both, without an interval."""

    def by_means(rng, n):
        return "does not hold" if rng.random() < 0.5 else "open"

    found = script.rates({"by means": script.Kind(by_means, {"does not hold": 0.025})}, 100, seed=0, ns=(3,))
    assert found["by means", "does not hold", 3].exceeded
    assert "!" in script.table(found, (3,))


def test_the_same_seed_gives_the_same_rates_whatever_else_is_simulated(script):
    one = {"lower": script.KINDS["lower"]}
    alone = script.rates(one, 50, seed=3, ns=(3,))
    among = script.rates({"in every run": script.KINDS["in every run"]} | one, 50, seed=3, ns=(3,))
    assert alone["lower", "holds", 3] == among["lower", "holds", 3]
