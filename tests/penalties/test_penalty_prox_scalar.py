"""Proximal maps of separable penalties against a dense-grid minimiser of their own objective."""

import math

import numpy as np
import penalty_oracles as oracle
import pytest
import torch

from suite.penalties import L0, L1, MCP, SCAD, CappedL1, LogSum, Lp, Ridge, TransformedL1, hard_threshold, soft_threshold


def draws(seed):
    """(penalty, step): random parameters and steps of every kind, steps beyond a-1, gamma, eps^2 and 2a among them."""
    rng = np.random.default_rng(seed)
    a, step = 10 ** rng.uniform(-2, 1.5), 10 ** rng.uniform(-3, 1.5)
    return [
        (L0(), step),
        (L1(), step),
        (Lp(1 / 2), step),
        (Lp(2 / 3), step),
        (TransformedL1(a), step),
        (SCAD(1 + a), step),
        (SCAD(1 + a), a * rng.uniform(1, 1.2)),
        (SCAD(1 + a), (a + 2) * rng.uniform(1, 3)),
        (MCP(a), step),
        (MCP(a), a * rng.uniform(0.9, 1.1)),
        (LogSum(a), step),
        (LogSum(a), a * a * rng.uniform(0.8, 1.2)),
        (LogSum(a), a * a * rng.uniform(5, 50)),
        (CappedL1(a), step),
        (CappedL1(a), 2 * a * rng.uniform(0.9, 1.1)),
        (Ridge(), step),
    ]


def weights(seed, step):
    rng = np.random.default_rng(100 + seed)
    reach = max(1.0, 3 * math.sqrt(step), 1.5 * step)
    widths = np.repeat([reach, 3 * math.sqrt(step), 0.1], [12, 10, 3])  # a jump from zero lies near sqrt(2 step)
    return torch.tensor(np.concatenate([[0.0], rng.uniform(-widths, widths)]))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("case", range(16))
def test_prox_is_the_minimiser_on_a_dense_grid(case, seed, dtype):
    penalty, step = draws(seed)[case]
    w = weights(seed, step).to(dtype)
    for x, found in zip(w.double().numpy(), penalty.prox(w, step).double().numpy(), strict=True):
        grid, least = oracle.best_scalar(penalty, x, step)
        size = max(abs(x), abs(grid))
        rounding = 8 * torch.finfo(dtype).eps * (size**2 + step * oracle.scalar(penalty, size))
        assert oracle.scalar_objective(penalty, x, step, found) <= least + rounding, (penalty, step, x, found, grid)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("case", range(16))
def test_prox_in_float32_is_the_exact_prox_of_a_weight_within_rounding(case, seed):
    """The map is monotone, so it must lie between the float64 maps of both neighbours; that holds at a jump and at any slope."""
    penalty, step = draws(seed)[case]
    w = weights(seed, step).float()
    exact = w.double()
    scale = exact.abs().clamp(min=min(1.0, step)) * 16 * torch.finfo(torch.float32).eps
    low, high = penalty.prox(exact - scale, step) - scale, penalty.prox(exact + scale, step) + scale
    z = penalty.prox(w, step).double()
    assert ((low <= z) & (z <= high)).all(), (penalty, step)


@pytest.mark.parametrize("penalty", oracle.ELEMENTWISE, ids=repr)
@pytest.mark.parametrize("step", [1e-3, 0.7, 40.0])
def test_prox_is_odd_and_monotone_and_shrinks(penalty, step):
    w = torch.linspace(0, 30, 4001, dtype=torch.float64)
    z = penalty.prox(w, step)
    assert torch.equal(penalty.prox(-w, step), -z)
    assert (z.diff() >= -1e-13).all()
    assert ((z >= 0) & (z <= w)).all()


@pytest.mark.parametrize("penalty", [p for p in oracle.ELEMENTWISE if p != Ridge()], ids=repr)
def test_a_large_enough_step_kills_everything(penalty):
    w = torch.randn(50, generator=torch.Generator().manual_seed(0))
    assert torch.equal(penalty.prox(w, 1e4).abs(), torch.zeros(50))


def test_other_powers_have_no_closed_form():
    with pytest.raises(NotImplementedError, match=r"\|w\|\^0.3 has no closed form"):
        Lp(0.3).prox(torch.ones(2), 1.0)
    with pytest.raises(NotImplementedError, match="with a floor has no closed form"):
        Lp(0.5, floor=0.1).prox(torch.ones(2), 1.0)


