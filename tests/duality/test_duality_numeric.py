"""The inverse problem where the answer is known in closed form, and the quadratures behind variational dropout and the gate."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.special import dawsn, expit
from scipy.stats import norm
from torch.testing import assert_close

from suite.duality import (
    ExactVarDropDual,
    FromEtaHat,
    FromF,
    FromOmega,
    HardConcreteDual,
    Log2SumDual,
    LogSumDual,
    LpDual,
    MCPDual,
    SCADDual,
    StandoutDual,
    VarDropDual,
)
from suite.duality.kl import dawson_ratio, twice_kl

KNOWN = [LpDual(0.5), LpDual(1.5), LogSumDual(0.3), Log2SumDual(0.5), StandoutDual(2.0, 1.5), MCPDual(2.0, 1.0), SCADDual(3.7, 0.8)]
known = pytest.mark.parametrize("dual", KNOWN, ids=repr)
W = torch.cat([torch.zeros(1), torch.logspace(-3, 1, 41)]).double()
ETA = torch.logspace(-3, 2, 41, dtype=torch.float64)


@known
def test_omega_and_eta_hat_from_f(dual):
    found = FromF(dual.f)
    assert_close(found.omega(W), dual.omega(W), rtol=1e-9, atol=1e-11)
    assert_close(found.eta_hat(W).clamp(1e-9, 1e9), dual.eta_hat(W).clamp(1e-9, 1e9), rtol=1e-6, atol=0)


@known
def test_f_and_eta_hat_from_omega(dual):
    found = FromOmega(dual.omega)
    assert_close(found.eta_hat(W[1:]), dual.eta_hat(W[1:]), rtol=1e-6, atol=0)
    assert_close(found.f(ETA), dual.f(ETA), rtol=1e-9, atol=1e-12)


@known
def test_omega_and_f_from_eta_hat(dual):
    """The corners of MCP's and SCAD's eta_hat cost digits."""
    found, tolerance = FromEtaHat(dual.eta_hat), 1e-3 if isinstance(dual, (MCPDual, SCADDual)) else 1e-9
    assert_close(found.omega(W), dual.omega(W), rtol=tolerance, atol=1e-15)
    assert_close(found.f(ETA), dual.f(ETA), rtol=tolerance, atol=1e-12)
    w = W[1:].clone().requires_grad_()
    found.value(w).backward()
    assert_close(w.grad, W[1:] / dual.eta_hat(W[1:]))


def test_any_dropout_that_grows_with_the_weight_has_a_subquadratic_penalty():
    """The theorem on a strategy without closed form: the keep level tanh |w| at lambda = 0.7."""
    dual = FromEtaHat(lambda r: 0.7 * r.tanh() / (1 - r.tanh()))
    t = torch.linspace(0, 9, 100, dtype=torch.float64)
    omega = dual.omega(t.sqrt())
    assert (omega.diff().diff() <= 0).all()
    for w in (0.2, 1.0, 2.5):
        expected, _ = quad(lambda s: s * (1 - math.tanh(s)) / (0.7 * math.tanh(s)), 0, w)
        assert dual.omega(torch.tensor(w, dtype=torch.float64)).item() == pytest.approx(expected, rel=1e-9)
    eta = torch.logspace(-8, 8, 1501, dtype=torch.float64)
    least = ((t[:, None] / eta + dual.f(eta)) / 2).amin(1)
    assert_close(least, omega, rtol=2e-4, atol=1e-7)


def test_a_quadratic_penalty_has_one_scale():
    """The border of the theorem: Omega = w^2 is no less than quadratic, and eta_hat is 1/2 for every weight."""
    dual = FromOmega(torch.square)
    assert_close(dual.eta_hat(W), torch.full_like(W, 0.5))


def test_the_least_is_global_where_there_are_two():
    """f has two branches, with a jump of eta_hat from one to the other: w^2 / eta + f at both, by hand."""

    def f(eta):
        return eta.clamp(max=1) + 0.2 * (eta / (eta + 100))

    w = torch.linspace(0.05, 1.5, 60, dtype=torch.float64)
    eta = torch.logspace(-4, 10, 100_001, dtype=torch.float64)
    values = f(eta)
    least = torch.stack([((x * x / eta + values) / 2).min() for x in w])
    found = FromF(f)
    assert_close(found.omega(w), least, rtol=1e-6, atol=0)
    assert (found.eta_hat(w).diff() >= 0).all()


def test_dawsons_function():
    u = torch.cat([torch.zeros(1), torch.logspace(-12, 20, 200)]).double()
    x = (u / 2).sqrt().numpy()
    expected = np.where(x == 0, 1, dawsn(x) / np.where(x == 0, 1, x))
    assert_close(dawson_ratio(u), torch.tensor(expected), rtol=1e-13, atol=0)


@pytest.mark.parametrize("u", [1e-9, 1e-3, 0.4, 7.0, 900.0, 9999.0, 10001.0, 1e6])
def test_the_divergence_is_the_integral_of_dawsons_function(u):
    end = math.sqrt(u / 2)
    pieces = [x for x in (0, 1, 5, 25, 125, 625) if x < end] + [end]
    expected = sum(4 * quad(dawsn, a, b, epsabs=0, epsrel=1e-13)[0] for a, b in itertools.pairwise(pieces))
    assert twice_kl(torch.tensor(u, dtype=torch.float64)).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("u", [0.1, 1.0, 5.0, 30.0])
def test_the_divergence_is_that_of_the_definition(u):
    """E log|z + sqrt(u)| - E log|z|, with the singularity at an end of each piece."""

    def mean_log(m):
        parts = [
            quad(lambda v, side=side: math.log(v) * norm.pdf(side * v - m), 0, 40, points=[m], epsabs=1e-12, limit=200) for side in (1, -1)
        ]
        return sum(part for part, _ in parts)

    expected = 2 * (mean_log(math.sqrt(u)) - mean_log(0.0))
    assert twice_kl(torch.tensor(u, dtype=torch.float64)).item() == pytest.approx(expected, rel=1e-7)


def test_the_sigmoid_approximation_is_near_the_divergence():
    """KL and penalty within 0.01 of the exact ones, everywhere."""
    eta = torch.logspace(-6, 12, 500, dtype=torch.float64)
    assert (VarDropDual().f(eta) - ExactVarDropDual().f(eta)).abs().max() < 2 * 0.01
    w = torch.logspace(-4, 4, 200, dtype=torch.float64)
    assert (VarDropDual().omega(w) - ExactVarDropDual().omega(w)).abs().max() < 0.01


def test_variational_dropout_is_the_l1_penalty_near_zero_and_a_logarithm_far_out():
    near, far = torch.tensor([1e-6, 1e-4]).double(), torch.tensor([1e3, 1e4, 1e5]).double()
    assert_close(ExactVarDropDual().omega(near), near, rtol=1e-4, atol=0)
    assert_close(ExactVarDropDual().omega(far).diff(), far.log().diff(), rtol=1e-5, atol=0)


@pytest.mark.parametrize("shape", [(2 / 3, -0.1, 1.1), (0.5, -0.3, 1.2)])
@pytest.mark.parametrize("log_a", [-6.0, -0.5, 0.5, 4.0])
def test_the_moments_of_the_gate(shape, log_a):
    """Against integrals over the uniform variable, with the corners of the clipping as break points."""
    beta, gamma, zeta = shape

    def gate(u):
        return min(max(float(expit((math.log(u) - math.log1p(-u) + log_a) / beta)) * (zeta - gamma) + gamma, 0.0), 1.0)

    corners = [float(expit(beta * math.log((t - gamma) / (zeta - t)) - log_a)) for t in (0.0, 1.0)]
    mean, second = (quad(lambda u, k=k: gate(u) ** k, *corners, epsabs=1e-13)[0] + 1 - corners[1] for k in (1, 2))
    found = HardConcreteDual(1.0, *shape).moments(torch.tensor(log_a, dtype=torch.float64))
    assert found[0].item() == pytest.approx(mean, rel=1e-9)
    assert found[1].item() == pytest.approx(second - mean**2, rel=1e-7)


def test_the_variance_of_the_gate_keeps_its_digits_where_it_is_shut_or_open():
    """There it is proportional to a and to 1/a."""
    x = torch.tensor([-60.0, -40.0, 40.0, 60.0], dtype=torch.float64)
    _, variance = HardConcreteDual().moments(x)
    scaled = variance * x.abs().exp()
    assert_close(scaled[[0, 2]], scaled[[1, 3]], rtol=1e-9, atol=0)


def test_the_gate_opens_at_once():
    """eta_hat jumps to infinity, and Omega, without a jump, stays at half the cost of an open gate."""
    dual, w = HardConcreteDual(), torch.linspace(0.5, 0.6, 1001, dtype=torch.float64)
    eta, omega = dual.eta_hat(w), dual.omega(w)
    opened = eta > 1e30
    first = int(opened.nonzero()[0])
    assert w[first].item() == pytest.approx(0.5348, abs=2e-4)
    assert opened[first:].all()
    assert eta[first - 1].item() == pytest.approx(2.34, abs=0.03)
    assert_close(omega[first:], torch.full_like(omega[first:], 0.5))
    assert omega[first - 1].item() == pytest.approx(0.5, abs=1e-4)
