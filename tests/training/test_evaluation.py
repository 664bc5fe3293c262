"""Scoring: predictions with one set of weights, counts on another, and the model as it was."""

from __future__ import annotations

import pytest
import torch

from suite.methods.base import View
from suite.training import evaluation
from suite.training.evaluation import placed, recalibrated, score


@pytest.fixture
def model():
    found = torch.nn.Sequential(torch.nn.Linear(3, 3, bias=False), torch.nn.Dropout(0.9))
    with torch.no_grad():
        found[0].weight.copy_(torch.eye(3))
    return found


X = torch.eye(3).repeat(400, 1)
Y = torch.arange(3).repeat(400)
SWAPPED = {"0.weight": torch.eye(3)[[1, 0, 2]]}


def count(model):
    return {"zeros": int((model[0].weight == 0).sum())}


def test_error_is_a_percentage_of_all_batches(model):
    y = Y.clone()
    y[1000:1090] = (y[1000:1090] + 1) % 3
    assert evaluation.test_error(model.eval(), X, Y) == 0
    assert evaluation.test_error(model.eval(), X, y) == pytest.approx(100 * 90 / 1200)


def test_a_view_predicts_with_its_weights(model):
    found = score(model, View(SWAPPED), lambda: evaluation.test_error(model, X, Y), count)
    assert found == {"test_error": pytest.approx(200 / 3), "zeros": 6}


def test_a_view_may_count_other_weights(model):
    found = score(model, View({}, counted={"0.weight": torch.zeros(3, 3)}), lambda: evaluation.test_error(model, X, Y), count)
    assert found == {"test_error": 0, "zeros": 9}


def test_nothing_counted_is_not_the_same_as_the_view_counted(model):
    assert score(model, View({"0.weight": torch.zeros(3, 3)}, counted={}), lambda: evaluation.test_error(model, X, Y), count)["zeros"] == 6


@pytest.mark.parametrize("training", [True, False])
def test_the_model_is_left_as_it_was(model, training):
    weight = model[0].weight
    storage = weight.data_ptr()
    model.train(training)

    def fail():
        with placed(model, SWAPPED) as inside:
            assert not inside.training
            assert torch.equal(inside[0].weight, SWAPPED["0.weight"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert model.training is training
    assert model[0].weight is weight
    assert weight.data_ptr() == storage
    assert torch.equal(weight, torch.eye(3))


def normalising() -> torch.nn.Sequential:
    layers = torch.nn.BatchNorm1d(3), torch.nn.Dropout(0.9), torch.nn.BatchNorm1d(3)
    return torch.nn.Sequential(*layers).train()


def test_recalibrated_statistics_are_those_of_the_batches():
    """Mean of the batches' means and variances, the second layer's behind the first and without dropout."""
    batches = torch.randn(4, 50, 3, generator=torch.Generator().manual_seed(0)) * 3 + 2
    model = normalising()
    model[0].running_mean += 7.0
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = recalibrated(model, batches)
    assert not any(layer.training for layer in found.modules())
    assert torch.allclose(found[0].running_mean, batches.mean((0, 1)), atol=1e-5)
    assert torch.allclose(found[0].running_var, batches.var(1).mean(0), atol=1e-5)
    behind = (batches - batches.mean(1, keepdim=True)) / (batches.var(1, correction=0, keepdim=True) + 1e-5).sqrt()
    assert torch.allclose(found[2].running_mean, behind.mean((0, 1)), atol=1e-5)
    assert torch.allclose(found[2].running_var, behind.var(1).mean(0), atol=1e-5)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(layer.training for layer in model.modules())


def test_a_network_without_batch_normalisation_has_nothing_to_recalibrate(model):
    assert recalibrated(model, [X]) is None
