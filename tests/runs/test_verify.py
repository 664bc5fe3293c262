"""When a number has moved, and between which runs two folders are compared."""

from __future__ import annotations

import copy
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from suite.base.errors import SuiteError
from suite.judging import verify
from suite.judging.folders import difference, told_apart
from suite.judging.verify import FACTOR, Noise, compare, numbers, one_machine
from suite.records.store import Store

ROOT = Path(__file__).parents[2]
RECORD = {
    "seed": 3,
    "status": "done",
    "epochs": 2,
    "metrics": {"test_error": 5.0, "architecture": "20-50", "latency_dense_ms": 1.0},
    "views": {"V": {"label": "V", "metrics": {"test_error": 7.0}}},
    "layers": {"conv1": 12.5},
    "curves": {"train_loss": [0.7, 0.2], "seconds": [3.0, 3.0]},
    "environment": {"cpu": "A", "cpu_kind": "model 1", "threads": 1, "packages": {"torch": "2.6"}},
}
NOISE = Noise(Path("noise.json"), {"train_loss[1]": 0.001, "architecture": None})


def changed(**paths):
    """The record with other values: `changed(**{"curves/train_loss": [0.8, 0.2]})`."""
    made = copy.deepcopy(RECORD)
    for path, value in paths.items():
        *folders, name = path.split("/")
        place = made
        for folder in folders:
            place = place[folder]
        place[name] = value
    return made


def moved(own, noise=NOISE, exact=False):
    return [line.metric for line in compare("row", own, RECORD, noise, exact)]


def test_all_that_a_record_holds_is_compared_but_its_times():
    assert numbers(RECORD) == {
        "status": "done",
        "epochs": 2,
        "test_error": 5.0,
        "architecture": "20-50",
        "test_error@V": 7.0,
        "layer/conv1": 12.5,
        "train_loss[1]": 0.7,
        "train_loss[2]": 0.2,
    }


@pytest.mark.parametrize(
    ("path", "value", "metric"),
    [
        ("metrics/test_error", 5.0 + 1e-12, "test_error"),
        ("views/V/metrics/test_error", 7.1, "test_error@V"),
        ("layers/conv1", 12.4, "layer/conv1"),
        ("curves/train_loss", [0.7, 0.2 + 1e-15], "train_loss[2]"),
        ("metrics/architecture", "20-49", "architecture"),
        ("status", "diverged", "status"),
    ],
)
def test_on_one_machine_the_last_bit_counts(path, value, metric):
    assert moved(changed(**{path: value}), exact=True) == [metric]


def test_between_machines_the_measured_noise_is_allowed_and_no_more():
    at_most = FACTOR * 0.001
    assert moved(changed(**{"curves/train_loss": [0.7 + 0.99 * at_most, 0.2]})) == []
    assert moved(changed(**{"curves/train_loss": [0.7 - 1.01 * at_most, 0.2]})) == ["train_loss[1]"]
    assert moved(changed(**{"curves/train_loss": [0.7, 0.2001]})) == ["train_loss[2]"], "no rerun was seen to differ there"
    assert moved(changed(**{"metrics/architecture": "20-49"})) == []


def test_a_number_that_is_gone_has_moved_and_a_new_one_has_not():
    (line,) = compare("row", changed(layers={}), RECORD, NOISE, False)
    assert (line.metric, line.seed, line.own, line.reference) == ("layer/conv1", 3, None, 12.5)
    assert "missing here" in line.text()
    assert moved(changed(layers={"conv1": 12.5, "fc1": 1.0})) == []
    assert moved(changed(**{"curves/train_loss": [0.7, None]})) == ["train_loss[2]"]


def test_a_machine_is_known_by_all_that_its_arithmetic_depends_on():
    assert one_machine(RECORD, copy.deepcopy(RECORD))
    for path, value in (("cpu", "B"), ("cpu_kind", "model 2"), ("threads", 2), ("packages", {"torch": "2.7"})):
        assert not one_machine(changed(**{f"environment/{path}": value}), RECORD)


def test_a_record_that_does_not_say_the_kind_of_its_processor_may_be_of_another_machine():
    nameless = changed(environment={"cpu": "A", "threads": 1, "packages": {"torch": "2.6"}})
    assert not one_machine(nameless, copy.deepcopy(nameless))


def test_without_measured_noise_other_machines_cannot_be_judged(tmp_path):
    unknown = Noise.beside(tmp_path)
    assert moved(RECORD, unknown) == []
    assert moved(changed(**{"metrics/test_error": 6.0}), unknown, exact=True) == ["test_error"]
    with pytest.raises(SuiteError, match=r"noise\.json"):
        moved(changed(**{"metrics/test_error": 6.0}), unknown)


def test_without_measured_noise_the_spread_of_the_seeds_stands_for_it(tmp_path):
    unknown = Noise.beside(tmp_path)
    seeds = [
        changed(**{"metrics/test_error": error, "curves/train_loss": [loss, 0.2]}) for error, loss in ((4.0, 0.6), (5.0, 0.7), (6.0, 0.8))
    ]
    spread = verify.spreads(seeds, measured=False)
    assert spread["test_error"] == pytest.approx(2**0.5)
    assert spread["train_loss[1]"] == pytest.approx(0.1 * 2**0.5)
    assert "train_loss[1]" not in verify.spreads(seeds)  # sharp where noise was measured
    found = {error: compare("row", changed(**{"metrics/test_error": error}), RECORD, unknown, False, spread) for error in (10.0, 11.0)}
    assert [line.metric for line in found[10.0]] == []  # four times 1.41
    assert [line.metric for line in found[11.0]] == ["test_error"]


