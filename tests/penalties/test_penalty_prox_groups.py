"""Proximal maps of vectors and groups against a multi-start numerical minimiser, row by row."""

from functools import cache

import numpy as np
import penalty_oracles as oracle
import pytest
import torch

from suite.penalties import CGES, ExclusiveLasso, GroupLasso, L1MinusL2, cges_authors_exclusive_map, grouped
from suite.penalties.base import soft_threshold

STEPS = [0.01, 0.2, 1.0, 6.0]


@cache
def best_row(penalty, step, *row):
    """`oracle.best_row`, found once for both precisions where the row is one of single precision."""
    return oracle.best_row(penalty, np.array(row), step)


def rows(seed):
    """Rows of scale 0.1, 1 and 3, one with zeros and equal magnitudes, one zero."""
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((5, 3)) * np.array([[0.1], [1.0], [3.0], [1.0], [0.0]])
    w[3] = [0.7, -0.7, 0.0]
    return w


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("penalty", oracle.EXACT_GROUPED, ids=repr)
def test_prox_of_groups_is_the_minimiser(penalty, step, dtype):
    w = torch.tensor(rows(7), dtype=torch.float32).to(dtype)
    z = penalty.prox(w, step)
    for x, found in zip(w.double().numpy(), z.double().numpy(), strict=True):
        argmin, least = best_row(penalty, step, *x)
        size = np.abs(x).sum() ** 2 + step * oracle.row_value(penalty, x)
        assert oracle.row_objective(penalty, x, step, found) <= least + 8 * torch.finfo(dtype).eps * size, (x, found, argmin)
        if "TL1" not in repr(penalty):  # convex: 1/2 ||z - argmin||^2 is at most the excess of the objective, so the argmin is known
            assert np.abs(found - argmin).max() <= 4 * np.sqrt(torch.finfo(torch.float64).eps * (size + 1)) + 4e-7 * size


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("penalty", [*oracle.VECTOR, L1MinusL2(0.3)], ids=repr)
def test_prox_of_l1_minus_l2_is_the_minimiser(penalty, step, dtype):
    rng = np.random.default_rng(11)
    for scale in (0.3, 1.0, 4.0):
        w = torch.tensor(scale * rng.standard_normal(4), dtype=torch.float32).to(dtype)
        w[1] = 0
        x, found = w.double().numpy(), penalty.prox(w, step).double().numpy()
        _, least = best_row(penalty, step, *x)
        size = np.abs(x).sum() ** 2 + step * np.abs(x).sum()
        assert oracle.row_objective(penalty, x, step, found) <= least + 8 * torch.finfo(dtype).eps * size


# (alpha, step, w, prox) of Lou and Yan (2018), Lemma 1, by hand
CASES = [
    (0.5, 1.0, [4.0, -5.0, 0.5], [3 * 1.1, -4 * 1.1, 0.0]),  # M > step: z = (3, -4, 0), norm 5
    (0.5, 1.0, [0.75, -0.25], [0.25, 0.0]),  # (1 - alpha) step < M < step
    (0.5, 1.0, [-0.75, 0.75], [-0.25, 0.0]),  # two largest: the first
    (0.5, 1.0, [1.0, -1.0, 0.5], [0.5, 0.0, 0.0]),  # M = step: norm alpha step, one-sparse
    (0.5, 1.0, [0.5, -0.5], [0.0, 0.0]),  # M = (1 - alpha) step
    (0.5, 1.0, [0.25, 0.0], [0.0, 0.0]),
    (1.0, 1e6, [0.25, -2.0], [0.0, -2.0]),  # alpha = 1: the last weight stays, whatever the step
    (1.0, 1.0, [0.0, 0.0], [0.0, 0.0]),
    (0.0, 1.0, [3.0, -0.5], [2.0, 0.0]),
]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("alpha", "step", "w", "expected"), CASES)
def test_cases_and_ties_of_l1_minus_l2(alpha, step, w, expected, dtype):
    penalty = L1MinusL2(alpha)
    found = penalty.prox(torch.tensor(w, dtype=dtype), step)
    assert found.tolist() == pytest.approx(expected, rel=1e-6)
    _, least = oracle.best_row(penalty, w, step)
    assert oracle.row_objective(penalty, w, step, expected) <= least + 1e-8