# (penalty, step, the tie, prox at the tie, prox just above it); every number below is exact in float32
TIES = [
    (L0(), 2.0, 2.0, 0.0, 2.0),
    (L1(), 0.5, 0.5, 0.0, 0.0),
    (Lp(1 / 2), 8.0, 6.0, 0.0, 4.0),
    (TransformedL1(1.0), 0.25, 0.5, 0.0, 0.0),  # step = a^2 / (2(a+1)), where both branches meet
    (TransformedL1(1.0), 0.125, 0.25, 0.0, 0.0),
    (TransformedL1(1.0), 1.0, 1.5, 0.0, 1.0),
    (SCAD(3.0), 3.0, 3.5, 0.5, 3.5),
    (SCAD(3.0), 4.0, 4.0, 0.0, 4.0),
    (SCAD(3.0), 9.0, 6.0, 0.0, 6.0),
    (MCP(2.0), 2.0, 2.0, 0.0, 2.0),
    (MCP(2.0), 8.0, 4.0, 0.0, 4.0),
    (CappedL1(1.0), 1.0, 1.5, 0.5, 1.5),
    (CappedL1(2.0), 4.0, 4.0, 0.0, 4.0),
    (CappedL1(2.0), 9.0, 6.0, 0.0, 6.0),
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("penalty", "step", "tie", "at", "above"), TIES, ids=lambda x: repr(x))
def test_ties_take_the_smaller_magnitude(penalty, step, tie, at, above, dtype):
    w = torch.tensor([tie, -tie], dtype=dtype)
    assert penalty.prox(w, step).tolist() == [at, -at]
    beyond = w * (1 + 4 * torch.finfo(dtype).eps)
    assert penalty.prox(beyond, step)[0].item() == pytest.approx(above, abs=60 * torch.finfo(dtype).eps ** 0.5 * (above == 0) + 1e-5)
    objectives = [oracle.scalar_objective(penalty, tie, step, z) for z in (at, above)]
    assert objectives[0] == pytest.approx(objectives[1], rel=1e-12)


@pytest.mark.parametrize(("step", "tie"), [(1.5, 2.0), (0.3, 2 * 0.2**0.75)])
def test_tie_of_the_two_thirds_power(step, tie):
    w = torch.tensor([tie * (1 - 1e-9), tie * (1 + 1e-9)], dtype=torch.float64)
    z = Lp(2 / 3).prox(w, step)
    assert z[0] == 0
    assert z[1].item() == pytest.approx(tie / 2, rel=1e-6)


@pytest.mark.parametrize("a", [0.01, 0.5, 1.0, 20.0])
@pytest.mark.parametrize("factor", [0.2, 0.9, 0.999, 1.0, 1.001, 1.1, 5.0])
def test_transformed_l1_agrees_with_its_printed_formula_in_both_branches(a, factor):
    """Ma et al. (2019), eq 29, 30 and 33, in float64 by loops, around step = a^2 / (2(a+1))."""
    step = factor * a**2 / (2 * (a + 1))
    t = step * (a + 1) / a if factor <= 1 else math.sqrt(2 * step * (a + 1)) - a / 2
    w = torch.linspace(0, 4 * t + 1e-3, 1001, dtype=torch.float64)
    for x, z in zip(w.tolist(), TransformedL1(a).prox(w, step).tolist(), strict=True):
        if abs(x - t) < 1e-12:
            continue
        expected = 0.0
        if x > t:
            phi = math.acos(max(-1.0, 1 - 27 * step * a * (a + 1) / (2 * (a + x) ** 3)))
            expected = 2 / 3 * (a + x) * math.cos(phi / 3) - 2 * a / 3 + x / 3
        assert z == pytest.approx(expected, abs=1e-7 * (a + x))  # near t the printed form loses half its digits in the arccos


def test_transformed_l1_tends_to_the_hard_and_soft_threshold():
    w = torch.linspace(-3, 3, 61, dtype=torch.float64) + 0.013
    assert torch.allclose(TransformedL1(1e-9).prox(w, 0.5), hard_threshold(w, 1.0), atol=1e-8)
    assert torch.allclose(TransformedL1(1e9).prox(w, 0.5), soft_threshold(w, 0.5), atol=1e-8)
    assert torch.allclose(TransformedL1(1e6).prox(w.float(), 0.5), soft_threshold(w.float(), 0.5), atol=2e-5)


@pytest.mark.parametrize("penalty", [SCAD(3.7), MCP(50.0)], ids=repr)
def test_scad_and_mcp_are_the_soft_threshold_near_zero_and_nothing_far_away(penalty):
    near = torch.tensor([0.1, -0.2, 0.25], dtype=torch.float64)
    assert torch.allclose(penalty.prox(near, 0.15), soft_threshold(near, 0.15), atol=1e-3)
    far = torch.tensor([50.0, -51.0, 1e6], dtype=torch.float64)
    assert torch.equal(penalty.prox(far, 0.15), far)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_ridge_divides_by_one_plus_the_step_and_leaves_no_zero(dtype):
    w = torch.tensor([-3.0, 0.0, 1e-8, 6.0], dtype=dtype)
    assert torch.equal(Ridge().prox(w, 2.0), w / 3)
    assert torch.equal(Ridge().prox(w, 1e9) == 0, w == 0)


def test_thresholds():
    w = torch.tensor([-2.0, -1.0, -0.5, 0.0, 1.0, 1.5])
    assert soft_threshold(w, 1).tolist() == [-1.0, 0.0, 0.0, 0.0, 0.0, 0.5]
    assert hard_threshold(w, 1).tolist() == [-2.0, 0.0, 0.0, 0.0, 0.0, 1.5]
    rows = torch.tensor([[3.0, -1.0], [3.0, -1.0]])
    assert soft_threshold(rows, torch.tensor([[0.5], [2.0]])).tolist() == [[2.5, -0.5], [1.0, 0.0]]
