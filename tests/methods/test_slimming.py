"""Penalties on scales of batch normalisation: the gradients of the authors' code, what is left alone, proximal steps, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from suite.base.errors import SuiteError
from suite.methods import method
from suite.models.layers import scaled_layers
from suite.penalties import CGES, L1, MCP, SCAD, GroupLasso, Lp, TransformedL1
from suite.proposed.slimming import FLOOR

S, A = 0.02, 40.0
"""lambda and the shape of MCP and SCAD: the knots lie at 0.02 and 0.8."""
SLIM = {
    "l1": (L1(), lambda g: S * np.sign(g)),
    "lp 1/4": (Lp(0.25), lambda g: S * 0.25 * np.sign(g) / np.abs(g) ** 0.75),
    "lp 1/2": (Lp(0.5), lambda g: S * 0.5 * np.sign(g) / np.abs(g) ** 0.5),
    "lp 3/4": (Lp(0.75), lambda g: S * 0.75 * np.sign(g) / np.abs(g) ** 0.25),
    "tl1": (TransformedL1(0.5), lambda g: S * 0.5 * 1.5 * np.sign(g) / (0.5 + np.abs(g)) ** 2),
    "mcp": (MCP(A * S), lambda g: np.where(np.abs(g) <= A * S, np.sign(g) * (S - np.abs(g) / A), 0)),
    "scad": (
        SCAD(A, knot=S),
        lambda g: np.sign(g) * np.where(np.abs(g) <= S, S, np.where(np.abs(g) <= A * S, (A * S - np.abs(g)) / (A - 1), 0)),
    ),
}
"""What the code of Bui et al. adds to the gradient of a scale g."""
VALUES = (-1.3, -0.5, -0.03, -0.01, -1e-3, 1e-4, 2e-3, 0.015, 0.1, 0.5, 0.79, 0.81, 2.0)
NETWORK = "mlp_13_13"


def stirred(run):
    """The run with `VALUES` for the scales of each layer."""
    for layer in scaled_layers(run.model).values():
        layer.weight.data.copy_(torch.tensor(VALUES))
    return run


@pytest.mark.parametrize("name", SLIM)
def test_gradients_are_those_of_the_authors_code_and_reach_scales_alone(start, name):
    penalty, gradient = SLIM[name]
    run = stirred(start(method("slimming", penalty=penalty, lam=S), NETWORK))
    run.method.penalty().backward()
    scales = {id(layer.weight) for layer in scaled_layers(run.model).values()}
    assert len(scales) == 2
    for parameter in run.model.parameters():
        if id(parameter) in scales:
            assert parameter.grad.numpy() == pytest.approx(gradient(np.float64(VALUES)), rel=1e-4, abs=1e-8)
        else:
            assert parameter.grad is None


@pytest.mark.parametrize("name", SLIM)
def test_the_gradient_at_zero_is_zero(start, name):
    run = start(method("slimming", penalty=SLIM[name][0], lam=S), NETWORK)
    with torch.no_grad():
        for layer in scaled_layers(run.model).values():
            layer.weight[::2] = 0
    run.method.penalty().backward()
    for layer in scaled_layers(run.model).values():
        assert layer.weight.grad[::2].eq(0).all()
        assert layer.weight.grad.isfinite().all()


@pytest.mark.parametrize("p", [0.25, 0.5, 0.75])
def test_below_the_floor_the_gradient_of_lp_is_that_at_the_floor(start, p):
    run = start(method("slimming", penalty="lp", shape=p, lam=S), NETWORK)
    layer = next(iter(scaled_layers(run.model).values()))
    with torch.no_grad():
        layer.weight[:6] = torch.tensor([0.0, 1e-38, -1e-12, 1e-5, -9.9e-5, 2e-4])
    run.method.penalty().backward()
    steepest = S * p * FLOOR ** (p - 1)
    expected = [0, steepest, -steepest, steepest, -steepest, S * p * 2e-4 ** (p - 1)]
    assert layer.weight.grad[:6].tolist() == pytest.approx(expected, rel=1e-4)


def trained(start, chosen, model=NETWORK, **schedule):
    sgd = {"epochs": 2, "optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-4}
    run = start(chosen, model, **sgd | schedule)
    return run, run.train()


@pytest.mark.parametrize(
    "chosen",
    [
        method("slimming", lam=0.0),
        method("slimming", penalty="lp", lam=0.0),
        method("proximal", penalty="l1", on="scales", lam=0.0),
        method("splitting", penalty="l1", on="scales", lam=0.0, beta=0.0),
        method("proximal_slimming", lam=0.0, beta=0.0),
    ],
    ids=lambda chosen: chosen.row,
)
@pytest.mark.parametrize("model", ["mlp_13_13", "preresnet_11"])
def test_without_a_strength_a_run_is_the_dense_one_to_the_bit(start, chosen, model, no_latency):
    (_, dense), (found, outcome) = (trained(start, m, model, epochs=1) for m in ("dense", chosen))
    state = found.model.state_dict() if chosen.name == "proximal_slimming" else outcome.weights
    for name, weights in dense.weights.items():
        if not (chosen.name in ("splitting", "proximal_slimming") and name.endswith("weight") and weights.dim() == 1):
            assert torch.equal(state[name], weights), name
    assert outcome.curves["train_loss"] == dense.curves["train_loss"]


def test_slimming_makes_scales_small_and_a_proximal_step_makes_them_zero(start, no_latency):
    """Momentum multiplies a subgradient by ten, and no proximal step."""
    sizes = {}
    for chosen in (method("dense"), method("slimming", lam=0.05), method("proximal", penalty="l1", on="scales", lam=0.5)):
        run, _ = trained(start, chosen, epochs=15)
        sizes[chosen.name] = torch.cat([layer.weight.detach().abs() for layer in scaled_layers(run.model).values()])
    assert sizes["slimming"].median() < 0.5 * sizes["dense"].median()
    assert sizes["slimming"].eq(0).sum() == 0
    assert sizes["proximal"].eq(0).sum() > 0


def test_the_steps_of_proximal_network_slimming(start):
    """Bui et al. (2023), their code: averages with weights alpha = 1 / eta and beta, then the soft threshold at lambda / (alpha + beta)."""
    eta, lam, beta = 0.1, 0.3, 25.0
    run = start(method("proximal_slimming", lam=lam, beta=beta), NETWORK, optimizer="sgd", learning_rate=0.0)
    dense = start("dense", NETWORK, optimizer="sgd", learning_rate=0.0)
    for each in (run, dense):
        stirred(each)
        each.model.train()
        for group in each.optimizer.param_groups:
            group["lr"] = eta
    run.context.learning_rate = eta
    xi = {name: v.double().numpy().copy() for name, v in run.method.v.items()}
    assert all(0.47 <= v <= 0.53 for values in xi.values() for v in values)
    for step in range(3):
        batch = next(run.batches())
        gammas = {name: layer.weight.detach().clone() for name, layer in scaled_layers(run.model).items()}
        dense.model.load_state_dict(run.model.state_dict())
        run.step(*batch), dense.step(*batch)
        alpha = 1 / eta
        for name, layer in scaled_layers(run.model).items():
            stepped = scaled_layers(dense.model)[name].weight.detach().double().numpy()
            assert not np.array_equal(stepped, gammas[name])
            gamma = (alpha * stepped + beta * xi[name]) / (alpha + beta)
            moved = (alpha * xi[name] + beta * gamma) / (alpha + beta)
            xi[name] = np.sign(moved) * np.maximum(np.abs(moved) - lam / (alpha + beta), 0)
            np.testing.assert_allclose(layer.weight.detach(), gamma, rtol=1e-5, atol=1e-6, err_msg=f"step {step}")
            np.testing.assert_allclose(run.method.v[name], xi[name], rtol=1e-5, atol=1e-6, err_msg=f"step {step}")


def test_the_network_of_proximal_slimming_has_the_zeros_of_its_copy(start, no_latency):
    run, outcome = trained(start, method("proximal_slimming", lam=3.0, beta=10.0), epochs=5)
    assert any(outcome.weights[f"{name}.weight"].eq(0).any() for name in run.method.v)
    for name, copy in run.method.v.items():
        assert torch.equal(outcome.weights[f"{name}.weight"], copy)
    assert set(outcome.views) == {"w"}


def test_a_penalty_on_scales_has_no_shorter_spelling():
    assert method("proximal", penalty="l1").name == "l1_proximal"
    assert method("proximal", penalty="l1", on="scales").row == "proximal[penalty=L1(),on=scales]"
    assert method("slimming").name == "slimming"
    assert method("slimming", penalty="lp", shape=0.25).regulariser == Lp(0.25, FLOOR)
    assert method("proximal", penalty="lp", shape=0.25).regulariser == Lp(0.25)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("slimming", {"lam": -1e-4}, "lam must not be negative"),
        ("slimming", {"lam": math.nan}, "lam must not be negative"),
        ("slimming", {"penalty": "lp", "shape": 0.0}, "p must lie strictly between 0 and 1"),
        ("slimming", {"penalty": "lp", "shape": 1.0}, "p must lie strictly between 0 and 1"),
        ("slimming", {"penalty": "l1", "shape": 1.0}, "l1 has no shape"),
        ("slimming", {"penalty": L1(), "shape": 1.0}, "a shape goes with the name"),
        ("slimming", {"penalty": GroupLasso()}, "GroupLasso is a penalty of groups"),
        ("slimming", {"penalty": CGES(0.5)}, "CGES is a penalty of groups"),
        ("slimming", {"on": "weights"}, "on"),
        ("proximal", {"on": "shifts"}, "on must be weights or scales"),
        ("proximal_slimming", {"beta": 0.0}, "beta must be positive"),
        ("slimmed", {"percent": 100.0}, "would leave no channel"),
        ("slimmed", {"percent": -1.0}, "percent must be at least 0"),
        ("slimmed", {"percent": math.nan}, "percent must be at least 0"),
        ("slimmed", {"scope": "block"}, "scope must be one of global, layer"),
        ("slimmed", {"empty": "drop"}, "empty must be one of keep, error"),
        ("slimmed", {"first": 2}, "first must be one of 0, 1"),
        ("slimmed", {"tuning": -1.0}, "tuning must not be negative"),
    ],
)
def test_bad_input_is_one_line(name, options, words):
    with pytest.raises(SuiteError, match=words) as error:
        method(name, **options)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("chosen", [method("slimming"), method("proximal_slimming"), method("proximal", on="scales"), method("slimmed")])
def test_a_network_without_batch_normalisation_is_refused_in_one_line(start, chosen):
    with pytest.raises(SuiteError, match=f"{chosen.name}: the network has no batch normalisation") as error:
        start(chosen, "lenet_300_100")
    assert "\n" not in str(error.value)
