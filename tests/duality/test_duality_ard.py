"""Automatic relevance determination against minimisation over all scales at once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from torch.testing import assert_close

from suite.duality import ARDDual

GENERATOR = torch.Generator().manual_seed(7)
X = torch.randn(3, 5, generator=GENERATOR, dtype=torch.float64)
WEIGHTS = [torch.randn(5, generator=GENERATOR, dtype=torch.float64) * scale for scale in (0.01, 1.0, 30.0)]
DUAL = ARDDual(X, 0.3)


def objective(log_eta: np.ndarray, w: np.ndarray) -> float:
    covariance = np.eye(3) + X.numpy() @ np.diag(np.exp(log_eta)) @ X.numpy().T / 0.3
    return float((w**2 * np.exp(-log_eta)).sum() + np.linalg.slogdet(covariance)[1]) / 2


@pytest.mark.parametrize("w", WEIGHTS, ids=["small", "unit", "large"])
def test_it_is_the_least_over_all_scales_from_any_start(w):
    for start in (-6.0, 0.0, 6.0):
        found = minimize(objective, np.full(5, start), args=(w.numpy(),), method="BFGS", options={"gtol": 1e-7})
        assert DUAL.value(w).item() == pytest.approx(found.fun, rel=1e-7)
        assert_close(DUAL.eta_hat(w).log(), torch.tensor(found.x), rtol=1e-3, atol=1e-3)
    eta = DUAL.eta_hat(w)
    assert_close(((w.square() / eta).sum() + DUAL.f(eta)) / 2, DUAL.value(w))


def test_one_weight_against_a_dense_grid():
    """f = log(1 + c eta), c = ||x||^2 / tau."""
    dual, eta = ARDDual(X[:, :1], 0.3), torch.logspace(-14, 14, 60_001, dtype=torch.float64)
    c = X[:, 0].square().sum() / 0.3
    assert_close(dual.f(torch.tensor([2.5], dtype=torch.float64)), torch.log(1 + 2.5 * c))
    for w in (1e-3, 0.4, 20.0):
        least = ((w**2 / eta + torch.log1p(c * eta)) / 2).min()
        assert_close(dual.value(torch.tensor([w], dtype=torch.float64)), least, rtol=1e-6, atol=0)


def test_its_gradient_is_w_over_eta_hat():
    w = WEIGHTS[1].clone().requires_grad_()
    DUAL.value(w).backward()
    assert_close(w.grad, w.detach() / DUAL.eta_hat(w))
    steps = 1e-5 * torch.eye(5, dtype=torch.float64)
    differences = torch.stack([DUAL.value(WEIGHTS[1] + step) - DUAL.value(WEIGHTS[1] - step) for step in steps]) / 2e-5
    assert_close(differences, w.grad, rtol=1e-6, atol=1e-8)


def test_it_is_concave_in_the_squares():
    ends = torch.rand(20, 2, 5, generator=GENERATOR, dtype=torch.float64) * 4
    for a, b in ends:
        middle = DUAL.value(((a + b) / 2).sqrt())
        assert middle >= (DUAL.value(a.sqrt()) + DUAL.value(b.sqrt())) / 2


def test_its_scales_do_not_fall_with_their_weight():
    w = WEIGHTS[1].repeat(30, 1)
    w[:, 2] = torch.linspace(0, 4, 30)
    assert (DUAL.eta_hat(w)[:, 2].diff() > 0).all()


def test_vectors_in_a_batch_are_apart():
    w = torch.stack(WEIGHTS)
    assert_close(DUAL.eta_hat(w), torch.stack([DUAL.eta_hat(x) for x in WEIGHTS]))
    assert_close(DUAL.value(w), torch.stack([DUAL.value(x) for x in WEIGHTS]).sum())
    assert DUAL.f(w.abs()).shape == (3,)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_zero_weights_give_no_nan(dtype):
    w = torch.tensor([0.0, 1.0, 0.0, -0.3, 0.0], dtype=dtype, requires_grad=True)
    value = DUAL.value(w)
    value.backward()
    assert value.dtype == dtype
    assert w.grad.isfinite().all()
    assert (w.grad[[0, 2, 4]] == 0).all()
    assert DUAL.value(torch.zeros(5, dtype=dtype)).item() == pytest.approx(0, abs=1e-30)
    assert DUAL.f(torch.zeros(5, dtype=dtype)).item() == pytest.approx(0, abs=1e-30)


def test_single_and_double_precision_agree():
    w = WEIGHTS[1].float()
    assert_close(DUAL.value(w).double(), DUAL.value(w.double()), rtol=1e-4, atol=0)
    assert_close(DUAL.eta_hat(w).double(), DUAL.eta_hat(w.double()), rtol=1e-4, atol=0)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="last dimension must be 5"):
        DUAL.value(torch.ones(4))
    with pytest.raises(ValueError, match="x must be a matrix"):
        ARDDual(torch.ones(3), 1.0)
    with pytest.raises(ValueError, match="tau must be positive"):
        ARDDual(X, 0.0)
