"""Proximal gradient against its definition, computed again in numpy, and the limits of integrated TL1."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch

from suite.base.errors import SuiteError
from suite.methods import method
from suite.methods.proximal import growing

N = 100
LAYERS = ("conv1", "conv2", "fc1", "fc2")
FACTORS = (1.0, 0.5, 2.0, 0.25)


def weights(run) -> dict[str, np.ndarray]:
    return {name: layer.weight.detach().double().numpy().copy() for name, layer in run.method.layers.items()}


def identical(first, second) -> bool:
    return all(torch.equal(p, q) for p, q in zip(first.model.parameters(), second.model.parameters(), strict=True))


def trained(start, chosen, model="lenet_300_100", **schedule):
    """A run after its epochs, not scored."""
    run = start(chosen, model, **schedule)
    for _ in range(run.schedule.epochs):
        assert run.advance()
    return run


# The definition


def shrink_groups(w: np.ndarray, t: float) -> np.ndarray:
    """(1 - t / ||w_g||_2)_+ w_g (Ma et al. 2019, eq 23); a group: all weights that share every index but the output, the first."""
    norms = np.sqrt(np.square(w).sum(0))
    return w * np.where(norms > t, 1 - t / np.maximum(norms, 1e-300), 0)


def tl1_objective(z, r: float, step: float, a: float):
    return step * (a + 1) * z / (a + z) + (z - r) ** 2 / 2


def minimise_tl1(r: float, step: float, a: float) -> float:
    """A minimiser over z >= 0 of step rho_a(z) + (z - r)^2 / 2 by grids, each on the two cells around the best of the last."""
    low, high = 0.0, r
    for _ in range(8):
        grid = np.linspace(low, high, 401)
        best = int(np.argmin(tl1_objective(grid, r, step, a)))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, 400)]
    return min((0.0, (low + high) / 2), key=lambda z: tl1_objective(z, r, step, a))


def gradient_step(run, x, y, rate: float) -> dict[str, np.ndarray]:
    """W - rate * gradient of the loss, on a copy of the model."""
    model = copy.deepcopy(run.model)
    torch.nn.functional.cross_entropy(model(x), y).backward()
    steps = {name: (p.detach().double() - rate * p.grad.double()).numpy() for name, p in model.named_parameters()}
    return {name: steps[f"{name}.weight"] for name in run.method.layers}


@pytest.mark.parametrize("a", [0.01, 1.0])
@pytest.mark.parametrize(("mu_low", "mus"), [(0.2, (0.2, 0.4, 0.6, 0.8)), (0.0, (0.0, 1 / 3, 2 / 3, 1.0)), (0.5, (0.5,) * 4)])
def test_one_step_of_integrated_tl1_is_its_definition(start, a, mu_low, mus):
    rate, lam = 0.2, 0.01
    run = start(method("integrated_tl1", lam=lam, a=a, mu_low=mu_low, factors=FACTORS), "lenet5_caffe", optimizer="sgd", learning_rate=rate)
    x, y = run.x[:40], run.y[:40]
    expected = gradient_step(run, x, y, rate)
    run.step(x, y)
    rng = np.random.default_rng(0)
    for name, mu, factor in zip(LAYERS, mus, FACTORS, strict=True):
        t = rate * lam * factor
        w = shrink_groups(expected[name], t * (1 - mu)).ravel()
        found = run.model.get_submodule(name).weight.detach().numpy().ravel()
        assert np.array_equal(np.sign(found), np.sign(w) * (found != 0))
        kept = 0
        for i in rng.choice(w.size, 60, replace=False):
            r = abs(w[i])
            z = minimise_tl1(r, t * mu, a) if mu else r
            gain = tl1_objective(0.0, r, t * mu, a) - tl1_objective(z, r, t * mu, a)
            if z == 0:
                assert found[i] == 0
            elif gain > 1e-9 or found[i] != 0:  # else a tie of zero and z, within rounding
                assert abs(found[i]) == pytest.approx(z, abs=3e-7)
            kept += found[i] != 0
        assert kept > 5


def test_the_branch_of_the_threshold_follows_the_rate(start):
    """At the rate 0.01 the threshold is that of a jump, at 1e-4 that of a continuous map (Ma et al. 2019, eq 33)."""
    a, lam = 0.1, 0.5
    for rate, jump in ((0.01, True), (1e-4, False)):
        run = start(method("transformed_l1", lam=lam, a=a), "lenet5_caffe")
        before = np.abs(weights(run)["fc1"]).ravel()
        run.context.learning_rate = rate
        run.method.after_step()
        after = np.abs(weights(run)["fc1"]).ravel()
        step = rate * lam
        assert jump == (step > a**2 / (2 * (a + 1)))
        threshold = math.sqrt(2 * step * (a + 1)) - a / 2 if jump else step * (a + 1) / a
        clear = np.abs(before - threshold) > 1e-6
        assert np.array_equal((after == 0)[clear], (before < threshold)[clear])
        assert 0 < (after == 0).sum() < after.size


@pytest.mark.parametrize("name", ["integrated_tl1", "l1_proximal", "cges_proximal"])
def test_the_length_of_the_step_follows_the_milestones(start, name):
    chosen = method(name, lam=0.5, absolute=True, step_ratio=2.0, factors=FACTORS)
    run = start(chosen, "lenet5_caffe", epochs=3, milestones=(1, 2), learning_rate=0.01, penalty_factor=3.0)
    seen = {name: [] for name in LAYERS}

    class Recorder:
        def __init__(self, steps):
            self.steps = steps

        def prox(self, w, step):
            self.steps.append(step)
            return w

    run.method.penalties = [Recorder(steps) for steps in seen.values()]
    for _ in range(3):
        run.advance()
    for steps, factor in zip(seen.values(), FACTORS, strict=True):
        first = 0.01 * 2.0 * 0.5 * 3.0 * factor
        assert steps == pytest.approx([first] * 3 + [first / 10] * 3 + [first / 100] * 3)


def test_mu_grows_from_its_least_value_to_one_minus_it():
    assert [growing(0.2, i, 4) for i in range(4)] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert [growing(0.0, i, 3) for i in range(3)] == [0.0, 0.5, 1.0]
    assert [growing(0.5, i, 3) for i in range(3)] == [0.5, 0.5, 0.5]
    assert growing(0.3, 0, 1) == 0.3


# Strength


def test_the_strength_is_absolute_or_a_multiple_of_one_over_n(start):
    for name in ("integrated_tl1", "cges_proximal", "l1"):
        assert start(method(name, lam=0.7, absolute=True), penalty_factor=3.0).method.strength == pytest.approx(2.1)
        assert start(method(name, lam=0.7, absolute=False), penalty_factor=3.0).method.strength == pytest.approx(2.1 / N)


def test_absolute_is_the_default_where_the_paper_gives_the_strength_itself():
    proximal = ("integrated_tl1", "l1_proximal", "sparse_group_lasso_proximal", "group_lasso_proximal", "transformed_l1", "l2")
    for name in proximal:
        found = method(name)
        assert (found.lam, found.absolute, found.convention, found.step_ratio, found.factors) == (3e-4, True, "input", 1.0, ())
    for name in ("cges_proximal", "sgl0", "l1", "hard_concrete"):
        assert not method(name).absolute


@pytest.mark.parametrize("name", ["integrated_tl1", "l2", "sparse_group_lasso_proximal"])
def test_without_strength_it_is_the_dense_run(start, name):
    found, dense = (trained(start, chosen, "lenet5_caffe", epochs=2) for chosen in (method(name, lam=0.0), method("dense")))
    assert identical(found, dense)
    assert found.curves["train_loss"] == dense.curves["train_loss"]


# Limits


@pytest.mark.parametrize(
    ("mu", "limit"),
    [
        (0.0, method("group_lasso_proximal", scale_by_size=False, lam=0.02)),
        (1.0, method("transformed_l1", a=0.5, lam=0.02)),
    ],
)
def test_limits_of_integrated_tl1(start, mu, limit):
    schedule = {"epochs": 2, "optimizer": "sgd", "learning_rate": 0.1}
    found = trained(start, method("integrated_tl1", mu=mu, a=0.5, lam=0.02), "lenet5_caffe", **schedule)
    assert identical(found, trained(start, limit, "lenet5_caffe", **schedule))
    assert not identical(found, trained(start, method("dense"), "lenet5_caffe", **schedule))
    assert not identical(found, trained(start, method("integrated_tl1", a=0.5, lam=0.02), "lenet5_caffe", **schedule))


# Zeros

ZEROS = {
    "integrated_tl1": {"lam": 1e-2},
    "l1_proximal": {"lam": 2e-2},
    "sparse_group_lasso_proximal": {"lam": 1e-2},
    "group_lasso_proximal": {"lam": 4.2e-2},
    "transformed_l1": {"lam": 1e-2},
    "cges_proximal": {"lam": 1e-2, "absolute": True, "step_ratio": 1.0},
}


@pytest.mark.parametrize(("name", "options"), ZEROS.items())
def test_weights_become_exactly_zero(start, name, options):
    run = trained(start, method(name, **options), epochs=4, optimizer="sgd", learning_rate=0.1)
    share = {layer: (w == 0).mean() for layer, w in weights(run).items()}
    assert 0.05 < share["fc1"] < 1
    near = {layer: ((np.abs(w) < 1e-30) & (w != 0)).sum() for layer, w in weights(run).items()}
    assert not any(near.values())


def test_l2_shrinks_and_leaves_no_zero(start):
    run = start(method("l2", lam=0.5), "lenet5_caffe")
    before = weights(run)
    run.context.learning_rate = 0.1
    run.method.after_step()
    for name, w in weights(run).items():
        np.testing.assert_allclose(w, before[name] / 1.05, rtol=1e-6)
    run = trained(start, method("l2", lam=0.5), epochs=4, optimizer="sgd", learning_rate=0.1)
    assert not any((w == 0).any() for w in weights(run).values())


@pytest.mark.parametrize("strength", [1e3, 1e30])
@pytest.mark.parametrize("name", ZEROS)
def test_a_huge_strength_kills_every_weight_and_training_goes_on(start, name, strength):
    run = trained(start, method(name, lam=strength, absolute=True), "lenet5_caffe", epochs=3, optimizer="sgd", learning_rate=0.1)
    assert all(np.isfinite(w).all() for w in weights(run).values())
    if name != "cges_proximal":  # the exclusive lasso divides by 1 + step: small, but not zero
        assert not any(w.any() for w in weights(run).values())
    assert run.curves["train_loss"][2] < run.curves["train_loss"][1] < math.inf  # the biases are free and learn


@pytest.mark.parametrize("name", [*ZEROS, "l2"])
def test_groups_of_zeros_stay_finite(start, name):
    run = start(method(name), "lenet5_caffe", optimizer="sgd", learning_rate=0.05)
    with torch.no_grad():
        run.model.conv2.weight[:, 3] = 0
        run.model.fc1.weight[:, :400] = 0
    assert run.advance()
    assert all(torch.isfinite(p).all() for p in run.model.parameters())


# Groups


@pytest.mark.parametrize(
    ("convention", "shapes"),
    [
        ("input", [(25, 20), (500, 50), (800, 500), (500, 10)]),
        ("sgl0", [(20, 25), (50, 500), (800, 500), (500, 10)]),
        ("output", [(20, 25), (50, 500), (500, 800), (10, 500)]),
    ],
)
def test_groups_are_those_of_the_convention(start, convention, shapes):
    chosen = method("group_lasso_proximal", scale_by_size=False, convention=convention, lam=1.0)
    run = start(chosen, "lenet5_caffe")
    assert [tuple(run.method.members(layer).shape) for layer in run.method.layers.values()] == shapes
    with torch.no_grad():  # one weak output channel, one weak input channel, one weak unit on either side
        run.model.conv2.weight[7] *= 1e-3
        run.model.conv2.weight[:, 5] *= 1e-3
        run.model.fc1.weight[11] *= 1e-3
        run.model.fc1.weight[:, 13] *= 1e-3
    run.context.learning_rate = 0.02
    run.method.after_step()
    conv, fc = run.model.conv2.weight.detach(), run.model.fc1.weight.detach()
    assert (not conv[7].any()) == (convention in ("sgl0", "output"))
    assert (not conv[:, 5].any()) == (convention == "input")
    assert (not fc[11].any()) == (convention == "output")
    assert (not fc[:, 13].any()) == (convention in ("sgl0", "input"))


@pytest.mark.parametrize("factors", [(1.0,), (1.0, 1.0, 1.0, 1.0)])
def test_a_wrong_number_of_factors_is_one_line(start, factors):
    with pytest.raises(SuiteError) as caught:
        start(method("integrated_tl1", factors=factors))
    assert str(caught.value) == (
        f"integrated_tl1: {len(factors)} factors for 3 regularised layers; one for each of fc1, fc2, fc3"  # lenet_300_100
    )


def test_factors_may_be_a_list_of_whole_numbers():
    assert method("l2", factors=[1, 2, 3]) == method("l2", factors=(1.0, 2.0, 3.0))
    assert hash(method("l2", factors=[1, 2, 3])) == hash(method("l2", factors=(1.0, 2.0, 3.0)))


def test_a_network_without_layers_to_penalise_is_refused(start):
    run = start("integrated_tl1")
    with pytest.raises(SuiteError, match="integrated_tl1: the network has no convolution or linear layer to regularise"):
        method("integrated_tl1").prepare(torch.nn.Sequential(torch.nn.ReLU()), run.context)
