"""Hard-concrete gates against their definition (Louizos, Welling and Kingma 2018, equations 10 to 13)."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from suite.methods import method

B, GAMMA, ZETA = 2 / 3, -0.1, 1.1
GATES = {"conv1": 20, "conv2": 50, "fc1": 800, "fc2": 500}
BEHIND = {"conv1": 25, "conv2": 500, "fc1": 500, "fc2": 10}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def alive(log_alpha):
    """P(z != 0)."""
    return sigmoid(log_alpha - B * math.log(-GAMMA / ZETA))


def gate_in_evaluation(log_alpha):
    return np.clip(sigmoid(log_alpha) * (ZETA - GAMMA) + GAMMA, 0, 1)


@pytest.fixture
def run(start):
    """Gates spread from surely shut to surely open."""
    found = start("hard_concrete", "lenet5_caffe")
    with torch.no_grad():
        for log_alpha in found.method.log_alpha.values():
            log_alpha.copy_(torch.linspace(-4.5, 4.5, len(log_alpha)))
    return found


def test_gates_start_open_half_of_the_time(start):
    for drop_rate, centre in [(0.5, 0.0), (0.2, math.log(4))]:
        log_alpha = start(method("hard_concrete", drop_rate=drop_rate), "lenet5_caffe").method.log_alpha
        assert {name: len(a) for name, a in log_alpha.items()} == GATES
        values = torch.cat([a.detach() for a in log_alpha.values()])
        assert values.mean().item() == pytest.approx(centre, abs=0.002)
        assert values.std().item() == pytest.approx(0.01, rel=0.1)


def test_probability_of_an_open_gate_by_sampling(start):
    method_ = start(method("hard_concrete", local=True)).method
    name, n = "fc2", 4000
    log_alpha = torch.linspace(-3, 3, len(method_.log_alpha[name]))
    with torch.no_grad():
        method_.log_alpha[name].copy_(log_alpha)
        z = method_.sample(name, n)
    assert z.shape == (n, len(log_alpha))
    assert z.min() == 0
    assert z.max() == 1
    p = alive(log_alpha.numpy())
    error = (z != 0).double().mean(0).numpy() - p
    assert np.abs(error / np.sqrt(p * (1 - p) / n)).max() < 4.5
    assert abs(error.mean()) < 4 * math.sqrt((p * (1 - p)).mean() / n / len(p))
    shut, open_ = (z == 0).double().mean().item(), (z == 1).double().mean().item()
    assert shut == pytest.approx(open_, abs=0.01)


def test_the_penalty_is_the_expected_number_of_weights(run):
    expected = sum(BEHIND[n] * alive(np.linspace(-4.5, 4.5, gates)).sum() for n, gates in GATES.items())
    assert run.method.penalty().item() == pytest.approx(0.1 / 100 * expected, rel=1e-5)


def test_one_sample_for_the_batch_or_one_for_every_image(start):
    shared, local = start("hard_concrete").method, start(method("hard_concrete", local=True)).method
    assert shared.sample("fc1", 7).shape == (1, 784)
    assert local.sample("fc1", 7).shape == (7, 784)


@pytest.mark.parametrize("local", [False, True])
def test_gates_act_on_the_outputs_of_convolutions_and_the_inputs_of_linear_layers(start, local):
    run = start(method("hard_concrete", local=local), "lenet5_caffe")
    with torch.no_grad():
        run.model.conv2.bias.fill_(1.0)
    sampled = {}
    for name in GATES:
        sampled[name] = torch.rand(8 if local else 1, GATES[name], generator=torch.Generator().manual_seed(len(sampled)))
    run.method.sample = lambda name, batch: sampled[name]
    m, x = run.model, run.x[:8]
    h = m.relu1(m.pool1(torch.nn.functional.conv2d(x, m.conv1.weight, m.conv1.bias) * sampled["conv1"][:, :, None, None]))
    h = m.relu2(m.pool2(torch.nn.functional.conv2d(h, m.conv2.weight, m.conv2.bias) * sampled["conv2"][:, :, None, None]))
    h = m.relu3((h.flatten(1) * sampled["fc1"]) @ m.fc1.weight.T + m.fc1.bias)
    expected = (h * sampled["fc2"]) @ m.fc2.weight.T + m.fc2.bias
    torch.testing.assert_close(run.model.train()(x), expected, rtol=1e-4, atol=1e-5)


def test_folded_weights_compute_what_the_test_gates_compute(run):
    m, x = run.model, run.x_test
    with torch.no_grad():
        for p in (m.conv1.bias, m.conv2.bias, m.fc1.bias, m.fc2.bias):
            p.copy_(torch.linspace(-0.3, 0.3, len(p)))
    gates = {n: torch.tensor(gate_in_evaluation(np.linspace(-4.5, 4.5, k)), dtype=torch.float32) for n, k in GATES.items()}
    with torch.no_grad():
        h = m.conv1.eval()(x) * gates["conv1"][None, :, None, None]
        h = m.conv2.eval()(m.relu1(m.pool1(h))) * gates["conv2"][None, :, None, None]
        h = m.relu2(m.pool2(h)).flatten(1) * gates["fc1"]
        h = m.relu3(torch.nn.functional.linear(h, m.fc1.weight, m.fc1.bias)) * gates["fc2"]
        expected = torch.nn.functional.linear(h, m.fc2.weight, m.fc2.bias)
        run.method.finish()
        found = m.eval()(x)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    for name, gate in gates.items():
        w = m.get_submodule(name).weight
        dead = (w == 0).flatten(1).all(1) if w.dim() == 4 else (w == 0).all(0)
        assert torch.equal(dead, gate == 0)
        assert 0 < dead.sum() < len(dead)


def test_both_countings_are_scored(run, no_latency):
    outcome = run.outcome("done")
    raw = outcome.views["gates ignored in the count"]
    zeros = sum(BEHIND[n] * (gate_in_evaluation(np.linspace(-4.5, 4.5, k)) == 0).sum() for n, k in GATES.items())
    shut = sum((gate_in_evaluation(np.linspace(-4.5, 4.5, k)) == 0).sum() for k in GATES.values())
    assert outcome.metrics["weight_sparsity_exact"] == pytest.approx(100 * zeros / 430_500)
    assert outcome.metrics["neuron_sparsity"] == pytest.approx(100 * shut / 1370)
    assert raw["weight_sparsity_exact"] == 0
    assert raw["weight_sparsity"] < 0.1
    assert raw["neuron_sparsity"] == 0
    assert raw["test_error"] == outcome.metrics["test_error"]


def test_the_average_of_all_parameters_is_scored(start):
    m = start(method("hard_concrete", average=0.9)).method
    values, mean = [1.0, 2.0, 4.0], 0.0
    for value in values:
        with torch.no_grad():
            for p in m.trained.values():
                p.fill_(value)
        m.after_step()
        mean = 0.9 * mean + 0.1 * value
    for name, averaged in m.averaged().items():
        torch.testing.assert_close(averaged, torch.full_like(averaged, mean / (1 - 0.9**3)), msg=name)


def test_log_alpha_stays_between_a_hundredth_and_a_hundred(start):
    m = start("hard_concrete").method
    with torch.no_grad():
        m.log_alpha["fc1"].fill_(9.0)
        m.log_alpha["fc2"].fill_(-9.0)
    m.after_step()
    assert torch.allclose(m.log_alpha["fc1"].detach(), torch.tensor(math.log(100)))
    assert torch.allclose(m.log_alpha["fc2"].detach(), torch.tensor(math.log(0.01)))


def test_the_penalty_shuts_gates(start, no_latency):
    found = start(method("hard_concrete", lam=30.0, average=0.0), epochs=25, learning_rate=0.05).train().metrics
    assert found["neuron_sparsity"] > 50
    assert found["weight_sparsity_exact"] > 50
