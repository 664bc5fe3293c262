"""What the methods compute with in every step, beside the pair that it belongs to."""

from __future__ import annotations

import math

import pytest
import torch
from torch.testing import assert_close

from suite.duality import HardConcreteDual, LogSumDual, VarDropDual, approximate_kl
from suite.methods import method

ETA = torch.logspace(-6, 4, 41, dtype=torch.float64)


def test_the_f_that_the_eta_trick_trains_with_is_that_of_log_sum_with_its_constant():
    assert_close(LogSumDual(0.7).uncentred_f(ETA), LogSumDual(0.7).f(ETA) + 2 * math.log(0.7), rtol=1e-12, atol=1e-12)


def test_the_authors_f_has_its_last_term_twice():
    pair, root = LogSumDual(0.7), (0.49 + 4 * ETA).sqrt()
    assert_close(pair.uncentred_f(ETA) - pair.uncentred_f(ETA, last=2.0), (root - 0.7) ** 2 / (4 * ETA), rtol=1e-6, atol=1e-12)


def test_eta_by_its_formula_is_zero_at_a_zero_weight_and_has_a_gradient():
    w = torch.tensor([0.0, -1e-30, 2.0], requires_grad=True)
    eta = LogSumDual(1.0).eta_at(w)
    assert eta.tolist() == pytest.approx([0.0, 1e-30, 6.0])
    (gradient,) = torch.autograd.grad(eta.sum(), w)
    assert gradient.tolist() == pytest.approx([0.0, -1.0, 5.0])


@pytest.mark.parametrize("lam", [1.0, 3.0])
def test_the_divergence_that_is_trained_with_is_the_f_of_its_pair(lam):
    assert approximate_kl(-ETA.log()).item() == pytest.approx(lam / 2 * VarDropDual(lam).f(ETA).sum().item(), rel=1e-9)


def test_the_gate_of_the_pair_is_open_as_its_samples_are():
    generator = torch.Generator().manual_seed(0)
    u = torch.rand(200_000, generator=generator, dtype=torch.float64)
    gate, log_a = HardConcreteDual(), 0.4
    s = ((torch.logit(u) + log_a) / gate.beta).sigmoid() * (gate.zeta - gate.gamma) + gate.gamma
    assert gate.open(torch.tensor(log_a)).item() == pytest.approx((s > 0).double().mean().item(), abs=4e-3)


@pytest.mark.parametrize(
    ("name", "options"), [("log_sum", {"eps": 0.3}), ("eta_trick", {"eps": 0.3}), ("ada_prox", {}), ("ada_tikhonov", {})]
)
def test_adaptive_methods_compute_with_the_pair(name, options, monkeypatch):
    asked = []
    monkeypatch.setattr(LogSumDual, "eta_at", lambda pair, w: asked.append(pair.eps) or w)
    chosen = method(name, **options)
    chosen.eta(torch.ones(1))
    assert asked == [options.get("eps", 2.0)]
