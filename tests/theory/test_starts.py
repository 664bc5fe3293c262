"""Starts and settings for which something is undefined: one bad start leaves the others alone, one bad setting is refused."""

from __future__ import annotations

import math

import pytest
import torch
from torch.testing import assert_close

from suite.penalties import L0, L1, GroupLasso, L1MinusL2
from suite.theory import BinarizedNoOverlap, Problem, ReLUNoOverlap, admm, rvscgd, rvsm

NETWORK = BinarizedNoOverlap(20)


def test_a_norm_that_collapses_is_recorded_and_stops_nothing(draw):
    """Opposite to the teacher g = 2 kappa w, so a step of 1 / (2 kappa) ends at zero."""
    star, others = draw(8), draw(3, 8)
    problem = Problem(NETWORK, L1(), star, lam=0, beta=0, eta=1 / (2 * NETWORK.kappa))
    run = rvscgd(problem, torch.cat([others[:2], -star[None], others[2:]]), steps=5)
    alone = rvscgd(problem, others, steps=5)
    assert run.collapsed.tolist() == [False, False, True, False]
    assert_close(run.w[2], -star)
    assert_close(run.w[[0, 1, 3]], alone.w)
    assert not alone.collapsed.any()


@pytest.mark.parametrize("algorithm", [rvscgd, admm])
@pytest.mark.parametrize("bad", [0.0, math.nan, math.inf])
def test_a_start_without_direction_is_recorded_and_stops_nothing(draw, algorithm, bad):
    star, w0 = draw(8), draw(3, 8)
    problem = Problem(NETWORK, L1(), star, lam=0.01, beta=0.1, eta=0.1)
    expected = algorithm(problem, w0[[0, 2]], steps=5)
    w0[1] = bad
    run = algorithm(problem, w0, steps=5)
    assert run.collapsed.tolist() == [False, True, False]
    assert torch.equal(run.w[1].nan_to_num(7), w0[1].nan_to_num(7))
    assert run.angle[:, 1].isnan().all()
    assert_close(run.w[[0, 2]], expected.w)
    assert_close(run.angle_rise[[0, 2]], expected.angle_rise)


def test_zero_is_a_fixed_point_of_the_relu_method(draw):
    """Every sample's gradient is zero there."""
    run = rvsm(Problem(ReLUNoOverlap(5), L1(), draw(8), lam=0.01, beta=0.1, eta=0.5), torch.zeros(1, 8, dtype=torch.float64), steps=20)
    assert torch.equal(run.w, torch.zeros_like(run.w))
    assert run.angle.isnan().all()
    assert run.lagrangian.isfinite().all()
    assert not run.collapsed.any()


def test_opposite_to_the_teacher_nothing_turns_the_weight(draw):
    """The coarse gradient is along w. Only the threshold, which is not, can turn it, and then towards the teacher."""
    star = draw(8)
    plain, sparse = (rvscgd(Problem(NETWORK, L1(), star, lam=lam, beta=0.4, eta=0.02), -star[None], steps=40) for lam in (0, 0.08))
    assert_close(plain.w, -star[None])
    assert_close(plain.angle, torch.full_like(plain.angle, math.pi))
    assert not plain.collapsed.any()
    assert sparse.angle[-1] < math.pi - 1e-3


def test_opposite_to_the_teacher_the_relu_method_stays_on_the_line(draw):
    star, k = draw(8), 5
    run = rvsm(Problem(ReLUNoOverlap(k), L1(), star, lam=0, beta=0, eta=1.0), -star[None], steps=200)
    assert_close(run.w, -(k * k - k) / (k * k + (math.pi - 1) * k) * star[None])


@pytest.mark.parametrize("algorithm", [rvscgd, admm])
def test_a_penalty_without_the_quadratic_is_refused(draw, algorithm):
    with pytest.raises(ValueError, match="beta must be positive where lam is") as refused:
        algorithm(Problem(NETWORK, L0(), draw(8), lam=torch.tensor([0, 0.1]), beta=torch.tensor([0, 0]), eta=0.1), draw(2, 8), steps=1)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"lam": -1e-4}, "lam must be finite and not negative"),
        ({"beta": math.inf}, "beta must be finite"),
        ({"eta": 0}, "eta must be positive"),
        ({"eta": math.nan}, "eta must be finite"),
        ({"penalty": GroupLasso()}, "sum over single weights"),
        ({"penalty": L1MinusL2(1.0)}, "sum over single weights"),
        ({"w_star": torch.ones(8)}, "norm 1"),
    ],
)
def test_bad_settings_are_refused(draw, setting, message):
    given = {"penalty": L1(), "w_star": draw(8), "lam": 0.1, "beta": 0.1, "eta": 0.1} | setting
    with pytest.raises(ValueError, match=message):
        Problem(NETWORK, **given)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"w0": torch.ones(8, dtype=torch.float64)}, "w0 must be"),
        ({"w0": torch.ones(2, 7, dtype=torch.float64)}, "w0 must be"),
        ({"w0": torch.ones(2, 8)}, "w0 must be"),
        ({"w0": torch.ones(3, 8, dtype=torch.float64)}, "one for each of the 3 starts"),
        ({"steps": 0}, "steps and record_every must be positive"),
        ({"record_every": 0}, "steps and record_every must be positive"),
    ],
)
def test_bad_starts_are_refused(draw, change, message):
    problem = Problem(NETWORK, L1(), draw(8), lam=torch.tensor([0.1, 0.2]), beta=0.1, eta=0.1)
    with pytest.raises(ValueError, match=message):
        rvscgd(problem, **({"w0": draw(2, 8), "steps": 3} | change))


def test_the_norm_is_held_where_the_loss_does_not_see_it(draw):
    setting = {"lam": 0.1, "beta": 0.1, "eta": 0.1}
    with pytest.raises(ValueError, match="use rvsm"):
        rvscgd(Problem(ReLUNoOverlap(3), L1(), draw(8), **setting), draw(2, 8), steps=1)
    with pytest.raises(ValueError, match="use rvscgd"):
        rvsm(Problem(NETWORK, L1(), draw(8), **setting), draw(2, 8), steps=1)
