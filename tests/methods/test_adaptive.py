"""LogSum, the eta-trick, AdaProx and AdaTikhonov against their steps written out in float64 (LeJeune, Javadi and Baraniuk 2021)."""

from __future__ import annotations

import math

import pytest
import torch
from steps_written_out import LAYERS, RATE, Written

from suite.base.errors import SuiteError
from suite.methods import method

LAM, EPS = 2e-3, 1.5
NAMES = ("log_sum", "eta_trick", "ada_prox", "ada_tikhonov")


def begin(start, name, /, optimizer="adam", **options):
    """A run in float64 on digits, some of whose inputs are always 0, with some weights small and one at zero, and its batches."""
    run = start(method(name, lam=LAM, eps=EPS, **options), optimizer=optimizer, learning_rate=RATE, epochs=2)
    run.model.double()
    run.x, run.x_test = run.x.double(), run.x_test.double()
    with torch.no_grad():
        run.model.fc2.weight[:20] *= 1e-4
        run.model.fc2.weight[0, 0] = 0
    run.method.prepare(run.model, run.context)
    run.optimizer = loop_optimizer(run)
    run.context.optimizer = run.optimizer
    return run, [(run.x[i : i + 10], run.y[i : i + 10]) for i in range(0, 40, 10)]


def loop_optimizer(run):
    from suite.training.loop import optimizer_for

    return optimizer_for(run.schedule, [*run.model.parameters(), *run.method.parameters()])


def assert_same(run, written) -> None:
    for name, p in run.model.named_parameters():
        torch.testing.assert_close(p.detach(), written.p[name], rtol=1e-9, atol=1e-12)


def eta_hat(w):
    return w.abs() * (w.abs() + EPS)


def test_log_sum_steps_along_its_subgradient(start):
    run, batches = begin(start, "log_sum")
    written = Written(run)
    for x, y in batches:
        written.step(x, y, {name: LAM * w.sign() / (w.abs() + EPS) for name, w in written.weights().items()})
        run.step(x, y)
    assert_same(run, written)


@pytest.mark.parametrize("alpha_min", [1e-3, 0.3])
def test_ada_tikhonov_steps_along_a_ridge_with_the_present_eta_held_fixed(start, alpha_min):
    run, batches = begin(start, "ada_tikhonov", alpha_min=alpha_min)
    written = Written(run)
    for x, y in batches:
        levels = {name: (eta_hat(w) / (eta_hat(w) + LAM)).clamp(min=alpha_min) for name, w in written.weights().items()}
        ridge = {name: w * (1 - levels[name]) / levels[name] for name, w in written.weights().items()}
        written.step(x, y, ridge)
        run.step(x, y)
    assert any((level == alpha_min).any() for level in levels.values())
    assert_same(run, written)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_ada_prox_shrinks_by_the_keep_level_in_the_metric_of_the_optimiser(start, optimizer):
    run, batches = begin(start, "ada_prox", optimizer)
    written = Written(run, adam=optimizer == "adam")
    for x, y in batches:
        written.step(x, y, {})
        for name, w in written.weights().items():
            lam = LAM * RATE / written.scale(name) if optimizer == "adam" else LAM * RATE
            level = eta_hat(w) / (eta_hat(w) + lam)
            written.p[name] = w * torch.where(eta_hat(w) == 0, 0.0, level)
        run.step(x, y)
    if optimizer == "adam":
        silent = run.x.flatten(1).any(0).logical_not()  # inputs that no image of these uses
        assert silent.any()
        assert (run.model.fc1.weight[:, silent] == 0).all()
    assert_same(run, written)


def dual(eta, twice=1.0):
    r = (EPS**2 + 4 * eta).sqrt()
    return 2 * ((r + EPS) / 2).log() - twice * (r - EPS) ** 2 / (4 * eta)


@pytest.mark.parametrize(("kind", "twice"), [("logsum", 1.0), ("authors", 2.0)])
def test_the_eta_trick_steps_in_the_weights_and_in_log_eta(start, kind, twice):
    run, batches = begin(start, "eta_trick", dual=kind, start=2.0, drift=0.01)
    written = Written(run, {f"rho.{name}": torch.full_like(run.model.get_submodule(name).weight, 2.0) for name in LAYERS})
    for x, y in batches:
        leaves = {name: p.clone().requires_grad_() for name, p in written.p.items() if name.endswith(".weight") or name.startswith("rho")}
        total = 0
        for name in LAYERS:
            w, rho = leaves[f"{name}.weight"], leaves[f"rho.{name}"]
            eta = LAM * rho.exp()
            total = total + LAM / 2 * (w**2 / eta + dual(eta, twice) + 0.01 * (eta / LAM).log()).sum()
        assert run.method.penalty().item() == pytest.approx(total.item(), rel=1e-12)
        written.step(x, y, dict(zip(leaves, torch.autograd.grad(total, list(leaves.values())), strict=True)))
        run.step(x, y)
    assert_same(run, written)
    for name in LAYERS:
        torch.testing.assert_close(run.method.rho[name].detach(), written.p[f"rho.{name}"], rtol=1e-9, atol=1e-12)


