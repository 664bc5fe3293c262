"""Sparse variational dropout against its formulas (Molchanov, Ashukha and Vetrov 2017) in float64, and against sampled weights."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn.functional import unfold

from suite.base.errors import SuiteError
from suite.duality import approximate_kl
from suite.methods import method

K1, K2, K3 = 0.63576, 1.8732, 1.48695
KINDS = [{}, {"parameter": "log_sigma", "start": -5.0}, {"parameter": "log_alpha", "start": -4.0}]
EVERY_KIND = pytest.mark.parametrize("options", KINDS, ids=["log_sigma2", "log_sigma", "log_alpha"])
SAMPLES = pytest.mark.parametrize("sample", ["local", "weights"])


def written(log_alpha):
    """KL of each weight, and its derivative, as the paper prints them."""
    s, r = 1 / (1 + np.exp(-(K2 + K3 * log_alpha))), 1 / (1 + np.exp(log_alpha))
    return K1 - K1 * s + 0.5 * np.log1p(np.exp(-log_alpha)), -K1 * K3 * s * (1 - s) - 0.5 * r


def begin(start, model="lenet_300_100", /, **options):
    """A run that knows its noise stream, with parameters of the noise that differ from weight to weight."""
    run = start(method("variational_dropout", **options), model)
    stream = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for value in run.method.trained.values():
            value += torch.empty_like(value).uniform_(-1, 1, generator=stream)
    run.method.before_epoch(0)
    run.model.train()
    return run


def sigma2(run, name, options):
    """sigma^2 of a layer's weights in float64, for weights and noise that no clamp touches."""
    trained, w = (t.detach().double().numpy() for t in (run.method.trained[name], run.model.get_submodule(name).weight))
    of = {"log_sigma2": np.exp(trained), "log_sigma": np.exp(2 * trained), "log_alpha": np.exp(trained) * w**2}
    return of[options.get("parameter", "log_sigma2")]


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 2e-6)], ids=["float64", "float32"])
def test_divergence_and_its_gradient(dtype, tolerance):
    log_alpha = torch.linspace(-10, 10, 401, dtype=dtype, requires_grad=True)
    value = approximate_kl(log_alpha)
    (gradient,) = torch.autograd.grad(3 * value, log_alpha)
    each = torch.stack([approximate_kl(one) for one in log_alpha.detach()])
    expected, slope = written(np.linspace(-10, 10, 401))
    assert value.item() == pytest.approx(expected.sum(), rel=tolerance)
    np.testing.assert_allclose(each.double().numpy(), expected, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(gradient.double().numpy(), 3 * slope, rtol=tolerance, atol=3 * tolerance)
    assert (np.diff(expected) < 0).all()  # more noise is always nearer to the prior


@EVERY_KIND
def test_the_penalty_is_the_divergence_over_the_training_images(start, options):
    run = begin(start, lam=0.8, **options)
    logs = {n: np.log(sigma2(run, n, options)) - np.log(m.weight.detach().double().numpy() ** 2) for n, m in run.method.layers.items()}
    values = {name: written(np.clip(log_alpha, -8, 8)) for name, log_alpha in logs.items()}
    penalty = run.method.penalty()
    assert penalty.item() == pytest.approx(0.8 / 100 * sum(value.sum() for value, _ in values.values()), rel=1e-5)
    penalty.backward()
    factor = {"log_sigma": 2}.get(options.get("parameter"), 1)
    for name, (_, slope) in values.items():
        slope = np.where(np.abs(logs[name]) < 8, slope, 0)
        found = run.method.trained[name].grad.double().numpy()
        np.testing.assert_allclose(found, 0.8 / 100 * factor * slope, rtol=1e-3, atol=1e-8)
        weight = run.model.get_submodule(name).weight
        if "log_alpha" in options.values():
            assert weight.grad is None
        else:
            np.testing.assert_allclose(weight.grad * weight.detach(), -2 * 0.8 / 100 * slope, rtol=1e-3, atol=1e-8)


@EVERY_KIND
@pytest.mark.parametrize(("model", "name"), [("lenet_300_100", "fc1"), ("lenet5_caffe", "conv2")])
def test_local_pre_activations_have_the_mean_and_the_variance_of_the_posterior(start, options, model, name):
    run = begin(start, model, **options)
    layer, stream = run.model.get_submodule(name), torch.Generator().manual_seed(2)
    convolution = layer.weight.dim() == 4
    x = torch.rand((6, 20, 12, 12) if convolution else (6, 784), generator=stream)
    with torch.no_grad():
        layer.bias.uniform_(-1, 1, generator=stream)
        run.method.normal = torch.zeros_like
        mean = layer(x)
        run.method.normal = torch.ones_like
        deviation = layer(x) - mean
    rows = unfold(x.double(), 5).transpose(1, 2) if convolution else x.double()
    w, s2 = layer.weight.detach().double().flatten(1), torch.from_numpy(sigma2(run, name, options)).flatten(1)
    expected, variance = rows @ w.T + layer.bias.detach().double(), rows.square() @ s2.T
    if convolution:
        expected, variance = (t.transpose(1, 2).reshape(mean.shape) for t in (expected, variance))
    torch.testing.assert_close(mean.double(), expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(deviation.double().square(), variance, rtol=1e-3, atol=1e-5)


@EVERY_KIND
@SAMPLES
def test_both_reparametrisations_have_the_distribution_of_sampled_weights(start, options, sample):
    n = 3000
    run = begin(start, sample=sample, **options)
    layer, x = run.model.fc3, torch.rand(1, 100, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        found = layer(x.expand(n, -1)) if sample == "local" else torch.cat([layer(x) for _ in range(n)])
    draws = np.random.default_rng(0).normal(layer.weight.detach().numpy(), np.sqrt(sigma2(run, "fc3", options)), (n, 10, 100))
    expected = draws @ x[0].double().numpy() + layer.bias.detach().numpy()
    found = found.double().numpy()
    error = (found.mean(0) - expected.mean(0)) / np.sqrt((found.var(0) + expected.var(0)) / n)
    assert np.abs(error).max() < 4
    np.testing.assert_allclose(found.var(0), expected.var(0), rtol=4 * math.sqrt(4 / n))


def test_additive_noise_stays_within_the_clamp_where_asked(start):
    run = begin(start, bounded=True)
    layer, trained = run.model.fc2, run.method.trained["fc2"]
    with torch.no_grad():
        trained.copy_(torch.linspace(-40, 20, trained.numel()).view_as(trained))
    found = run.method.sigma2("fc2")
    w, log_sigma2 = layer.weight.detach().double().numpy(), trained.detach().double().numpy()
    log_alpha = log_sigma2 - np.log(w**2)
    np.testing.assert_allclose(found.detach().numpy(), w**2 * np.exp(np.clip(log_alpha, -8, 8)), rtol=1e-4)
    found.sum().backward()
    beyond = np.abs(log_alpha) > 8
    assert 0.2 < beyond.mean() < 0.8
    np.testing.assert_allclose(layer.weight.grad.numpy(), np.where(beyond, 2 * w * np.exp(np.sign(log_alpha) * 8), 0), rtol=1e-4)
    np.testing.assert_allclose(trained.grad.numpy(), np.where(beyond, 0, np.exp(log_sigma2)), rtol=1e-4)
    with torch.no_grad():
        np.testing.assert_allclose(run.method.sigma("fc2").numpy() ** 2, found.detach().numpy(), rtol=1e-5)


@SAMPLES
def test_training_may_leave_out_the_weights_beyond_the_threshold(start, sample):
    run = begin(start, train_clip=True, sample=sample)
    layer, trained = run.model.fc3, run.method.trained["fc3"]
    with torch.no_grad():
        trained.copy_(layer.weight.square().log() + 3 + torch.linspace(-1, 1, trained.numel()).view_as(trained))
    run.method.normal = torch.zeros_like
    x = torch.rand(4, 100, generator=torch.Generator().manual_seed(3))
    kept = trained.detach() - layer.weight.detach().square().log() <= 3
    assert kept.float().mean() == pytest.approx(0.5, abs=0.01)
    torch.testing.assert_close(layer(x), x @ (layer.weight * kept).T + layer.bias)
    layer(x).sum().backward()
    assert torch.equal(layer.weight.grad != 0, kept)


@SAMPLES
def test_images_share_their_noise_only_where_the_weights_are_sampled(start, sample):
    run = begin(start, sample=sample)
    x = run.x[:1].expand(3, -1, -1, -1)
    with torch.no_grad():
        first, second = run.model(x), run.model(x)
    assert not torch.equal(first, second)
    assert torch.allclose(first[0], first[1], atol=1e-5) is (sample == "weights")


@SAMPLES
def test_evaluation_has_no_noise(start, sample):
    run = begin(start, sample=sample)
    run.model.eval()
    x = run.x_test
    with torch.no_grad():
        found = run.model(x)
        assert torch.equal(run.model(x), found)
        h = x.flatten(1)
        for layer in (run.model.fc1, run.model.fc2, run.model.fc3):
            h = torch.nn.functional.linear(h.clamp(min=0), layer.weight, layer.bias)
    torch.testing.assert_close(found, h)


@SAMPLES
def test_the_noise_of_an_epoch_is_its_own_whatever_was_drawn_before(start, sample):
    first, second = (begin(start, sample=sample) for _ in range(2))
    with torch.no_grad():
        second.model(second.x[:7])
        for run in (first, second):
            run.method.before_epoch(3)
        expected = first.model(first.x[:5])
        assert torch.equal(second.model(second.x[:5]), expected)
        first.method.before_epoch(4)
        assert not torch.equal(first.model(first.x[:5]), expected)


@EVERY_KIND
@SAMPLES
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_zero_and_extreme_weights_give_numbers(start, options, sample, dtype):
    run = begin(start, sample=sample, **options)
    run.model.to(dtype)
    run.x = run.x.to(dtype)
    run.method.prepare(run.model, run.context)
    with torch.no_grad():
        run.model.fc1.weight[:3], run.model.fc1.weight[3:6], run.model.fc1.weight[6:9] = 0, 1e-30, 1e4
        run.method.trained["fc2"][0], run.method.trained["fc2"][1] = -60, 12
    run.method.before_epoch(0)
    loss = run.model(run.x).logsumexp(1).mean() + run.method.penalty()
    loss.backward()
    assert loss.isfinite()
    for p in (*run.model.parameters(), *run.method.parameters()):
        assert p.dtype == p.grad.dtype == dtype
        assert p.grad.isfinite().all()


def clamped(run, name, clamp):
    """A layer's share of the penalty, with log alpha within the clamp."""
    return written(np.clip(run.method.log_alpha(name).detach().double().numpy(), -clamp, clamp))[0].sum() / 100


@EVERY_KIND
@pytest.mark.parametrize("clamp", [8.0, 10.0])
def test_log_alpha_is_clamped_and_where_derived_has_no_gradient_beyond(start, options, clamp):
    run = begin(start, clamp=clamp, **options)
    w = run.model.fc3.weight
    with torch.no_grad():
        w.fill_(0.1)
        for i, log_alpha in enumerate((-20.0, -9.0, 0.0, 9.0, 20.0)):
            log_sigma2 = log_alpha + math.log(0.01)
            given = {"log_sigma": log_sigma2 / 2, "log_alpha": log_alpha}.get(options.get("parameter"), log_sigma2)
            run.method.trained["fc3"][i] = given
    run.method.after_step()
    found = run.method.log_alpha("fc3")
    assert run.method.penalty().item() == pytest.approx(sum(clamped(run, name, clamp) for name in run.method.layers), rel=1e-5)
    if options.get("parameter") != "log_alpha":
        found = found.clamp(-clamp, clamp)
    for i, log_alpha in enumerate((-20.0, -9.0, 0.0, 9.0, 20.0)):
        torch.testing.assert_close(found[i].detach(), torch.full((100,), max(-clamp, min(clamp, log_alpha))), rtol=0, atol=1e-4)
    if options.get("parameter") == "log_alpha":
        return  # it is trained itself: each step ends within the clamp
    run.method.penalty().backward()
    moved = [bool(row.any()) for row in run.method.trained["fc3"].grad[:5]]
    assert moved == [False, clamp > 9, True, clamp > 9, False]


@EVERY_KIND
@pytest.mark.parametrize("threshold", [3.0, math.log(0.95 / 0.05)])
def test_weights_beyond_the_threshold_are_exactly_zero_in_what_is_scored(start, no_latency, options, threshold):
    run = begin(start, threshold=threshold, **options)
    with torch.no_grad():
        for name, layer in run.method.layers.items():
            layer.weight.fill_(0.1)
            log_alpha = torch.linspace(2.9, 3.1, layer.weight.numel()).view_as(layer.weight)
            log_sigma2 = log_alpha + math.log(0.01)
            given = {"log_sigma": log_sigma2 / 2, "log_alpha": log_alpha}.get(options.get("parameter"), log_sigma2)
            run.method.trained[name].copy_(given)
    outcome = run.outcome("done")
    share = 100 * (3.1 - threshold) / 0.2
    assert outcome.metrics["weight_sparsity_exact"] == pytest.approx(share, abs=0.1)
    assert outcome.metrics["weight_sparsity"] == outcome.metrics["weight_sparsity_exact"]
    assert outcome.layers["fc2"] == pytest.approx(share, abs=0.1)
    assert outcome.metrics["flops_left"] == pytest.approx(100 - share, abs=0.1)
    whole = outcome.views["no threshold"]
    assert whole["weight_sparsity_exact"] == 0


def test_the_divergence_warms_up(start):
    found = start(method("variational_dropout", warm_from=0.025, warm_to=0.1), epochs=200).method
    factors = {}
    for epoch in (0, 4, 5, 6, 12, 19, 20, 199):
        found.before_epoch(epoch)
        factors[epoch] = found.penalty()
    assert [factors[epoch] for epoch in (0, 4, 5)] == [None] * 3
    full = factors[20].item()
    assert [factors[e].item() / full for e in (6, 12, 19, 199)] == pytest.approx([1 / 15, 7 / 15, 14 / 15, 1])
    plain = start("variational_dropout", epochs=200).method
    plain.before_epoch(0)
    assert plain.penalty().item() == pytest.approx(full)


@SAMPLES
def test_it_learns_and_removes_weights(start, no_latency, sample):
    outcome = start(method("variational_dropout", sample=sample, lam=0.02), epochs=25, learning_rate=0.01).train()
    assert outcome.metrics["test_error"] < 50
    assert outcome.metrics["weight_sparsity_exact"] > 50
    assert outcome.views["no threshold"]["weight_sparsity_exact"] < 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"lam": -1.0}, "lam must not be negative"),
        ({"sample": "noise"}, "sample must be one of local, weights"),
        ({"parameter": "alpha"}, "parameter must be one of log_sigma2, log_sigma, log_alpha"),
        ({"start": math.nan}, "start must be finite"),
        ({"clamp": 0.0}, "clamp must be positive"),
        ({"clamp": 2.0}, "threshold must lie within the clamp of 2"),
        ({"threshold": math.nan}, "threshold must lie within the clamp"),
        ({"warm_from": 0.2, "warm_to": 0.1}, "warm_from and warm_to must be shares in this order"),
        ({"warm_to": 1.5}, "warm_from and warm_to must be shares"),
        ({"bounded": True, "parameter": "log_alpha"}, "bounded is for additive noise"),
        ({"additive": True}, "its options are lam, absolute, sample"),
    ],
)
def test_options_out_of_range_are_refused(options, reason):
    with pytest.raises(SuiteError, match=reason) as caught:
        method("variational_dropout", **options)
    assert "\n" not in str(caught.value)