def test_a_text_may_differ_where_it_differs_between_seeds():
    alike = verify.spreads([RECORD, RECORD])
    apart = verify.spreads([RECORD, changed(**{"metrics/architecture": "19-50"})])
    assert (alike["architecture"], apart["architecture"]) == (0.0, float("inf"))


def test_a_step_of_the_metric_is_allowed_as_noise_is():
    """The errors of four rows lie whole images of 0.5 points apart: so many of them may differ, but no setting of the run."""
    rows = [changed(**{"metrics/test_error": error, "epochs": epochs}) for error, epochs in ((3.0, 0), (5.0, 2), (5.5, 2), (7.5, 2))]
    known = replace(NOISE, steps=verify.steps(rows))
    assert known.steps["test_error"] == 0.5
    assert moved(changed(**{"metrics/test_error": 5.0 + FACTOR * 0.5}), known) == []
    assert moved(changed(**{"metrics/test_error": 5.1 + FACTOR * 0.5}), known) == ["test_error"]
    assert moved(changed(epochs=1), known) == ["epochs"]


def test_of_several_machines_the_one_that_is_furthest_off_counts(tmp_path):
    lines = [{"largest": {"a": 1.0, "b": None}}, {"largest": {"a": 2.0, "b": 5.0, "c": 0.5}}]
    (tmp_path / "noise.json").write_text(json.dumps({"measured": lines}))
    assert Noise.beside(tmp_path).largest == {"a": 2.0, "b": None, "c": 0.5}


def test_the_difference_of_the_same_runs_is_that_of_pairs():
    """By hand: differences 1.0, 1.2 (mean 1.1, SD 0.1414), half-width t(.975, 1) SD / sqrt(2) = 12.706 * 0.1; seed 2 has no partner."""
    text = difference({0: 10.0, 1: 20.0, 2: 0.0}, {0: 11.0, 1: 21.2}, same=True)
    assert "+1.10 [-0.17, +2.37]  n = 2 pairs" in text


def test_the_difference_of_other_runs_is_welchs():
    """By hand: means 1 and 2, SE = sqrt(2 / 2 + 2 / 2) = 1.414, df = 2, t = 4.303."""
    assert "+1.00 [-5.08, +7.08]  n = 2 and 2" in difference({0: 0.0, 1: 2.0}, {0: 1.0, 1: 3.0}, same=False)


def test_runs_of_a_method_on_two_data_sets_are_two_rows():
    records = [
        {"method": "dense", "seed": s, "spec": {"dataset": d, "schedule": {"epochs": 1}}, "data": {}}
        for d in ("mnist", "digits")
        for s in (0, 1)
    ]
    assert {row: sorted(found) for row, found in told_apart(records).items()} == {
        "dense dataset=digits": [0, 1],
        "dense dataset=mnist": [0, 1],
    }
    assert list(told_apart(records[:2])) == ["dense"]
    assert list(told_apart(records[1:3])) == ["dense dataset=mnist", "dense dataset=digits"], (
        "one seed of each is no reason to average them"
    )
    other = records[1] | {"data": {"checksum": "0" * 64}}
    assert len(told_apart([records[0], other])) == 2, "nor is one name of two data sets"


@pytest.fixture
def no_latency(untimed):
    """With the compact network, which the reference's records have."""


@pytest.fixture
def mutations(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    monkeypatch.setattr(sys, "path", [*sys.path, str(ROOT / "tests" / "regression")])
    import mutations

    return mutations


@pytest.mark.parametrize("name", ["soft threshold", "proximal step", "splitting: tie beside the step"])
def test_a_change_of_the_mathematics_is_noticed_on_any_machine(mutations, name):
    """Three of `benchmarks/mutations.py`, and that nothing has moved without them."""
    (mutation,) = (found for found in mutations.all_of_them() if found.name == name)
    mutation = replace(mutation, rows=mutation.rows[:1])
    assert mutations.moved(mutation).lines == []
    with mutation.at_work():
        assert mutations.moved(mutation).lines


def test_every_mutation_changes_a_text_that_is_there(mutations):
    for mutation in mutations.all_of_them():
        before = mutations.located(mutation.target).__code__
        with mutation.at_work():
            assert mutations.located(mutation.target).__code__ != before, mutation.name
        assert mutations.located(mutation.target).__code__ == before
        mutations.table_of(mutation)  # has its rows


def test_the_first_steps_are_those_of_every_method(mutations):
    reference = Store.of(mutations.first_steps.REFERENCE, mutations.first_steps.TABLE.id, "smoke").read_all()
    remedy = "compute them: python tests/regression/first_steps.py"
    assert set(mutations.first_steps.TABLE.at("smoke", 1).keys) <= reference.keys(), remedy
    assert verify.Noise.beside(mutations.first_steps.REFERENCE / mutations.first_steps.TABLE.id / "smoke").largest
