"""The eta-trick of every separable dual pair, against a dense grid of eta and independent formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from duality_cases import CASES, CLOSED, LOG_GRID
from torch.testing import assert_close

from suite import penalties
from suite.duality import (
    LOG_ETA,
    ExactVarDropDual,
    FromEtaHat,
    HardConcreteDual,
    Log2SumDual,
    LogSumDual,
    LpDual,
    MCPDual,
    SCADDual,
    StandoutDual,
    VarDropDual,
    keep_level,
)
from suite.duality.base import scale_of

every = pytest.mark.parametrize("dual", CASES, ids=repr)
SIZES = torch.cat([torch.zeros(1), torch.logspace(-4, 1.3, 60)]).double()
WEIGHTS = torch.cat([SIZES, -SIZES])


@every
def test_omega_is_the_least_over_eta(dual):
    f, eta = CASES[dual][0], np.exp(LOG_GRID)
    least = ((SIZES.numpy()[:, None] ** 2 / eta + f(eta)) / 2).min(1)
    # f at the lowest eta; scales between which f is flat
    off = {LpDual: 5e-7, Log2SumDual: 1e-5, StandoutDual: 1e-5}.get(type(dual), 1e-15)
    assert_close(dual.omega(WEIGHTS), torch.tensor(least).repeat(2), rtol=1e-5, atol=off)


@every
def test_eta_hat_attains_it(dual):
    eta, off = dual.eta_hat(WEIGHTS), 1e-11 if isinstance(dual, LpDual) else 1e-15
    assert_close((WEIGHTS.square() / eta + dual.f(eta)) / 2, dual.omega(WEIGHTS), rtol=1e-12, atol=off)


@every
def test_f_is_its_formula(dual):
    eta = torch.logspace(-6, 6, 121, dtype=torch.float64)
    expected = torch.tensor(np.asarray(CASES[dual][0](eta.numpy())))
    assert_close(dual.f(eta), expected, rtol=1e-9 if dual in CLOSED else 3e-6, atol=3e-15)


@every
def test_f_has_its_slope(dual):
    """Of a scale eta, w^2 = eta^2 f'(eta)."""
    eta = torch.logspace(-3, 3, 40, dtype=torch.float64).requires_grad_()
    (slope,) = torch.autograd.grad(dual.f(eta).sum(), eta)
    step = 1e-5 * eta.detach()
    with torch.no_grad():
        assert_close(slope, (dual.f(eta + step) - dual.f(eta - step)) / (2 * step), rtol=1e-5, atol=1e-7)


@every
def test_f_is_conjugate_to_omega(dual):
    """2 Omega(w) - w^2 / eta is nowhere above f, and reaches it but where eta_hat jumps over eta."""
    eta = torch.logspace(-2, 0, 9, dtype=torch.float64)
    w = torch.cat([torch.zeros(1), torch.logspace(-5, 2, 1401)]).double()
    greatest = (2 * dual.omega(w)[:, None] - w.square()[:, None] / eta).amax(0)
    assert_close(greatest, dual.f(eta), rtol=1e-4, atol=1e-6)


@every
def test_the_slope_of_omega_is_w_over_eta_hat(dual):
    w = WEIGHTS.clone().requires_grad_()
    dual.value(w).backward()
    expected = WEIGHTS / dual.eta_hat(WEIGHTS)
    if isinstance(dual, LpDual):
        expected[SIZES.repeat(2) == 0] = 0
    assert_close(w.grad, expected, rtol=1e-9, atol=1e-12)
    step = 1e-5 * SIZES[1:]
    differences = (dual.omega(SIZES[1:] + step) - dual.omega(SIZES[1:] - step)) / (2 * step)
    assert_close(differences, expected[1 : len(SIZES)], rtol=1e-4, atol=1e-7)


@every
def test_omega_is_subquadratic(dual):
    """Concave in t = w^2, and eta_hat does not fall: the theorem's claim."""
    t = torch.cat([torch.linspace(0, 1, 400), torch.logspace(0.01, 3, 400)]).double()
    slopes = dual.omega(t.sqrt()).diff() / t.diff()
    assert (slopes.diff() <= 1e-9 * slopes[:-1] + 1e-12).all()
    assert (slopes >= -1e-12).all()
    assert (dual.eta_hat(SIZES).diff() >= 0).all()


