"""Theorem 1 of Dinh and Xin (2020) over 200 random starts, and where it needs more words than it has."""

from __future__ import annotations

import math

import pytest
import torch
from torch.testing import assert_close

from suite.penalties import L0, L1, TransformedL1
from suite.theory import BinarizedNoOverlap, Problem, ReLUNoOverlap, admm, angle_bound, expansion, rounding, rvscgd, rvsm, stationarity

TAU, BETA = 0.15, 0.1
"""The threshold, about the size of an entry of a unit vector in 20 dimensions, and the quadratic."""


def strength(penalty, tau: float = TAU, beta: float = BETA) -> float:
    """lambda for which the penalty's threshold is tau."""
    if isinstance(penalty, L0):
        return beta * tau**2 / 2
    return beta * tau / (1 if isinstance(penalty, L1) else (penalty.a + 1) / penalty.a)


@pytest.fixture
def starts(draw):
    """A teacher with half of its entries zero, and 200 starts, of which some are at more than a right angle from it."""
    star = draw(20)
    star[10:] = 0
    star = torch.nn.functional.normalize(star, dim=0)
    w0 = draw(200, 20)
    assert (w0 @ star < 0).any()
    return w0, star


PENALTIES = [L1(), L0(), TransformedL1(1.0)]
METHODS = {"rvscgd": (rvscgd, BinarizedNoOverlap(5), 0.2), "rvsm": (rvsm, ReLUNoOverlap(5), 1.5)}


@pytest.fixture(params=[(m, p) for m in METHODS for p in PENALTIES], ids=str)
def run(request, starts):
    name, penalty = request.param
    algorithm, network, eta = METHODS[name]
    w0, star = starts
    beta = BETA if name == "rvscgd" else BETA / 5
    return algorithm(Problem(network, penalty, star, lam=strength(penalty, beta=beta), beta=beta, eta=eta), w0, steps=400)


def test_lagrangian_and_angle_fall_outside_the_neighbourhoods_of_the_teacher(run):
    """Some start passes through iterates outside, and at each of them both fall by more than rounding could make them."""
    lagrangian, angle = rounding(run)
    assert run.lagrangian_rise_outside.isfinite().any()
    assert (run.lagrangian_rise_outside <= lagrangian).all()
    assert (run.angle_rise_outside <= angle).all()


def test_limit_is_an_expansion_away_from_the_teacher(run):
    """Equation 12: w* is parallel to w plus a vector with the signs of w and entries within the threshold."""
    found = expansion(run)
    assert (stationarity(run) < 1e-12).all()
    assert (found.residual < 1e-12).all()
    assert (found.against == 0).all()
    assert ((found.factor >= 0) & (found.factor <= 1)).all()
    assert (found.largest <= TAU).all()
    assert (found.largest > 1e-4).all()


def test_angle_of_the_limit_is_within_its_bound(run):
    bound = angle_bound(run)
    assert (run.angle[-1] <= bound).all()
    assert (run.angle[-1] > bound / 100).all()


def test_residuals_are_not_small_before_the_limit(starts):
    w0, star = starts
    early = rvscgd(Problem(BinarizedNoOverlap(5), L1(), star, lam=strength(L1()), beta=BETA, eta=0.2), w0, steps=2)
    assert (stationarity(early) > 1e-3).all()
    assert (expansion(early).residual > 1e-3).all()


def test_u_is_the_soft_threshold_of_the_teacher_up_to_scale(starts):
    """kappa w* = C w - beta u, solved for u by entry: the soft threshold of w* at C lambda / (kappa beta) times kappa / (C - beta)."""
    w0, star = starts
    network, lam = BinarizedNoOverlap(5), strength(L1())
    run = rvscgd(Problem(network, L1(), star, lam=lam, beta=BETA, eta=0.2), w0, steps=400)
    c = network.kappa * (run.w @ star) + BETA * (run.w * run.u).sum(1)
    t = (c * lam / (network.kappa * BETA))[:, None]
    soft = star.sign() * (star.abs() - t).clamp(min=0)
    assert_close(run.u, soft * (network.kappa / (c - BETA))[:, None], rtol=1e-10, atol=1e-13)
    assert ((run.u != 0).sum(1) < 10).all()


def test_the_angle_of_the_limit_grows_with_beta_at_a_fixed_threshold(starts):
    w0, star = starts
    beta = torch.tensor([0.01, 0.03, 0.1, 0.3], dtype=torch.float64).repeat_interleave(50)
    for penalty in PENALTIES:
        lam = strength(penalty, beta=1.0) * beta
        run = rvscgd(Problem(BinarizedNoOverlap(5), penalty, star, lam=lam, beta=beta, eta=0.2), w0, steps=400)
        angle = run.angle[-1].reshape(4, 50)
        assert (angle[:-1].amax(1) < angle[1:].amin(1)).all()


def test_the_angle_of_the_limit_first_grows_with_lambda_and_then_vanishes(starts):
    """A threshold above every entry leaves u = 0, and a quadratic that pulls along w."""
    w0, star = starts
    lam = BETA * torch.tensor([0.0, 0.01, 0.1, 1.1], dtype=torch.float64).repeat_interleave(50)
    run = rvscgd(Problem(BinarizedNoOverlap(5), L1(), star, lam=lam, beta=BETA, eta=0.2), w0, steps=400)
    none, little, more, all_ = run.angle[-1].reshape(4, 50)
    assert max(none.max(), all_.max()) < 1e-12
    assert little.min() > 1e-6
    assert little.max() < more.min()


def test_near_the_teacher_lagrangian_and_angle_do_rise(starts):
    """The limit is not the teacher, so a start at the teacher has to leave it: the theorem's "never" holds outside only."""
    _, star = starts
    run = rvscgd(Problem(BinarizedNoOverlap(5), L1(), star, lam=strength(L1()), beta=BETA, eta=0.2), star[None], steps=50)
    lagrangian, angle = rounding(run)
    assert (run.angle_rise > 1e6 * angle).all()
    assert (run.lagrangian_rise > 1e6 * lagrangian).all()
    assert (run.angle_rise_outside == -math.inf).all()
    assert (run.lagrangian_rise_outside == -math.inf).all()


def test_multipliers_close_the_gap_and_fill_u(starts):
    """Section 3.3: without them w and u stay apart and u is sparser."""
    w0, star = starts
    problem = Problem(ReLUNoOverlap(5), L1(), star, lam=strength(L1(), beta=0.05), beta=0.05, eta=1.0)
    with_, without = admm(problem, w0, steps=600), rvsm(problem, w0, steps=600)
    assert ((with_.w - with_.u).norm(dim=1) < 1e-2 * (without.w - without.u).norm(dim=1)).all()
    assert ((with_.u != 0).sum(1) > (without.u != 0).sum(1)).all()
