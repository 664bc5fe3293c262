"""Where the numbers of claims come from: the runs of a row, those that meet a hypothesis, those of one training, the step of a metric."""

import pytest
from figure_records import ACCURACY, FLOPS, cell, make, replace_table, scored

from suite.experiment.claims import Given, lower
from suite.experiment.reproduction import StrengthPath
from suite.judging.families import judge_table
from suite.judging.resolution import step
from suite.judging.sources import left_out, runs_of, share_training
from suite.methods import method

FIGURE = StrengthPath(y=ACCURACY, x=(FLOPS,))
SGL0 = method("sgl0", lam=1e-4)


def viewed(error, of_view):
    return scored(error, 50.0) | {"views": {"V": {"label": "V", "metrics": scored(of_view, 99.0)["metrics"]}}}


def results(claims=()):
    content = {
        cell("dense"): [scored(1.0, 0.0), scored(5.0, 0.0), scored(9.0, 0.0)],
        cell("sgl0", lam=1e-4): [viewed(1.0, 1.2), viewed(5.0, 5.1), viewed(9.0, 9.3)],
        cell("magnitude", like=SGL0): [scored(2.0, 50.0), None, scored(9.5, 50.0)],
        cell("l1_proximal", lam=1e-4): [scored(2.0, 50.0), scored(6.0, 50.0), scored(9.5, 80.0)],
    }
    made = make(FIGURE, content)
    return replace_table(made, made.reproduction.__class__(**{**vars(made.reproduction), "claims": tuple(claims)}))


def rows(made):
    return {row.key.partition("{")[0] + ("@V" if row.is_view else ""): row for row in made.all_rows}


def test_runs_of_one_training_are_those_of_views_and_of_pruning():
    made = results()
    by = rows(made)
    assert share_training(made, by["sgl0"], by["sgl0@V"])
    assert share_training(made, by["magnitude"], by["dense"])
    assert share_training(made, by["magnitude"], by["sgl0"])
    assert not share_training(made, by["dense"], by["sgl0"])
    assert not share_training(made, by["l1_proximal"], by["magnitude"])


def test_they_are_compared_seed_by_seed():
    made = results()
    by = rows(made)
    claim = lower(by["sgl0"].key, by["sgl0@V"].key, "test_error")
    runs = runs_of(made, claim)
    assert runs.pairs(*claim.rows, "test_error") == pytest.approx([-0.2, -0.1, -0.3])
    assert runs.pairs(by["magnitude"].key, by["dense"].key, "test_error") == pytest.approx([1.0, 0.5])  # seed 1 is missing
    assert runs.pairs(by["l1_proximal"].key, by["dense"].key, "test_error") is None
    (found,) = judge_table(results([claim]))
    assert "n = 3 differences within a training" in found.reason
    assert found.difference == pytest.approx(-0.2)


def test_runs_that_do_not_meet_a_hypothesis_are_left_out_and_counted():
    by = rows(results())
    given = Given("at most 70 % are zero", "weight_sparsity_exact", at_most=70)
    claim = lower(by["dense"].key, by["l1_proximal"].key, "test_error", given=given)
    made = results([claim])
    assert runs_of(made, claim).values(by["l1_proximal"].key, "test_error") == [2.0, 6.0]
    assert left_out(made, claim) == "given that at most 70 % are zero: 1 of 6 runs do not meet it and are left out"
    (found,) = judge_table(made)
    assert found.n == (3, 2)
    assert found.reason.endswith("are left out")
    assert claim.metrics == ("test_error", "weight_sparsity_exact")


@pytest.mark.parametrize(
    ("metric", "size"),
    [
        ("test_error", 0.01),
        ("best_test_accuracy@V", 0.01),
        ("validation_error", 0.02),
        ("steps_to_95", 128.0),
        ("weight_sparsity_exact", 0.1),
        ("support_recovered", 1.0),
        ("flops_left", 0.0),
    ],
)
def test_what_a_metric_moves_by(metric, size):
    data = {"n_test": 10_000, "n_validation": 5000, "epoch_steps": 128, "starts": 100}
    coarse, fine = (
        {"data": data, "network": {"weights": 1000}},
        {"data": {k: 10 * v for k, v in data.items()}, "network": {"weights": 10_000}},
    )
    finer = {**fine, "data": {**fine["data"], "epoch_steps": 1}}
    assert step([coarse, finer], metric) == pytest.approx(size)
    assert step([], metric) == 0
