"""Reweighted ridge regression and adaptive dropout on random regression problems: the same iterates, and what they minimise."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from duality_cases import CASES
from sklearn.linear_model import Lasso
from torch.testing import assert_close

from suite.duality import (
    ARDDual,
    FromEtaHat,
    LogSumDual,
    LpDual,
    adaptive_dropout,
    dropout_loss,
    keep_level,
    normalised,
    reweighted_ridge,
    scale_of,
)
from suite.duality.linear import dropout, ridge

N, D, LAM = 60, 12, 0.05


@pytest.fixture(scope="module")
def problem():
    """Correlated features in unequal units, a sparse truth, noise."""
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(N, D, generator=generator, dtype=torch.float64)
    x = (x + 0.5 * x[:, :1]) * torch.linspace(0.2, 3, D)
    truth = torch.zeros(D, dtype=torch.float64)
    truth[[1, 4, 9]] = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)
    x_unit = normalised(x)
    return x, x_unit, x_unit @ truth + 0.1 * torch.randn(N, generator=generator, dtype=torch.float64)


START = torch.ones(D, dtype=torch.float64)
DUALS = [next(dual for dual in CASES if type(dual) is kind) for kind in dict.fromkeys(map(type, CASES))]
ALL = [*DUALS, "a strategy", "ard"]


def dual_on(which, x):
    """The dual pair itself, that of the keep level tanh |w|, or that of the features."""
    return {"a strategy": FromEtaHat(lambda r: scale_of(r.tanh(), LAM)), "ard": ARDDual(x, 0.1)}.get(which, which)


def test_columns_are_normalised(problem):
    assert_close(problem[1].square().mean(0), torch.ones(D, dtype=torch.float64))
    with pytest.raises(ValueError, match="column of zeros"):
        normalised(torch.zeros(3, 2))


@pytest.mark.parametrize("which", ALL, ids=str)
def test_both_take_the_same_steps(problem, which):
    _, x, y = problem
    first, second = (run(x, y, dual_on(which, x), LAM, START, 6) for run in (reweighted_ridge, adaptive_dropout))
    assert first.shape == (7, D)
    assert torch.equal(first[0], START)
    assert not torch.allclose(first[1], START, atol=0.1)
    assert_close(first, second, rtol=1e-9, atol=1e-12)


def test_without_normalised_columns_they_do_not(problem):
    x, _, y = problem
    first, second = (run(x, y, LogSumDual(2.0), LAM, START, 3)[-1] for run in (reweighted_ridge, adaptive_dropout))
    assert (first - second).abs().max() > 0.01


def test_each_step_is_the_least_of_its_objective(problem):
    """On columns of any size, by the gradient of the objectives as they are written."""
    x, _, y = problem
    eta = torch.logspace(-2, 2, D, dtype=torch.float64)
    w = ridge(x, y, eta, LAM).requires_grad_()
    ((y - x @ w).square().mean() + LAM * (w.square() / eta).sum()).backward()
    assert_close(w.grad, torch.zeros_like(w), rtol=0, atol=1e-12)
    v = dropout(x, y, keep_level(eta, LAM)).requires_grad_()
    dropout_loss(x, y, v, keep_level(eta, LAM)).backward()
    assert_close(v.grad, torch.zeros_like(v), rtol=0, atol=1e-12)


@pytest.mark.parametrize("masks", ["bernoulli", "gaussian"])
def test_the_dropout_loss_is_the_mean_over_masks(problem, masks):
    """Within five standard errors of a mean over 40,000 masks."""
    x, _, y = problem
    generator = torch.Generator().manual_seed(11)
    w, alpha = torch.linspace(-1, 1, D, dtype=torch.float64), torch.linspace(0.2, 0.95, D, dtype=torch.float64)
    if masks == "bernoulli":
        s = (torch.rand(40_000, D, generator=generator, dtype=torch.float64) < alpha) / alpha
    else:
        s = 1 + ((1 - alpha) / alpha).sqrt() * torch.randn(40_000, D, generator=generator, dtype=torch.float64)
    losses = (y - (s * w) @ x.T).square().mean(1)
    error = losses.std() / len(losses) ** 0.5
    assert (losses.mean() - dropout_loss(x, y, w, alpha)).abs() < 5 * error
    assert error < 0.02 * losses.mean()


@pytest.mark.parametrize("which", ALL, ids=str)
def test_they_descend_on_the_penalised_loss(problem, which):
    """||y - X w||^2 / n + 2 lam Omega(w), which the eta-trick majorises."""
    _, x, y = problem
    dual = dual_on(which, x)
    iterates = adaptive_dropout(x, y, dual, LAM, START, 8)
    objective = torch.stack([(y - x @ w).square().mean() + 2 * LAM * dual.value(w) for w in iterates])
    assert (objective.diff() <= 1e-12).all()
    assert objective[-1] < objective[0]


def test_with_the_l1_penalty_they_find_the_lasso(problem):
    _, x, y = problem
    found = adaptive_dropout(x, y, LpDual(1.0), LAM, START, 400)[-1]
    lasso = Lasso(alpha=LAM, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(x.numpy(), y.numpy())
    np.testing.assert_allclose(found.numpy(), lasso.coef_, atol=1e-6)
    assert 0 < (lasso.coef_ == 0).sum() < D


def test_a_weight_that_is_zero_stays_there(problem):
    _, x, y = problem
    start = START.clone()
    start[3] = 0
    for run in (reweighted_ridge, adaptive_dropout):
        iterates = run(x, y, LogSumDual(0.1), LAM, start, 5)
        assert iterates.isfinite().all()
        assert iterates[:, 3].abs().max() < 1e-30