def test_the_least_of_the_eta_trick_over_eta_is_log_sum(start):
    run, _ = begin(start, "eta_trick", drift=0.0)
    log_sum, tikhonov = (begin(start, name)[0] for name in ("log_sum", "ada_tikhonov"))
    weights = sum(layer.weight.numel() for layer in run.method.layers.values())
    with torch.no_grad():
        for r in (run, log_sum, tikhonov):
            r.model.fc2.weight[0, 0] = 1e-3  # at zero there is no least eta, only a limit
        for name, layer in run.method.layers.items():
            run.method.rho[name].copy_((eta_hat(layer.weight) / LAM).log())
    penalty = run.method.penalty()
    assert penalty.item() == pytest.approx(log_sum.method.penalty().item() + LAM * weights * math.log(EPS), rel=1e-12)
    penalty.backward(), log_sum.method.penalty().backward()
    for name, layer in run.method.layers.items():
        torch.testing.assert_close(layer.weight.grad, log_sum.model.get_submodule(name).weight.grad, rtol=1e-9, atol=0)
        assert run.method.rho[name].grad.abs().max() < 1e-12


def test_the_reweighted_ridge_has_the_gradient_of_log_sum_above_its_floor(start):
    ridge, log_sum = (begin(start, name)[0] for name in ("ada_tikhonov", "log_sum"))
    for run in (ridge, log_sum):
        run.method.penalty().backward()
    for name, layer in ridge.method.layers.items():
        above = eta_hat(layer.weight.detach()) > LAM * 1e-3 / (1 - 1e-3)
        found, expected = layer.weight.grad[above], log_sum.model.get_submodule(name).weight.grad[above]
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=0)
        assert (layer.weight.grad.abs() <= LAM / EPS).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_zero_and_tiny_weights_give_numbers(start, name, dtype):
    run = start(name)
    run.model.to(dtype)
    run.x = run.x.to(dtype)
    run.method.prepare(run.model, run.context)
    run.optimizer = loop_optimizer(run)
    run.context.optimizer = run.optimizer
    with torch.no_grad():
        run.model.fc1.weight.zero_(), run.model.fc2.weight[:9].fill_(1e-30), run.model.fc3.weight[:3].fill_(1e4)
        for i, rho in enumerate(run.method.parameters()):
            rho.fill_((-200.0, 5.0, 200.0)[i])
    run.method.after_step()
    penalty = run.method.penalty()
    assert penalty is None or penalty.isfinite()
    for i in range(3):
        run.step(run.x[i : i + 10], run.y[i : i + 10])
    for p in (*run.model.parameters(), *run.method.parameters()):
        assert p.dtype == dtype
        assert p.isfinite().all()


