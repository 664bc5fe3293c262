"""What the penalised methods add to the loss, computed again in numpy, and the proximal steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from suite.base.errors import SuiteError
from suite.methods import method
from suite.methods.proximal import Proximal
from suite.penalties import L1

N, FACTOR = 100, 3.0


def rows(run, convention: str = "sgl0") -> list[np.ndarray]:
    """Weights of each layer, bottom to top, as (neurons, members) in float64."""
    found = []
    for layer in run.method.layers.values():
        w = layer.weight.detach().double().numpy()
        if w.ndim == 2:
            found.append(w.T)
        elif convention == "sgl0":
            found.append(w.reshape(len(w), -1))
        else:
            found.append(np.moveaxis(w, 0, -1).reshape(-1, len(w)))
    return found


def group(w):
    return np.sqrt(np.square(w).sum(1)).sum()


def exclusive(w):
    return np.square(np.abs(w).sum(1)).sum() / 2


def cges(layers):
    return sum((1 - mu) * group(w) + mu * exclusive(w) for mu, w in zip((0, 0.25, 0.5, 0.75), layers, strict=True))


VALUES = {
    "l1": lambda layers: sum(np.abs(w).sum() for w in layers),
    "group_lasso": lambda layers: sum(math.sqrt(w.shape[1]) * group(w) for w in layers),
    "sparse_group_lasso": lambda layers: sum(math.sqrt(w.shape[1]) * group(w) + np.abs(w).sum() for w in layers),
    "cges": cges,
}


@pytest.mark.parametrize("name", VALUES)
def test_value_of_the_penalty(start, name):
    run = start(method(name, lam=0.7), "lenet5_caffe", penalty_factor=FACTOR)
    layers = rows(run)
    assert [len(w) for w in layers] == [20, 50, 800, 500]
    assert run.method.penalty().item() == pytest.approx(FACTOR * 0.7 / N * VALUES[name](layers), rel=1e-5)


@pytest.mark.parametrize("name", VALUES)
def test_the_default_strength_is_a_tenth_over_n(start, name):
    assert start(name).method.strength == pytest.approx(0.1 / N)


@pytest.mark.parametrize("name", VALUES)
def test_biases_are_not_penalised(start, name):
    run = start(name)
    run.method.penalty().backward()
    for label, p in run.model.named_parameters():
        assert (p.grad is None) == label.endswith("bias")


def test_cges_of_its_authors_weighs_from_a_fifth_to_four_fifths(start):
    run = start("cges_proximal", "lenet5_caffe")
    assert [p.mu for p in run.method.penalties] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    found = [run.method.members(layer).detach().double().numpy() for layer in run.method.layers.values()]
    assert [w.shape for w in found] == [(25, 20), (500, 50), (800, 500), (500, 10)]
    for mine, w in zip(rows(run, "input"), found, strict=True):
        assert np.abs(w).sum(1).max() == pytest.approx(np.abs(mine).sum(1).max())
        assert sorted(np.abs(w).sum(1)) == pytest.approx(sorted(np.abs(mine).sum(1)))
    assert run.method.penalty() is None


@pytest.mark.parametrize("name", ["l1", "group_lasso", "sparse_group_lasso", "cges", "cges_proximal"])
def test_without_strength_it_is_the_dense_run(start, name):
    found, dense = start(method(name, lam=0.0), epochs=2), start("dense", epochs=2)
    for run in (found, dense):
        run.advance(), run.advance()
    for label, p in dense.model.named_parameters():
        assert torch.equal(p, dict(found.model.named_parameters())[label])
    assert found.curves["train_loss"] == dense.curves["train_loss"]


@dataclass(unsafe_hash=True, kw_only=True)
class SoftThresholding(Proximal):
    def regularizer(self, layer, layers):
        return L1()


def test_a_proximal_step_has_the_rate_the_ratio_and_the_strength_as_its_length(start):
    run = start(SoftThresholding(lam=2.0, step_ratio=5.0), "lenet5_caffe", penalty_factor=FACTOR)
    before = [layer.weight.detach().clone() for layer in run.method.layers.values()]
    biases = [layer.bias.detach().fill_(0.5).clone() for layer in run.method.layers.values()]
    run.context.learning_rate = 0.01
    t = 0.01 * 5.0 * 2.0 * FACTOR / N
    run.method.after_step()
    for layer, w, bias in zip(run.method.layers.values(), before, biases, strict=True):
        torch.testing.assert_close(layer.weight.detach(), w.sign() * (w.abs() - t).clamp(min=0))
        assert (layer.weight == 0).any()
        assert torch.equal(layer.bias, bias)


def test_proximal_steps_shrink_with_the_learning_rate(start):
    run = start(SoftThresholding(), epochs=3, milestones=(1, 2), learning_rate=0.02)
    seen = []
    run.method.after_step = lambda: seen.append(run.context.learning_rate)
    for _ in range(3):
        run.advance()
    assert seen == pytest.approx([0.02] * 3 + [0.002] * 3 + [0.0002] * 3)


@pytest.mark.parametrize("exclusive", ["exact", "authors"])
def test_proximal_steps_leave_exact_zeros(start, exclusive, no_latency):
    found = start(method("cges_proximal", exclusive=exclusive), epochs=3).train().metrics
    dense = start("dense", epochs=3).train().metrics
    assert dense["weight_sparsity_exact"] == 0
    assert found["weight_sparsity_exact"] > 10
    assert found["weight_sparsity"] == pytest.approx(found["weight_sparsity_exact"], abs=0.5)


def test_a_network_without_layers_to_penalise_is_refused(start):
    run = start("l1")
    with pytest.raises(SuiteError, match="no convolution or linear layer"):
        method("l1").prepare(torch.nn.Sequential(torch.nn.ReLU()), run.context)


def test_a_model_may_name_the_layers_that_are_penalised(start):
    run, chosen = start("l1"), method("l1")
    run.model.regularised = ("fc2",)
    chosen.prepare(run.model, run.context)
    assert list(chosen.layers) == ["fc2"]
    assert chosen.penalty().item() == pytest.approx(0.1 / N * run.model.fc2.weight.detach().abs().sum().item())