@pytest.mark.parametrize("dual", CLOSED, ids=repr)
def test_omega_is_its_formula(dual):
    assert_close(dual.omega(WEIGHTS), torch.tensor(CASES[dual][1](SIZES.numpy())).repeat(2), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize(
    ("dual", "penalty", "factor"),
    [
        (LogSumDual(0.1), penalties.LogSum(0.1), 1.0),
        (MCPDual(1.5, 2.0), penalties.MCP(3.0), 1.0),
        (SCADDual(3.7, 1.0), penalties.SCAD(3.7), 1.0),
        (LpDual(0.5), penalties.Lp(0.5), 2.0),
        (LpDual(1.0), penalties.L1(), 1.0),
    ],
)
def test_omega_is_the_penalty_of_that_name(dual, penalty, factor):
    assert_close(dual.value(WEIGHTS), factor * penalty.value(WEIGHTS))


def test_eta_hat_by_its_formulas():
    r = torch.tensor([0.0, 0.3, 1.0, 2.0, 5.0], dtype=torch.float64)
    infinite, nought = math.exp(LOG_ETA[1]), math.exp(LOG_ETA[0])
    for dual, expected in {
        LpDual(0.5): [nought, 0.3**1.5, 1.0, 2.0**1.5, 5.0**1.5],
        LogSumDual(2.0): [nought, 0.69, 3.0, 8.0, 35.0],
        Log2SumDual(0.5): [0.25, 0.295, 0.75, 2.25, 12.75],
        MCPDual(2.0, 1.0): [nought, 0.6 / 1.7, 2.0, infinite, infinite],
        SCADDual(4.0, 1.0): [nought, 0.3, 1.0, 3.0, infinite],
        StandoutDual(0.5, 2.0): [math.exp(x) / 8 for x in r.tolist()],
    }.items():
        assert_close(dual.eta_hat(r), torch.tensor(expected, dtype=torch.float64))


def test_the_sign_in_the_authors_f_of_log2_sum_does_not_agree_with_their_omega():
    eta, r, eps = np.exp(LOG_GRID), 1.0, 0.5
    least, other = (((r**2 / eta + 2 * np.log(2 * eta) + sign * eps / eta - 2) / 2).min() for sign in (1, -1))
    assert least == pytest.approx(math.log(r**2 + eps), abs=1e-5)
    assert other == pytest.approx(math.log(r**2 - eps), abs=1e-5)


@every
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_zero_weights_give_no_nan(dual, dtype):
    w = torch.tensor([0.0, -0.0, 1e-20, 0.7, 0.0], dtype=dtype, requires_grad=True)
    value = dual.value(w)
    value.backward()
    assert value.shape == ()
    assert value.dtype == w.grad.dtype == dtype
    assert w.grad.isfinite().all()
    assert (w.grad[[0, 1, 4]] == 0).all()
    assert dual.value(torch.zeros(3, dtype=dtype)).item() == pytest.approx(0, abs=1e-30)
    eta = torch.zeros(3, dtype=dtype, requires_grad=True)
    dual.f(eta).sum().backward()
    assert (eta.grad == 0).all()


@every
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_range_of_log_eta_is_clamped(dual, dtype):
    low, high = (torch.tensor(math.exp(end), dtype=dtype) for end in LOG_ETA)
    eta = dual.eta_hat(torch.tensor([0.0, 1e-15, 1e15], dtype=dtype))
    assert eta.dtype == dtype
    assert ((eta >= low) & (eta <= high)).all()
    assert ((keep_level(eta, 1e-3) >= 0) & (keep_level(eta, 1e-3) <= 1)).all()
    ends = torch.tensor([0.0, math.exp(-100), math.inf], dtype=dtype)
    found = dual.f(ends)
    assert not found.isnan().any()
    assert_close(found, dual.f(torch.stack([low, low, high])))


@every
def test_single_and_double_precision_agree(dual):
    single = WEIGHTS.float()
    for function in (dual.omega, dual.eta_hat):
        assert_close(function(single).double(), function(single.double()), rtol=1e-4, atol=1e-30)
    assert_close(dual.value(single).double(), dual.value(single.double()), rtol=1e-4, atol=0)
    eta = torch.logspace(-3, 3, 40)
    assert_close(dual.f(eta).double(), dual.f(eta.double()), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("dual", [LogSumDual(2.0), VarDropDual(), HardConcreteDual()], ids=repr)
def test_any_shape(dual, monkeypatch):
    monkeypatch.setattr("suite.duality.numeric.BLOCK", 10)
    w = torch.linspace(-1, 2, 24, dtype=torch.float64).view(2, 3, 4).transpose(0, 2)
    for function in (dual.omega, dual.eta_hat):
        assert function(w).shape == (4, 3, 2)
        assert_close(function(w)[1, 2, 0], function(w[1, 2, 0]))
    assert dual.f(w.abs()).shape == (4, 3, 2)
    assert_close(dual.value(w), dual.omega(w).sum())
    assert dual.omega(w[:0]).shape == (0, 3, 2)
    assert dual.eta_hat(w.requires_grad_()).requires_grad is False


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: LpDual(2.0), "p must"),
        (lambda: LpDual(0.0), "p must"),
        (lambda: LogSumDual(0.0), "eps"),
        (lambda: Log2SumDual(-1.0), "eps"),
        (lambda: MCPDual(0.0, 1.0), "a must"),
        (lambda: MCPDual(1.0, math.inf), "lam"),
        (lambda: SCADDual(1.0, 1.0), "a must"),
        (lambda: StandoutDual(w2=0.0), "w2"),
        (lambda: VarDropDual(0.0), "lam"),
        (lambda: ExactVarDropDual(-1.0), "lam"),
        (lambda: HardConcreteDual(gamma=0.0), "gamma"),
        (lambda: HardConcreteDual(zeta=1.0), "zeta"),
    ],
)
def test_parameters_out_of_range_are_refused(make, named):
    with pytest.raises(ValueError, match=named):
        make()


def test_keep_levels_and_scales_are_inverse():
    eta = torch.tensor([1e-9, 0.2, 3.0, 1e3], dtype=torch.float64)
    assert_close(scale_of(keep_level(eta, 0.7), 0.7), eta)
    assert keep_level(torch.tensor(0.2), 0.6).item() == pytest.approx(0.25)


def test_standout_keeps_with_the_sigmoid_of_the_weight():
    r = torch.linspace(0, 6, 25, dtype=torch.float64)
    assert_close(keep_level(StandoutDual(0.3).eta_hat(r), 0.3), r.sigmoid())
    assert_close(FromEtaHat(lambda s: scale_of(s.sigmoid(), 0.3)).omega(r), StandoutDual(0.3).omega(r))
