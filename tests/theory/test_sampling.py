"""Empirical losses and coarse gradients against one sample at a time, and against what they estimate."""

from __future__ import annotations

import pytest
import torch
from torch.testing import assert_close

from suite.theory import BinarizedNoOverlap, ReLUNoOverlap, empirical_coarse_gradient, empirical_loss, samples, sampling

NETWORKS = [BinarizedNoOverlap(3), BinarizedNoOverlap(3, slope=0.5), ReLUNoOverlap(3)]


def seeded(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def one_by_one(network, w: torch.Tensor, star: torch.Tensor, m: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean sample loss and coarse gradient of one weight, from the definitions."""
    loss, gradient = torch.zeros((), dtype=torch.float64), torch.zeros_like(w)
    for block in samples(m, network.k, len(w), seeded(), w.dtype):
        for z in block:
            sigma = (lambda x: (x > 0).double()) if isinstance(network, BinarizedNoOverlap) else torch.relu
            gap = sum(sigma(row @ w) - sigma(row @ star) for row in z)
            if isinstance(network, BinarizedNoOverlap):
                loss += gap**2 / 2
                gradient += network.slope * gap * sum(row for row in z if row @ w > 0)
            else:
                loss += (gap / network.k) ** 2
                gradient += 2 * gap / network.k**2 * sum(row for row in z if row @ w > 0)
    return loss / m, gradient / m


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("block", [2**21, 40])
def test_the_mean_over_samples(draw, monkeypatch, network, block):
    """Also in blocks of a few samples and of few weights, of which neither divides the whole."""
    monkeypatch.setattr(sampling, "BLOCK", block)
    w, stars = draw(2, 5, 4), draw(5, 4)
    loss = empirical_loss(network, w, stars, 50, seeded())
    gradient = empirical_coarse_gradient(network, w, stars, 50, seeded())
    for i, j in ((0, 0), (1, 4)):
        expected = one_by_one(network, w[i, j], stars[j], 50)
        assert_close(loss[i, j], expected[0])
        assert_close(gradient[i, j], expected[1])


def test_the_coarse_gradient_of_the_relu_is_that_of_its_empirical_loss(draw):
    w, star, network = draw(2, 4).requires_grad_(), draw(4), ReLUNoOverlap(3)
    z = torch.cat(list(samples(200, 3, 4, seeded(), torch.float64)))
    gap = (torch.relu(z @ w.T).sum(1) - torch.relu(z @ star).sum(1, keepdim=True)) / 3
    (expected,) = torch.autograd.grad(gap.square().mean(0).sum(), w)
    assert_close(empirical_coarse_gradient(network, w.detach(), star, 200, seeded()), expected)


@pytest.mark.parametrize("network", NETWORKS)
def test_they_estimate_the_population(draw, network):
    """Thirty independent estimates: their mean lies within five of its standard errors."""
    w, star, m = 1.3 * draw(2, 4), draw(4), 10_000
    estimates = [
        torch.column_stack([empirical_loss(network, w, star, m, seeded(s)), empirical_coarse_gradient(network, w, star, m, seeded(s))])
        for s in range(30)
    ]
    stacked = torch.stack(estimates)
    exact = torch.column_stack([network.loss(w, star), network.coarse_gradient(w, star)])
    assert ((stacked.mean(0) - exact).abs() <= 5 * stacked.std(0) / 30**0.5).all()


def test_samples_come_in_blocks_of_one_stream(monkeypatch):
    monkeypatch.setattr(sampling, "BLOCK", 64)
    blocks = list(samples(10, 2, 8, seeded(), torch.float32))
    assert [tuple(block.shape) for block in blocks] == [(4, 2, 8), (4, 2, 8), (2, 2, 8)]
    assert not torch.equal(blocks[0], blocks[1])
    assert blocks[0].dtype == torch.float32
    with pytest.raises(ValueError, match="m must be positive"):
        next(samples(0, 2, 8, seeded(), torch.float32))


def test_single_precision_in_and_out(draw):
    w, star = draw(2, 4).float(), draw(4).float()
    loss, gradient = (
        empirical_loss(ReLUNoOverlap(3), w, star, 1000, seeded()),
        empirical_coarse_gradient(ReLUNoOverlap(3), w, star, 1000, seeded()),
    )
    assert (loss.dtype, gradient.dtype, gradient.shape) == (torch.float32, torch.float32, w.shape)