@pytest.mark.parametrize("name", NAMES)
def test_both_precisions_agree_on_the_penalty(start, name):
    single = start(method(name, **({"start": -3.0} if name == "eta_trick" else {})))
    penalties = []
    for dtype in (torch.float32, torch.float64):
        single.model.to(dtype)
        single.method.prepare(single.model, single.context)
        penalties.append(single.method.penalty())
    if name == "ada_prox":
        assert penalties == [None, None]
    else:
        assert penalties[0].item() == pytest.approx(penalties[1].item(), rel=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_weights_of_a_low_keep_level_are_scored_as_zero(start, no_latency, name):
    run = start(method(name, least=0.2))
    edge = math.sqrt(1 + 1e-3 / 4) - 1  # |w| (|w| + 2) = lambda / 4, a keep level of 0.2
    with torch.no_grad():
        for layer in run.method.layers.values():
            layer.weight.copy_(torch.linspace(-2 * edge, 2 * edge, layer.weight.numel()).view_as(layer.weight))
        for layer, rho in zip(run.method.layers.values(), run.method.parameters(), strict=False):
            layer.weight.fill_(0.1)
            rho.copy_(torch.linspace(-math.log(4) - 1, -math.log(4) + 1, rho.numel()).view_as(rho))
    outcome = run.outcome("done")
    assert outcome.metrics["weight_sparsity_exact"] == pytest.approx(50, abs=0.2)
    assert outcome.metrics["flops_left"] == pytest.approx(50, abs=0.2)
    assert outcome.views["no threshold"]["weight_sparsity_exact"] < 0.5
    kept = outcome.weights["fc2.weight"] != 0
    if name != "eta_trick":
        assert (outcome.weights["fc2.weight"].abs()[kept] >= edge * 0.999).all()


def test_ada_prox_may_go_on_alone_at_the_end_of_an_epoch(start):
    found = start(method("ada_prox", lam=LAM, eps=EPS, idle=0.7), epochs=1, batch_size=10)
    expected, steps = start(method("ada_prox", lam=LAM, eps=EPS), epochs=1, batch_size=10), []
    step, found.method.after_step = found.method.after_step, lambda: steps.append(step())
    found.advance(), expected.advance()
    assert len(steps) == 17
    for layer in expected.method.layers.values():
        w, state = layer.weight.detach().double(), expected.optimizer.state[layer.weight]
        pull = LAM * 1e-3 / (state["exp_avg_sq"].double() / (1 - 0.999**10)).sqrt()
        for _ in range(7):
            w = w * eta_hat(w) / (eta_hat(w) + pull)
        torch.testing.assert_close(
            w.nan_to_num(), found.model.get_parameter(name_of(expected, layer)).detach().double(), rtol=1e-4, atol=1e-9
        )


def name_of(run, layer) -> str:
    return next(name for name, p in run.model.named_parameters() if p is layer.weight)


def test_ada_prox_may_be_counted_by_the_level_of_its_step(start, no_latency):
    run = start(method("ada_prox", rule="step"), epochs=2, milestones=(1,))
    run.advance(), run.advance()
    expected = zeros = size = 0
    for layer in run.method.layers.values():
        state, w = run.optimizer.state[layer.weight], layer.weight.detach().double()
        pull = 1e-4 * 1e-3 / (state["exp_avg_sq"].double() / (1 - 0.999 ** state["step"].item())).sqrt()
        eta = w.abs() * (w.abs() + 2)
        expected += int(((eta / (eta + pull) < 0.05) | (w == 0)).sum())
        zeros, size = zeros + int((w == 0).sum()), size + w.numel()
    found = run.outcome("done").metrics
    assert zeros < expected < size
    assert found["weight_sparsity_exact"] == pytest.approx(100 * expected / size, abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_without_strength_it_is_the_dense_network(start, name):
    dense, found = start("dense", epochs=1), start(method(name, lam=0.0), epochs=1)
    for run in (dense, found):
        run.advance()
    for (key, p), q in zip(dense.model.named_parameters(), found.model.parameters(), strict=True):
        assert torch.equal(p, q), key


@pytest.mark.parametrize(("name", "lam"), [("log_sum", 0.03), ("ada_tikhonov", 0.03), ("ada_prox", 0.01)])
def test_a_strong_penalty_removes_weights(start, no_latency, name, lam):
    metrics = start(method(name, lam=lam), epochs=30, learning_rate=0.01).train().metrics
    assert metrics["weight_sparsity_exact"] > 30
    assert metrics["test_error"] < 50


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        *((name, options, reason) for name in NAMES for options, reason in [
            ({"lam": -1.0}, "lam must not be negative"),
            ({"eps": 0.0}, "eps must be positive"),
            ({"least": 1.0}, "least must lie in"),
            ({"least": math.nan}, "least must lie in"),
            ({"beta": 1.0}, "its options are lam, absolute"),
        ]),
        ("ada_prox", {"idle": -0.5}, "idle must not be negative"),
        ("ada_prox", {"rule": "alpha"}, "rule must be one of level, step"),
        ("ada_tikhonov", {"alpha_min": 0.0}, "alpha_min must lie strictly between 0 and 1"),
        ("eta_trick", {"start": math.nan}, "start must lie between -40 and 40"),
        ("eta_trick", {"drift": -1.0}, "drift must not be negative"),
        ("eta_trick", {"dual": "lp"}, "dual must be one of logsum, authors"),
    ],
)  # fmt: skip
def test_options_out_of_range_are_refused(name, options, reason):
    with pytest.raises(SuiteError, match=reason) as caught:
        method(name, **options)
    assert "\n" not in str(caught.value)
