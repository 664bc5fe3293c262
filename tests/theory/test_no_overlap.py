"""Closed forms against networks sampled in NumPy, against autograd, and at the weights where something is undefined."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from suite.theory import BinarizedNoOverlap, ReLUNoOverlap, plane

NETWORKS = [BinarizedNoOverlap, ReLUNoOverlap]
SIZES = {"k = 3, d = 4": (3, 4, 2_000_000), "k = 20, d = 50": (20, 50, 40_000)}


def sample(k: int, d: int, w: np.ndarray, star: np.ndarray, m: int) -> dict[type, tuple[np.ndarray, np.ndarray]]:
    """Mean and standard error of the sample loss and the d entries of the sample coarse gradient, for both networks, (weights, 1 + d)."""
    rng = np.random.default_rng(7)
    sums = {network: np.zeros((2, len(w), 1 + d)) for network in NETWORKS}
    block = 4_000_000 // (k * d)
    for start in range(0, m, block):
        z = rng.standard_normal((min(block, m - start), k, d))
        teacher = z @ star
        for row, weight in enumerate(w):
            x = z @ weight
            active = np.einsum("mk,mkd->md", x > 0, z)
            gap = (x > 0).sum(1) - (teacher > 0).sum(1)
            binarized = np.column_stack([gap**2 / 2, gap[:, None] * active])
            gap = (np.maximum(x, 0).sum(1) - np.maximum(teacher, 0).sum(1)) / k
            relu = np.column_stack([gap**2, 2 * gap[:, None] * active / k])
            for network, values in ((BinarizedNoOverlap, binarized), (ReLUNoOverlap, relu)):
                sums[network][:, row] += values.sum(0), (values**2).sum(0)
    means = {network: first / m for network, (first, _) in sums.items()}
    return {n: (means[n], np.sqrt((second / m - means[n] ** 2) / (m - 1))) for n, (_, second) in sums.items()}


@pytest.fixture(scope="module", params=SIZES)
def sampled(request):
    k, d, m = SIZES[request.param]
    star = np.linspace(1, 2, d) * (-1.0) ** np.arange(d)
    star /= np.linalg.norm(star)
    other = np.cos(np.arange(d))
    w = np.stack([other, star + 0.1 * other, 0.7 * other - star, 2 * star, -0.5 * star, 0 * star])
    return k, torch.tensor(w), torch.tensor(star), sample(k, d, w, star, m)


@pytest.mark.parametrize("network", NETWORKS)
def test_loss_and_coarse_gradient_are_those_of_sampled_networks(sampled, network):
    """At acute and obtuse angles, on the teacher's line on both sides, and at zero; five standard errors."""
    k, w, star, estimates = sampled
    mean, error = (torch.tensor(x) for x in estimates[network])
    exact = torch.column_stack([network(k).loss(w, star), network(k).coarse_gradient(w, star)])
    assert ((exact - mean).abs() <= 5 * error + 1e-12).all()
    assert (error[0] > 0).all()


def test_slope_multiplies_the_coarse_gradient_only(draw):
    w, star, plain, steep = draw(3, 6), draw(6), BinarizedNoOverlap(4), BinarizedNoOverlap(4, slope=0.25)
    assert_close(steep.coarse_gradient(w, star), plain.coarse_gradient(w, star) / 4)
    assert_close(steep.loss(w, star), plain.loss(w, star))
    assert_close(steep.gradient(w, star), plain.gradient(w, star))


@pytest.mark.parametrize("network", [BinarizedNoOverlap(1), BinarizedNoOverlap(20), ReLUNoOverlap(1), ReLUNoOverlap(20)])
def test_gradient_is_that_of_the_loss(draw, network):
    w, star = (draw(30, 7) * torch.linspace(0.1, 3, 30)[:, None]).requires_grad_(), draw(7)
    torch.autograd.gradcheck(lambda x: network.loss(x, star), w[:3].detach().requires_grad_())
    (expected,) = torch.autograd.grad(network.loss(w, star).sum(), w)
    assert_close(network.gradient(w.detach(), star), expected, rtol=1e-10, atol=1e-12)


def test_coarse_and_true_gradient_agree_as_in_lemma_1(draw):
    """Their inner product is k^2 sin(theta) / (2 (2 pi)^{3/2} ||w||) (Yin et al. 2019)."""
    w, star, network = 3 * draw(50, 5), draw(5), BinarizedNoOverlap(6)
    sine = torch.sin(torch.acos(w @ star / 3))
    product = (network.gradient(w, star) * network.coarse_gradient(w, star)).sum(-1)
    assert_close(product, 36 * sine / (2 * (2 * math.pi) ** 1.5 * 3))


