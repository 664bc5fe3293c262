"""RVSM, RVSCGD and ADMM against their steps written out, and what they do at the edges of their options."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import cross_entropy

from suite.base.errors import SuiteError
from suite.methods import method
from suite.penalties import TransformedL1

LAM, BETA, RATE = 2e-4, 1e-2, 0.05
LAYERS = ("fc1", "fc2", "fc3")
RELAXED = ("rvsm", "rvscgd", "admm")


def double(run) -> None:
    """The run in float64, its auxiliary variables made again from the weights as they are."""
    run.model.double()
    run.x = run.x.double()
    run.method.prepare(run.model, run.context)


def hard(w):
    return w * (w.abs() > math.sqrt(2 * LAM / BETA))


def soft(w):
    return w.sign() * (w.abs() - LAM / BETA).clamp(min=0)


def tl1(w):
    return TransformedL1(1.0).prox(w, LAM / BETA)  # held against an oracle of its own elsewhere


THRESHOLDS = pytest.mark.parametrize(("threshold", "shrink"), [("l0", hard), ("l1", soft), ("tl1", tl1)])


class Written:
    """Weights and momentum of a perceptron, moved by formulas; `layers` are the weights that are split."""

    def __init__(self, run, momentum: float) -> None:
        self.p = {name: p.detach().clone() for name, p in run.model.named_parameters()}
        self.velocity = {name: torch.zeros_like(p) for name, p in self.p.items()}
        self.momentum = momentum

    def gradients(self, x, y) -> dict:
        leaves = {name: p.clone().requires_grad_() for name, p in self.p.items()}
        h = x.flatten(1)
        for name in LAYERS:
            h = torch.nn.functional.linear(h, leaves[f"{name}.weight"], leaves[f"{name}.bias"])
            h = h if name == LAYERS[-1] else h.clamp(min=0)
        return dict(zip(leaves, torch.autograd.grad(cross_entropy(h, y), list(leaves.values())), strict=True))

    def step(self, x, y, pull: dict) -> None:
        """Momentum on the gradient of the loss; the pull of the quadratic beside it."""
        for name, g in self.gradients(x, y).items():
            self.velocity[name] = self.momentum * self.velocity[name] + g
            self.p[name] = self.p[name] - RATE * self.velocity[name] - RATE * BETA * pull.get(name, 0)

    def split(self) -> dict:
        return {name: p for name, p in self.p.items() if name.removesuffix(".weight") in LAYERS}


def begin(start, name, threshold, momentum=0.9, **options):
    chosen = method(name, lam=LAM, beta=BETA, threshold=threshold, **options)
    run = start(chosen, "lenet_300_100", optimizer="sgd", learning_rate=RATE, momentum=momentum, epochs=2)
    double(run)
    batches = [(run.x[i : i + 10], run.y[i : i + 10]) for i in range(0, 40, 10)]
    return run, Written(run, momentum), batches


def assert_same(run, written, u) -> None:
    for name, p in run.model.named_parameters():
        torch.testing.assert_close(p.detach(), written.p[name], rtol=0, atol=1e-12)
    for name in LAYERS:
        torch.testing.assert_close(run.method.v[name], u[f"{name}.weight"], rtol=0, atol=1e-12)
        assert 0 < (run.method.v[name] == 0).double().mean() < 1


@THRESHOLDS
def test_rvsm_moves_both_variables_from_the_old_iterates(start, threshold, shrink):
    run, written, batches = begin(start, "rvsm", threshold)
    u = {name: shrink(w) for name, w in written.split().items()}
    for x, y in batches:
        old = written.split()
        written.step(x, y, {name: w - u[name] for name, w in old.items()})
        u = {name: shrink(w) for name, w in old.items()}
        run.step(x, y)
    assert_same(run, written, u)


@THRESHOLDS
def test_rvscgd_is_pulled_to_the_threshold_of_the_present_weight(start, threshold, shrink):
    run, written, batches = begin(start, "rvscgd", threshold)
    for x, y in batches:
        old = written.split()
        written.step(x, y, {name: w - shrink(w) for name, w in old.items()})
        run.step(x, y)
    assert_same(run, written, {name: shrink(w) for name, w in written.split().items()})


@THRESHOLDS
def test_admm_carries_multipliers(start, threshold, shrink):
    run, written, batches = begin(start, "admm", threshold)
    u = {name: shrink(w) for name, w in written.split().items()}
    multipliers = {name: torch.zeros_like(w) for name, w in u.items()}
    for x, y in batches:
        written.step(x, y, {name: w - u[name] + multipliers[name] for name, w in written.split().items()})
        u = {name: shrink(w + multipliers[name]) for name, w in written.split().items()}
        multipliers = {name: multipliers[name] + w - u[name] for name, w in written.split().items()}
        run.step(x, y)
    assert_same(run, written, u)
    assert any((m != 0).any() for m in multipliers.values())
    for name in LAYERS:
        torch.testing.assert_close(run.method.y[name], multipliers[f"{name}.weight"], rtol=0, atol=1e-12)


def test_rvscgd_brings_hidden_layers_back_to_their_norm(start):
    run, written, batches = begin(start, "rvscgd", "l0", momentum=0.0, normalise=True)
    norms = {name: written.p[f"{name}.weight"].norm() for name in LAYERS[:-1]}
    for x, y in batches:
        written.step(x, y, {name: w - hard(w) for name, w in written.split().items()})
        for name, norm in norms.items():
            written.p[f"{name}.weight"] *= norm / written.p[f"{name}.weight"].norm()
        run.step(x, y)
    assert_same(run, written, {name: hard(w) for name, w in written.split().items()})
    assert run.model.fc3.weight.norm() != norms["fc1"]


def test_a_layer_that_has_become_zero_stays_zero(start):
    run = start(method("rvscgd", normalise=True, lam=0.0, beta=0.0), "lenet_300_100", optimizer="sgd", learning_rate=0.0)
    with torch.no_grad():
        run.model.fc1.weight.zero_()
    run.step(run.x[:10], run.y[:10])
    assert torch.equal(run.model.fc1.weight, torch.zeros_like(run.model.fc1.weight))
    assert torch.equal(run.method.v["fc1"], torch.zeros_like(run.model.fc1.weight))


@pytest.mark.parametrize("tie", ["step", "loss"])
@pytest.mark.parametrize("name", RELAXED)
def test_without_lambda_and_beta_it_is_sgd_bit_for_bit(start, name, tie):
    options = {"optimizer": "sgd", "learning_rate": 0.05, "momentum": 0.9, "weight_decay": 5e-4, "epochs": 2}
    plain, relaxed = (start(m, **options) for m in ("dense", method(name, lam=0.0, beta=0.0, tie=tie)))
    for run in (plain, relaxed):
        run.advance(), run.advance()
    for (key, p), q in zip(plain.model.named_parameters(), relaxed.model.parameters(), strict=True):
        assert torch.equal(p, q), key
    assert plain.curves["train_loss"] == relaxed.curves["train_loss"]


def test_without_momentum_both_ties_are_the_same_method(start):
    runs = [start(method("rvscgd", lam=LAM, beta=BETA, tie=tie), optimizer="sgd", learning_rate=RATE) for tie in ("step", "loss")]
    for run in runs:
        run.advance()
    for p, q in zip(*(run.model.parameters() for run in runs), strict=True):
        torch.testing.assert_close(p, q, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("name", RELAXED)
def test_the_thresholded_copy_is_the_network(start, no_latency, name):
    run = start(method(name, lam=1e-2, beta=1.0), optimizer="sgd", learning_rate=0.01, epochs=1)
    outcome = run.train()
    zeros, size = sum(int((v == 0).sum()) for v in run.method.v.values()), sum(v.numel() for v in run.method.v.values())
    assert outcome.metrics["weight_sparsity_exact"] == pytest.approx(100 * zeros / size)
    assert outcome.metrics["weight_sparsity_exact"] > 50 > outcome.views["w"]["weight_sparsity_exact"]
    for layer, v in run.method.v.items():
        assert torch.equal(outcome.weights[f"{layer}.weight"], v)


@pytest.mark.parametrize("name", [*RELAXED, "sgl0", "nonconvex_sgl"])
def test_a_penalty_that_does_not_reach_the_weights_is_refused(name):
    with pytest.raises(SuiteError, match="beta must be positive where lam is"):
        method(name, lam=0.1, beta=0.0)
    assert method(name, lam=0.0, beta=0.0).beta == 0


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"threshold": "l3"}, "penalty must be one of l0, l1, tl1"),
        ({"threshold": "l1", "shape": 1.0}, "l1 has no shape"),
        ({"threshold": "tl1", "shape": -1.0}, "a must be positive"),
        ({"beta": -1.0}, "beta must not be negative"),
        ({"beta": math.inf}, "beta must not be negative or infinite"),
        ({"growth": 0.0}, "growth must be positive"),
        ({"tie": "knot"}, "tie must be one of loss, step"),
    ],
)
@pytest.mark.parametrize("name", ["rvsm", "nonconvex_sgl"])
def test_options_out_of_range_are_refused(name, options, reason):
    with pytest.raises(SuiteError, match=reason):
        method(name, **options)


def test_nonconvex_sparse_group_lasso_with_l0_is_sgl0(start):
    ours, sgl0 = start(method("nonconvex_sgl", threshold="l0"), epochs=2), start("sgl0", epochs=2)
    for run in (ours, sgl0):
        run.advance(), run.advance()
    for (key, p), q in zip(sgl0.model.named_parameters(), ours.model.parameters(), strict=True):
        assert torch.equal(p, q), key
    assert all(torch.equal(v, ours.method.v[name]) for name, v in sgl0.method.v.items())


def test_the_shapes_of_the_inner_penalties_are_those_of_the_authors_code():
    shapes = {name: method("nonconvex_sgl", threshold=name).inner() for name in ("tl1", "scad", "l1-l2")}
    assert (shapes["tl1"].a, shapes["scad"].a, shapes["l1-l2"].alpha) == (1.0, 3.7, 1.0)
    assert method("nonconvex_sgl", threshold="scad", shape=5.0).inner().a == 5.0
