"""Which composed maps are the proximal map of the sum, and which are not: the exact cases are in test_penalty_prox_groups."""

import penalty_oracles as oracle
import pytest
import torch

from suite.penalties import CGES, L0, L1, ExclusiveLasso, GroupLasso, IntegratedTL1, SparseGroup, TransformedL1

# (penalty, step, row): the composed map is worse than the numerical minimiser of the sum by far more than rounding
INEXACT = [
    (SparseGroup(L0(), GroupLasso()), 0.5, [1.1, 1.2, -0.2]),
    (CGES(0.5), 1.0, [1.5, -1.0, 0.4]),
    (CGES(0.5, exclusive="authors"), 0.2, [1.5, -1.0, 0.4]),
    (IntegratedTL1(0.5, 1.0), 0.5, [1.0, -0.9, 0.6]),
]


@pytest.mark.parametrize(("penalty", "step", "row"), INEXACT, ids=lambda x: repr(x))
def test_the_composed_map_is_not_the_prox_of_the_sum(penalty, step, row):
    z = penalty.prox(torch.tensor([row], dtype=torch.float64), step)[0].tolist()
    _, least = oracle.best_row(penalty, row, step)
    assert oracle.row_objective(penalty, row, step, z) > least + 1e-3


def test_neither_order_of_cges_is_exact():
    w, step, mu = torch.tensor([[1.5, -1.0, 0.4]], dtype=torch.float64), 1.0, 0.5
    group, exclusive = GroupLasso(scale_by_size=False), ExclusiveLasso()
    orders = [
        exclusive.prox(group.prox(w, step * (1 - mu)), step * mu),
        group.prox(exclusive.prox(w, step * mu), step * (1 - mu)),
    ]
    _, least = oracle.best_row(CGES(mu), w[0].tolist(), step)
    for z in orders:
        assert oracle.row_objective(CGES(mu), w[0].tolist(), step, z[0].tolist()) > least + 1e-3
    assert torch.equal(CGES(mu).prox(w, step), orders[0])


def test_the_order_of_sparse_group_matters():
    """Group before elementwise is not the prox of the sum even for L1."""
    w, penalty = torch.tensor([[2.0, -1.0, 0.3]], dtype=torch.float64), SparseGroup(L1(), GroupLasso())
    right, wrong = penalty.prox(w, 0.4), L1().prox(GroupLasso().prox(w, 0.4), 0.4)
    objectives = [oracle.row_objective(penalty, w[0].tolist(), 0.4, z[0].tolist()) for z in (right, wrong)]
    assert objectives[1] > objectives[0] + 1e-3


def test_integrated_tl1_applies_the_group_map_first():
    w = torch.randn(4, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    group, tl1 = GroupLasso(scale_by_size=False), TransformedL1(0.5)
    assert torch.equal(IntegratedTL1(0.25, 0.5).prox(w, 0.5), tl1.prox(group.prox(w, 0.375), 0.125))


@pytest.mark.parametrize("w", [torch.randn(4, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)])
def test_a_part_of_no_weight_is_left_out(w):
    group, tl1 = GroupLasso(scale_by_size=False), TransformedL1(0.5)
    assert torch.equal(IntegratedTL1(0.0, 0.5).prox(w, 0.4), group.prox(w, 0.4))
    assert torch.equal(IntegratedTL1(1.0, 0.5).prox(w, 0.4), tl1.prox(w, 0.4))
    assert torch.equal(CGES(0.0).prox(w, 0.4), group.prox(w, 0.4))
    assert torch.equal(CGES(1.0).prox(w, 0.4), ExclusiveLasso().prox(w, 0.4))


def test_sgl_kills_a_group_that_neither_part_kills():
    w = torch.tensor([[1.0, 1.0]])
    assert L1().prox(w, 0.55).all()
    assert GroupLasso().prox(w, 0.55).all()
    assert not SparseGroup(L1(), GroupLasso()).prox(w, 0.55).any()
