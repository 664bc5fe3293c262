"""The three algorithms against loops in NumPy over one start at a time, and what is recorded of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from suite import penalties
from suite.theory import BinarizedNoOverlap, Problem, ReLUNoOverlap, admm, rvscgd, rvsm
from suite.theory.splitting import ITERATIONS

D = 6
BINARIZED, RELU = BinarizedNoOverlap(4), ReLUNoOverlap(4)
PENALTIES = [penalties.L1(), penalties.L0(), penalties.TransformedL1(1.0)]
ALGORITHMS = {"rvscgd": (rvscgd, BINARIZED), "rvsm": (rvsm, RELU), "admm": (admm, RELU), "admm, binarized": (admm, BINARIZED)}


def coarse(network, w: np.ndarray, star: np.ndarray) -> np.ndarray:
    """g(w) from the formulas of the papers."""
    k, norm = network.k, np.linalg.norm(w)
    if network is BINARIZED:
        return k / (2 * math.sqrt(2 * math.pi)) * (w / norm - star)
    theta, b = math.acos(w @ star / norm), (k * k - k) / (2 * math.pi)
    pull = math.sin(theta) * w / norm + (math.pi - theta) * star
    return (2 * (b + k / 2) * w - k / math.pi * pull - 2 * b * w / norm) / k**2


def loop(name: str, penalty, w, star, lam, beta, eta, steps: int, u_from: str = "") -> tuple[np.ndarray, np.ndarray]:
    """One start of an algorithm, in its order; `u_from` takes u from the other iterate than the algorithm does."""
    network = ALGORITHMS[name][1]

    def prox(x):
        return penalty.prox(torch.tensor(x), lam / beta).numpy()

    def down(w, towards):
        w = w - eta * coarse(network, w, star) - eta * beta * (w - towards)
        return w / np.linalg.norm(w) if network is BINARIZED else w

    w = w / np.linalg.norm(w) if network is BINARIZED else w
    u, z = prox(w), np.zeros_like(w)
    for _ in range(steps):
        if name == "rvscgd":
            towards = prox(w) if u_from != "new" else u
            new = down(w, towards)
            u = prox(w) if u_from != "new" else prox(new)
        elif name == "rvsm":
            new = down(w, u)
            u = prox(w) if u_from != "new" else prox(new)
        else:
            new = down(w, u - z / beta)
            u = prox(new + z / beta)
            z = z + beta * (new - u)
        w = new
    return w, u


@pytest.mark.parametrize("penalty", PENALTIES, ids=repr)
@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_start_follows_the_algorithm(draw, name, penalty):
    """Three settings on four starts each, with teachers of their own, in one call."""
    algorithm, network = ALGORITHMS[name]
    w0, stars = 0.8 * draw(12, D), draw(12, D)
    lam, beta, eta = (torch.tensor(x).double().repeat_interleave(4) for x in ((0.02, 0.02, 0.05), (0.3, 0.2, 0.4), (0.1, 0.3, 0.2)))
    run = algorithm(Problem(network, penalty, stars, lam=lam, beta=beta, eta=eta), w0, steps=7)
    settings = zip(w0.numpy(), stars.numpy(), lam.tolist(), beta.tolist(), eta.tolist(), strict=True)
    expected = [loop(name, penalty, *setting, steps=7) for setting in settings]
    assert_close(run.w, torch.tensor(np.stack([w for w, _ in expected])), rtol=1e-9, atol=1e-12)
    assert_close(run.u, torch.tensor(np.stack([u for _, u in expected])), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["rvscgd", "rvsm"])
def test_u_comes_from_the_old_w(draw, name):
    w0, star = draw(D), draw(D)
    algorithm, network = ALGORITHMS[name]
    run = algorithm(Problem(network, penalties.L1(), star, lam=0.05, beta=0.5, eta=0.3), w0[None], steps=4)
    right, wrong = (loop(name, penalties.L1(), w0.numpy(), star.numpy(), 0.05, 0.5, 0.3, 4, u_from) for u_from in ("", "new"))
    assert_close(run.u[0].numpy(), right[1], rtol=1e-9, atol=1e-12)
    assert np.abs(right[1] - wrong[1]).max() > 1e-3


@pytest.mark.parametrize("name", ALGORITHMS)
def test_without_penalty_and_quadratic_it_is_gradient_descent_to_the_bit(draw, name):
    algorithm, network = ALGORITHMS[name]
    w, star = draw(50, 40), draw(40)
    run = algorithm(Problem(network, penalties.L0(), star, lam=0, beta=0, eta=0.05), w, steps=60)
    if network is BINARIZED:
        w = w / torch.linalg.vector_norm(w, dim=-1, keepdim=True)
    for _ in range(60):
        w = w - 0.05 * network.coarse_gradient(w, star)
        if network is BINARIZED:
            w = w / torch.linalg.vector_norm(w, dim=-1, keepdim=True)
    assert torch.equal(run.w, w)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_batch_is_its_starts_one_by_one(draw, name):
    algorithm, network = ALGORITHMS[name]
    w0, star = draw(5, D), draw(D)
    problem = Problem(network, penalties.TransformedL1(0.5), star, lam=0.01, beta=0.2, eta=0.2)
    batch = algorithm(problem, w0, steps=50, record_every=20)
    for i in range(5):
        single = algorithm(problem, w0[i : i + 1], steps=50, record_every=20)
        for field in ("w", "u"):
            assert_close(getattr(batch, field)[i], getattr(single, field)[0])
        for field in ("loss", "lagrangian", "angle", "distance"):
            assert_close(getattr(batch, field)[:, i], getattr(single, field)[:, 0])


@pytest.mark.parametrize("name", ALGORITHMS)
def test_what_is_recorded(draw, name):
    algorithm, network = ALGORITHMS[name]
    w0, star = draw(8, D), draw(D)
    problem = Problem(network, penalties.L1(), star, lam=0.03, beta=0.3, eta=0.3)
    run, every = algorithm(problem, w0, steps=25, record_every=10), algorithm(problem, w0, steps=25, record_every=1)
    assert run.steps == [0, 10, 20, 25]
    short = algorithm(problem, w0, steps=10)
    assert short.steps == [0, 10]
    assert_close(run.loss[1], network.loss(short.w, star))
    assert_close(run.angle[1], torch.acos((short.w @ star) / short.w.norm(dim=1)))
    assert_close(run.distance[1], (short.w - star).norm(dim=1))
    lagrangian = network.loss(short.w, star) + 0.03 * short.u.abs().sum(1) + 0.15 * (short.w - short.u).square().sum(1)
    if short.y is None:
        assert_close(problem.lagrangian(short.u, short.w), lagrangian)
    else:
        lagrangian += 0.3 * (short.y * (short.w - short.u)).sum(1)
    assert_close(run.lagrangian[1], lagrangian)
    angle, lagrangian = every.angle.diff(dim=0), every.lagrangian.diff(dim=0)
    assert_close(run.angle_rise, angle.amax(0), rtol=0, atol=1e-14)
    assert_close(run.lagrangian_rise, lagrangian.amax(0), rtol=0, atol=1e-14)
    if network is BINARIZED:
        outside = BINARIZED.kappa * every.angle[:-1].sin() * (1 - 2 * math.pi / 4 * 0.3) > 0.3
        assert outside.any()
        assert not outside.all()
        assert_close(run.angle_rise_outside, angle.where(outside, -math.inf).amax(0), rtol=0, atol=1e-14)
        assert_close(run.lagrangian_rise_outside, lagrangian.where(outside, -math.inf).amax(0), rtol=0, atol=1e-14)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_an_iteration_goes_on_from_its_state_bit_for_bit(draw, tmp_path, name):
    """What is watched, too: the same steps apart from the same steps together."""
    algorithm, network = ALGORITHMS[name]
    w0, star = draw(8, D), draw(D)
    problem = Problem(network, penalties.L1(), star, lam=0.03, beta=0.3, eta=0.3)
    whole, first, second = (ITERATIONS[algorithm.__name__](problem, w0) for _ in range(3))
    for _ in range(2):
        whole.advance(10)
    first.advance(10)
    torch.save(first.state_dict(), tmp_path / "state.pt")
    second.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    second.advance(10)
    assert second.t == 20
    expected, found = flat(whole.state_dict()), flat(second.state_dict())
    assert expected.keys() == found.keys()
    assert all(torch.equal(found[key], value) for key, value in expected.items())
    assert torch.equal(second.run([0, 20], [second.start, second.now]).angle, algorithm(problem, w0, 20, record_every=10).angle[[0, 2]])


def flat(state, prefix: str = "") -> dict[str, torch.Tensor]:
    """Every number of a nested state by its place."""
    if isinstance(state, (dict, tuple)):
        pairs = state.items() if isinstance(state, dict) else enumerate(state)
        return {key: value for name, part in pairs for key, value in flat(part, f"{prefix}/{name}").items()}
    return {} if state is None else {prefix: torch.as_tensor(state)}


def test_single_precision(draw):
    w0, star = draw(4, D), draw(D)
    double, single = (
        rvscgd(Problem(BINARIZED, penalties.L1(), star.to(t), lam=0.02, beta=0.2, eta=0.2), w0.to(t), 30)
        for t in (torch.float64, torch.float32)
    )
    assert (single.w.dtype, single.loss.dtype) == (torch.float32, torch.float32)
    assert_close(single.w.double(), double.w, rtol=1e-4, atol=1e-5)