def test_l1_minus_l2_ties_are_broken_by_index_not_by_memory_format():
    w = torch.full((2, 3, 2, 2), 0.5).to(memory_format=torch.channels_last)
    w[0, 0, 0, 0] = 0.1
    z = L1MinusL2(1.0).prox(w, 2.0)
    assert z.is_contiguous(memory_format=torch.channels_last)
    assert z.nonzero().tolist() == [[0, 0, 0, 1]]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("power", [1, 6])
@pytest.mark.parametrize("step", [1e-6, 1e-2, 1.0, 1e3])
@pytest.mark.parametrize("threshold", [grouped._threshold_by_newton, grouped._threshold_by_sorting])
def test_exclusive_prox_is_the_one_by_sorting(threshold, step, power, dtype):
    """Large groups, heavy tails, equal magnitudes: tau = max_k (u_1 + ... + u_k) / (1/step + k), by a sort in float64."""
    w = torch.randn(40, 300, generator=torch.Generator().manual_seed(power), dtype=torch.float64)
    w = (w.abs() ** power * w.sign()).to(dtype)
    w[0], w[1], w[2, 5:] = 0, 0.25, 0
    u = w.double().abs().sort(dim=1, descending=True).values
    tau = (u.cumsum(1) / (1 / step + torch.arange(1, 301, dtype=torch.float64))).amax(1, keepdim=True)
    expected = w.double().sign() * (w.double().abs() - tau).clamp(min=0)
    found = soft_threshold(w, threshold(w.abs(), step))
    assert torch.allclose(found.double(), expected, rtol=0, atol=(8 * torch.finfo(dtype).eps * u.max()).item())
    assert torch.equal(ExclusiveLasso().prox(w, step), soft_threshold(w, grouped._threshold_by_newton(w.abs(), step)))


def test_prox_of_a_transposed_view_is_that_of_its_copy():
    w = torch.randn(6, 4, generator=torch.Generator().manual_seed(2), dtype=torch.float64).t()
    for penalty in oracle.GROUPED:
        assert torch.allclose(penalty.prox(w, 0.3), penalty.prox(w.contiguous(), 0.3), rtol=1e-13, atol=0)


def test_groups_die_at_the_tie():
    w = torch.tensor([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])
    assert GroupLasso(scale_by_size=False).prox(w, 5.0).tolist() == [[0, 0], [0, 0], [0, 0]]
    assert torch.allclose(GroupLasso(scale_by_size=False).prox(w, 1.0)[0], torch.tensor([2.4, 3.2]))
    assert torch.allclose(GroupLasso().prox(w, 1 / 2**0.5)[0], torch.tensor([2.4, 3.2]))


def test_the_authors_exclusive_map_is_another_map():
    """Theirs subtracts step ||w_g||_1 of the row before the step, so it is stronger and misses the minimiser."""
    w = torch.tensor([[1.0, -0.5, 0.0]], dtype=torch.float64)
    theirs, exact = cges_authors_exclusive_map(w, 0.2), ExclusiveLasso().prox(w, 0.2)
    assert theirs[0].tolist() == pytest.approx([0.7, -0.2, 0.0])
    assert exact[0].tolist() == pytest.approx([1 - 0.3 / 1.4, -0.5 + 0.3 / 1.4, 0.0])
    objectives = [oracle.row_objective(ExclusiveLasso(), w[0].tolist(), 0.2, z[0].tolist()) for z in (theirs, exact)]
    assert objectives[0] > objectives[1] + 1e-3
    assert torch.equal(CGES(1.0, exclusive="authors").prox(w, 0.2), theirs)
    assert torch.equal(CGES(1.0).prox(w, 0.2), exact)
