"""Pruning removes exactly as many weights as it is told or as another method lost, the smallest or any."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from suite.experiment.spec import RunSpec
from suite.methods import method
from suite.methods.base import Finished
from suite.methods.schedule import Schedule
from suite.training.loop import Training

SIZES = {"fc1": 235_200, "fc2": 30_000, "fc3": 1_000}
LOST = {"fc1": 61_234, "fc2": 17, "fc3": 999}


@pytest.fixture
def prune(small):
    """prune(method): the weights of a dense network after pruning, and before it, by layer, in numpy."""

    def apply(chosen):
        spec = RunSpec.of("digits", "lenet_300_100", chosen, Schedule(3, batch_size=40))
        dense = Training(spec.needs()[0], small)
        dense.advance()
        state = {name: value.clone() for name, value in dense.model.state_dict().items()}
        like = Finished({"layers": {name: 100 * LOST[name] / SIZES[name] for name in SIZES}}, dict)
        run = Training(spec, small, finished=[Finished({}, lambda: state), like][: len(spec.needs())])
        outcome = run.train()
        assert outcome.curves["train_loss"] == []
        assert all(torch.equal(outcome.weights[f"{n}.bias"], state[f"{n}.bias"]) for n in SIZES)
        return tuple({n: weights[f"{n}.weight"].numpy() for n in SIZES} for weights in (outcome.weights, state))

    return apply


def zeros(weights: dict) -> dict[str, int]:
    return {name: int((w == 0).sum()) for name, w in weights.items()}


@pytest.mark.parametrize("name", ["magnitude", "random_pruning"])
def test_global_counts_are_exact(prune, name):
    like, _ = prune(method(name, like=method("group_lasso")))
    assert sum(zeros(like).values()) == sum(LOST.values())
    half, _ = prune(method(name, sparsity=50.0))
    assert sum(zeros(half).values()) == sum(SIZES.values()) // 2


@pytest.mark.parametrize("name", ["magnitude", "random_pruning"])
def test_counts_by_layer_are_those_of_the_other_method(prune, name):
    found, _ = prune(method(name, like=method("group_lasso"), scope="layer"))
    assert zeros(found) == LOST
    share, _ = prune(method(name, sparsity=25.0, scope="layer"))
    assert zeros(share) == {name: size // 4 for name, size in SIZES.items()}


@pytest.mark.parametrize("sparsity", [0.0, 100.0])
def test_nothing_or_everything(prune, sparsity):
    found, before = prune(method("magnitude", sparsity=sparsity))
    for name, w in found.items():
        assert np.array_equal(w, before[name] * (sparsity == 0))


def test_magnitude_removes_the_smallest_of_all(prune):
    found, before = prune(method("magnitude", sparsity=90.0))
    every = np.concatenate([np.abs(w).ravel() for w in before.values()])
    threshold = np.sort(every)[round(0.9 * len(every)) - 1]
    for name, w in found.items():
        assert np.array_equal(w, np.where(np.abs(before[name]) > threshold, before[name], 0))


def test_magnitude_by_layer_removes_the_smallest_of_each(prune):
    found, before = prune(method("magnitude", like=method("group_lasso"), scope="layer"))
    for name, w in found.items():
        threshold = np.sort(np.abs(before[name]).ravel())[LOST[name] - 1]
        assert np.array_equal(w, np.where(np.abs(before[name]) > threshold, before[name], 0))


def test_random_pruning_does_not_look_at_the_weights(prune):
    found, before = prune(method("random_pruning", sparsity=50.0))
    kept, w = found["fc1"] != 0, np.abs(before["fc1"])
    assert np.array_equal(found["fc1"][kept], before["fc1"][kept])
    difference = w[kept].mean() - w[~kept].mean()
    assert abs(difference) < 4 * w.std() * np.sqrt(1 / kept.sum() + 1 / (~kept).sum())
    counts = zeros(found)
    for name, size in SIZES.items():
        assert counts[name] == pytest.approx(size / 2, abs=4 * np.sqrt(size / 4))


def test_the_dense_run_comes_first_then_the_one_to_match():
    like = method("sgl0", beta=5.0)
    assert method("magnitude").needs() == (method("dense"),)
    assert method("magnitude", like=like).needs() == (method("dense"), like)
    spec = RunSpec.of("digits", "lenet5_caffe", method("magnitude", like=like), Schedule(3), seed=4, hold_out=50)
    assert [(s.method.name, s.seed, s.schedule, s.setup.hold_out) for s in spec.needs()] == [
        ("dense", 4, Schedule(3), 50),
        ("sgl0", 4, Schedule(3), 50),
    ]


def test_labels_tell_scope_and_amount():
    assert method("magnitude", sparsity=85.0).label == "magnitude pruning (global, 85 %)"
    assert method("random_pruning", like=method("sgl0"), scope="layer").label == "random pruning (by layer, as sparse group l0asso)"
