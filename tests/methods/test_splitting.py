"""SGL0 against Algorithm 1 of Bui et al. (2019) written out, its growing beta, and the control whose copy is held at zero."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import cross_entropy, linear, max_pool2d, relu

from suite.base.seeding import Streams
from suite.methods import method
from suite.methods.base import Context

N = 100
LAM, BETA = 0.1 / N, 2.5 / N
LAYERS = ("conv1", "conv2", "fc1", "fc2")
THRESHOLD = math.sqrt(0.08)


def context(epochs: int, n_train: int = 60_000) -> Context:
    return Context(n_train, epochs, 600, Streams(0, "mnist", "lenet5_caffe"), 1e-3)


def double(run) -> None:
    """The run in float64, so that an independent computation can be held against it tightly."""
    run.model.double()
    run.method.v = {name: v.double() for name, v in run.method.v.items()}
    run.x, run.x_test = run.x.double(), run.x_test.double()


def forward(p: dict, x: torch.Tensor) -> torch.Tensor:
    """LeNet-5-Caffe in functions, ReLU before pooling."""
    for name in ("conv1", "conv2"):
        x = max_pool2d(relu(torch.nn.functional.conv2d(x, p[f"{name}.weight"], p[f"{name}.bias"])), 2)
    x = relu(linear(x.flatten(1), p["fc1.weight"], p["fc1.bias"]))
    return linear(x, p["fc2.weight"], p["fc2.bias"])


def group_gradient(w: torch.Tensor) -> torch.Tensor:
    """Gradient of sum_g sqrt(|g|) ||w_g||: output channels of a convolution, input units of a linear layer."""
    others = (1, 2, 3) if w.dim() == 4 else (0,)
    size = math.prod(w.shape[d] for d in others)
    return math.sqrt(size) * w / w.square().sum(others, keepdim=True).sqrt()


def algorithm_1(p: dict, v: dict, x, y, orders: list, rates: list, grows) -> None:
    """In place: W <- Adam on grad Loss + lambda dR_GL(W) - beta (V - W); V <- H(W); beta <- 1.25 beta after each epoch."""
    first, second = ({name: torch.zeros_like(w) for name, w in p.items()} for _ in range(2))
    beta, t = dict.fromkeys(LAYERS, BETA), 0
    for order, rate in zip(orders, rates, strict=True):
        for rows in order.split(40):
            leaves = {name: w.clone().requires_grad_() for name, w in p.items()}
            loss = cross_entropy(forward(leaves, x[rows]), y[rows])
            gradients = dict(zip(p, torch.autograd.grad(loss, list(leaves.values())), strict=True))
            for name in LAYERS:
                w = p[f"{name}.weight"]
                gradients[f"{name}.weight"] += LAM * group_gradient(w) - beta[name] * (v[name] - w)
            t += 1
            for name, g in gradients.items():
                first[name] = 0.9 * first[name] + 0.1 * g
                second[name] = 0.999 * second[name] + 0.001 * g * g
                p[name] = p[name] - rate * (first[name] / (1 - 0.9**t)) / ((second[name] / (1 - 0.999**t)).sqrt() + 1e-8)
            for name in LAYERS:
                w = p[f"{name}.weight"]
                v[name] = w * (w.abs() > math.sqrt(2 * LAM / beta[name]))
        for name in LAYERS:
            beta[name] *= 1.25 if grows(name) else 1.0


@pytest.mark.parametrize("grow", ["conv", "all"])
def test_sgl0_is_algorithm_1(start, grow):
    run = start(method("sgl0", grow=grow), "lenet5_caffe", epochs=3, milestones=(2,), learning_rate=0.01)
    double(run)
    p = {name: w.detach().clone() for name, w in run.model.named_parameters()}
    v = {name: value.clone() for name, value in run.method.v.items()}
    assert all(value.min() >= 0 and value.max() < 1 and value.std() > 0.2 for value in v.values())
    streams = Streams(0, "digits", "lenet5_caffe")
    orders = [torch.randperm(N, generator=streams.generator("order", epoch)) for epoch in range(3)]
    algorithm_1(p, v, run.x, run.y, orders, [0.01, 0.01, 0.001], lambda name: grow == "all" or name.startswith("conv"))
    for _ in range(3):
        run.advance()
    for name, w in run.model.named_parameters():
        torch.testing.assert_close(w.detach(), p[name], rtol=0, atol=1e-9)
    for name in LAYERS:
        assert torch.equal(run.method.v[name] != 0, v[name] != 0)
        torch.testing.assert_close(run.method.v[name], v[name], rtol=0, atol=1e-9)
    assert any((value != 0).any() for value in v.values())


def test_the_threshold_starts_at_0_28(start):
    run = start("sgl0", "lenet5_caffe", learning_rate=0.0)
    with torch.no_grad():
        run.model.fc2.weight.fill_(0.2829)
        run.model.fc2.weight[0] = 0.2828
        run.model.fc2.weight[1] = -0.2829
    run.advance()
    assert (run.method.v["fc2"][0] == 0).all()
    assert torch.equal(run.method.v["fc2"][1:], run.model.fc2.weight[1:])
    assert pytest.approx(0.2828, abs=5e-5) == THRESHOLD


def thresholds(grow: str, epochs: int) -> list[dict[str, float]]:
    """sqrt(2 lambda / beta) of each layer after each epoch."""
    import suite.models as models

    chosen = method("sgl0", grow=grow)
    generator = torch.Generator().manual_seed(0)
    chosen.prepare(models.build("lenet5_caffe", in_shape=(1, 28, 28), n_classes=10, generator=generator), context(epochs))
    found = []
    for epoch in range(epochs):
        chosen.after_epoch(epoch)
        found.append({name: math.sqrt(2 * chosen.strength / beta) for name, beta in chosen.betas.items()})
    return found


@pytest.mark.parametrize("grow", ["conv", "all"])
def test_beta_grows_every_40_of_200_epochs(grow):
    found = thresholds(grow, 200)
    for epoch, expected in [(38, 0.2828), (39, 0.2530), (79, 0.2263), (119, 0.2024), (158, 0.2024), (159, 0.1810), (199, 0.1619)]:
        for name in ("conv1", "conv2"):
            assert found[epoch][name] == pytest.approx(expected, abs=5e-5)
        for name in ("fc1", "fc2"):
            assert found[epoch][name] == pytest.approx(expected if grow == "all" else 0.2828, abs=5e-5)


@pytest.mark.parametrize(
    ("epochs", "grown"), [(10, [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]), (7, [0, 1, 2, 2, 3, 4, 5]), (5, [1, 2, 3, 4, 5]), (4, [1, 2, 3, 4])]
)
def test_beta_grows_at_the_same_shares_of_a_shorter_training(epochs, grown):
    found = [t["conv1"] for t in thresholds("conv", epochs)]
    assert found == pytest.approx([THRESHOLD / 1.25 ** (g / 2) for g in grown])


def test_the_view_is_scored_with_the_copy(start, no_latency):
    run = start("sgl0", epochs=1)
    run.advance()
    outcome = run.outcome("done")
    weights = dict(run.model.state_dict())
    with torch.no_grad():
        for name, v in run.method.v.items():
            weights[f"{name}.weight"] = v
        predicted = torch.func.functional_call(run.model, weights, (run.x_test,)).argmax(1)
    zeros, size = sum(int((v == 0).sum()) for v in run.method.v.values()), sum(v.numel() for v in run.method.v.values())
    view = outcome.views["V"]
    assert view["test_error"] == pytest.approx(100 * (predicted != run.y_test).double().mean().item())
    assert view["weight_sparsity_exact"] == pytest.approx(100 * zeros / size)
    assert view["weight_sparsity_exact"] > 50 > outcome.metrics["weight_sparsity_exact"]
    assert run.method.view_label("V") == "sparse group l0asso, V"
    apart = sum((v - run.method.layers[name].weight).square().sum().item() for name, v in run.method.v.items())
    whole = sum(layer.weight.square().sum().item() for layer in run.method.layers.values())
    assert outcome.metrics["splitting_gap"] == pytest.approx(100 * math.sqrt(apart / whole))


def test_without_lambda_the_copy_is_w(start):
    run = start(method("sgl0", lam=0.0))
    run.advance()
    for name, v in run.method.v.items():
        weight = run.method.layers[name].weight
        assert torch.equal(v, weight)
        assert v.data_ptr() != weight.data_ptr()


def test_the_control_is_group_lasso_with_weight_decay(start):
    run = start("group_lasso_l2", "lenet5_caffe", epochs=2)
    double(run)
    for betas in (dict.fromkeys(LAYERS, BETA), {"conv1": 1.5625 * BETA, "conv2": 1.5625 * BETA, "fc1": BETA, "fc2": BETA}):
        expected = 0.0
        for name in LAYERS:
            w = run.method.layers[name].weight.detach()
            others = (1, 2, 3) if w.dim() == 4 else (0,)
            size = math.prod(w.shape[d] for d in others)
            expected += LAM * math.sqrt(size) * w.square().sum(others).sqrt().sum() + betas[name] / 2 * w.square().sum()
        assert run.method.penalty().item() == pytest.approx(expected.item(), rel=1e-12)
        run.advance(), run.method.after_epoch(1)
        assert all((v == 0).all() for v in run.method.v.values())
    assert run.method.views() == {}


def test_the_control_differs_from_sgl0_by_the_copy_alone(start):
    sgl0, control = start("sgl0"), start("group_lasso_l2")
    sgl0.method.v = {name: torch.zeros_like(v) for name, v in sgl0.method.v.items()}
    sgl0.step(sgl0.x[:40], sgl0.y[:40]), control.step(control.x[:40], control.y[:40])
    for name, p in sgl0.model.named_parameters():
        assert torch.equal(p, dict(control.model.named_parameters())[name])


def test_with_a_ratio_lambda_scales_the_penalty_as_a_whole(start):
    fixed, tied = start(method("sgl0", lam=0.3, beta=7.5)), start(method("sgl0", lam=0.3, ratio=25.0))
    for run in (fixed, tied):
        run.advance()
    assert tied.method.betas == pytest.approx(fixed.method.betas)
    for p, q in zip(fixed.model.parameters(), tied.model.parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=1e-6, atol=1e-8)
    assert method("sgl0", lam=0.0, ratio=25.0).pull == 0