def test_relu_loss_is_the_formula_of_brutzkus_and_globerson(draw):
    k, w, star = 5, 1.7 * draw(20, 6), draw(6)
    theta = torch.acos(w @ star / 1.7)
    b = (k * k - k) / (2 * math.pi)
    g = 1.7 * (theta.sin() + (math.pi - theta) * theta.cos()) / (2 * math.pi)
    assert_close(ReLUNoOverlap(k).loss(w, star), ((b + k / 2) * (1.7**2 + 1) - 2 * k * g - 2 * b * 1.7) / k**2)


@pytest.mark.parametrize("network", NETWORKS)
def test_weights_and_teachers_broadcast(draw, network):
    w, stars = draw(2, 3, 5), draw(3, 5)
    loss, gradients = network(4).loss(w, stars), [network(4).gradient(w, stars), network(4).coarse_gradient(w, stars)]
    assert loss.shape == (2, 3)
    for i, j in np.ndindex(2, 3):
        assert_close(loss[i, j], network(4).loss(w[i, j], stars[j]))
        assert_close(gradients[0][i, j], network(4).gradient(w[i, j], stars[j]))
        assert_close(gradients[1][i, j], network(4).coarse_gradient(w[i, j], stars[j]))
    single = network(4).coarse_gradient(w.float(), stars.float())
    assert single.dtype == torch.float32
    assert_close(single.double(), gradients[1], rtol=1e-4, atol=1e-5)


def test_binarized_loss_and_gradient_where_the_gradient_is_undefined(draw):
    star, network = draw(9), BinarizedNoOverlap(20)
    w = torch.stack([3 * star, -0.2 * star, 0 * star])
    assert_close(network.loss(w, star), torch.tensor([0, 10, 20 * 21 / 8], dtype=torch.float64))
    assert torch.equal(network.gradient(w, star), torch.zeros_like(w))
    assert torch.equal(network.coarse_gradient(w, star)[2], torch.zeros_like(star))


def test_relu_at_zero_and_at_its_critical_points(draw):
    """Zero where every sample's gradient is; zero at the teacher and at the point opposite to it (Brutzkus and Globerson 2017)."""
    star, k = draw(9), 20
    w = torch.stack([0 * star, star, -(k * k - k) / (k * k + (math.pi - 1) * k) * star])
    assert_close(ReLUNoOverlap(k).gradient(w, star), torch.zeros_like(w), rtol=0, atol=1e-15)
    assert torch.equal(ReLUNoOverlap(k).gradient(w, star)[0], torch.zeros_like(star))
    assert not torch.equal(ReLUNoOverlap(k).gradient(-star, star), torch.zeros_like(star))


@pytest.mark.parametrize("angle", [1e-12, 1e-6, 1.0, math.pi - 1e-6])
def test_angle_keeps_its_digits_near_the_ends(draw, angle):
    """The arccosine of the inner product would lose them."""
    star = draw(6)
    other = torch.nn.functional.normalize(torch.linalg.cross(star[:3], star[3:]), dim=0)
    star, across = torch.cat([star[:3] / star[:3].norm(), 0 * other]), torch.cat([0 * other, other])
    found = plane(2 * (math.cos(angle) * star + math.sin(angle) * across), star)
    assert_close(found.angle, torch.tensor(angle, dtype=torch.float64), rtol=1e-9, atol=1e-15)
    assert_close(found.norm, torch.tensor(2.0, dtype=torch.float64))
    assert_close(found.distance, torch.tensor(math.sqrt(5 - 4 * math.cos(angle)), dtype=torch.float64))
    assert_close(BinarizedNoOverlap(4).loss(star + 0.5 * across, star), torch.tensor(2 / math.pi * math.atan(0.5), dtype=torch.float64))


def test_the_angle_of_no_direction_is_nan(draw):
    assert plane(torch.zeros(5, dtype=torch.float64), draw(5)).angle.isnan()
    assert BinarizedNoOverlap(3).loss(torch.full((5,), math.nan, dtype=torch.float64), draw(5)).isnan()


@pytest.mark.parametrize("build", [lambda: ReLUNoOverlap(0), lambda: BinarizedNoOverlap(2.5), lambda: BinarizedNoOverlap(3, slope=0)])
def test_networks_that_do_not_exist_are_refused(build):
    with pytest.raises(ValueError, match="positive"):
        build()


@pytest.mark.parametrize("star", [torch.ones(3), torch.tensor([1, 0, 0]), torch.full((3,), math.nan)])
def test_teachers_without_norm_1_are_refused(star):
    with pytest.raises(ValueError, match="w_star"):
        ReLUNoOverlap(2).loss(torch.ones(3), star)
