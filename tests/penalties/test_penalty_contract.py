"""What every penalty keeps: shape, dtype, memory format; no NaN at any step; one-line errors."""

import dataclasses
import math

import penalty_oracles as oracle
import pytest
import torch

from suite.penalties import (
    CGES,
    L0,
    L1,
    MCP,
    SCAD,
    CappedL1,
    ExclusiveLasso,
    GroupLasso,
    IntegratedTL1,
    L1MinusL2,
    LogSum,
    Lp,
    SparseGroup,
    TransformedL1,
    cges_authors_exclusive_map,
)

ANY_SHAPE = [*oracle.ELEMENTWISE, *oracle.VECTOR]


@pytest.mark.parametrize("penalty", oracle.EVERY, ids=repr)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_prox_keeps_dtype_and_strides_and_its_argument(penalty, dtype):
    w = torch.randn(6, 4, generator=torch.Generator().manual_seed(0), dtype=dtype)
    before = w.clone()
    for view in (w, w.t()):
        z = penalty.prox(view, 0.1)
        assert (z.shape, z.dtype, z.stride()) == (view.shape, dtype, view.stride())
        assert z.data_ptr() != w.data_ptr()
    assert torch.equal(w, before)


@pytest.mark.parametrize("penalty", ANY_SHAPE, ids=repr)
@pytest.mark.parametrize("step", [0.1, 10.0])
def test_prox_keeps_the_memory_format(penalty, step):
    plain = torch.randn(5, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    last = plain.to(memory_format=torch.channels_last)
    z = penalty.prox(last, step)
    assert z.is_contiguous(memory_format=torch.channels_last)
    assert penalty.prox(plain, step).is_contiguous()
    assert torch.allclose(z, penalty.prox(plain, step), rtol=1e-5)


@pytest.mark.parametrize("penalty", oracle.EVERY, ids=repr)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("step", [5e-324, 1e-300, 1e-45, 1e-20, 1e-8, 1.0, 1e8, 1e20, 3e38, 1e300])
def test_prox_is_never_nan(penalty, dtype, step):
    scales = torch.tensor([[0.0], [1e-40], [1e-25], [1e-12], [1.0], [1e12]], dtype=dtype)
    w = scales * torch.tensor([[1.0, -0.5, 0.0, 3.0]], dtype=dtype)
    for x in (w, torch.zeros_like(w)):
        z = penalty.prox(x, step)
        assert z.isfinite().all()
        assert (z.abs() <= x.abs() * (1 + 1e-6)).all()
        assert not z[x == 0].any()


@pytest.mark.parametrize("penalty", oracle.EVERY, ids=repr)
def test_a_tiny_step_changes_nothing_much_and_zero_stays_zero(penalty):
    w = torch.tensor([[1.0, -2.0, 0.0], [0.0, 0.0, 0.0], [3.0, 0.5, -0.5]])
    z = penalty.prox(w, 1e-12)
    assert torch.allclose(z, w, atol=1e-6)
    assert torch.equal(z == 0, w == 0)


@pytest.mark.parametrize("penalty", [p for p in oracle.EVERY if p != L1MinusL2(1.0)], ids=repr)
def test_a_huge_step_kills_everything(penalty):
    w = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    assert penalty.prox(w, 1e12).abs().max() <= 1e-11  # the exclusive lasso divides by 1 + step, as the ridge does, and never reaches zero


@pytest.mark.parametrize("penalty", oracle.EVERY, ids=repr)
def test_a_diverged_weight_is_not_hidden(penalty):
    w = torch.tensor([[1.0, math.nan], [1.0, 2.0]])
    assert penalty.prox(w, 0.1).isnan().any()
    assert isinstance(penalty, L0) or penalty.value(w).isnan()


@pytest.mark.parametrize("penalty", oracle.EVERY, ids=repr)
@pytest.mark.parametrize("step", [0.0, -1.0, math.inf, math.nan])
def test_bad_steps(penalty, step):
    with pytest.raises(ValueError, match="step must be positive and finite"):
        penalty.prox(torch.ones(2, 2), step)


def test_a_step_may_be_a_tensor():
    w = torch.tensor([1.0, -0.25])
    assert torch.equal(L1().prox(w, torch.tensor(0.5)), L1().prox(w, 0.5))


@pytest.mark.parametrize("penalty", oracle.GROUPED, ids=repr)
def test_grouped_penalties_want_a_matrix(penalty):
    for call in (penalty.value, lambda w: penalty.prox(w, 1.0)):
        with pytest.raises(ValueError, match=rf"{type(penalty).__name__} needs a matrix .* shape \(2, 2, 2\)"):
            call(torch.ones(2, 2, 2))


BAD = [
    (lambda: Lp(0.0), "p must"),
    (lambda: Lp(1.0), "p must"),
    (lambda: Lp(0.5, floor=-1.0), "floor must"),
    (lambda: SCAD(3.7, knot=0.0), "knot must"),
    (lambda: TransformedL1(0.0), "a must"),
    (lambda: TransformedL1(math.inf), "a must"),
    (lambda: SCAD(1.0), "a must"),
    (lambda: SCAD(math.nan), "a must"),
    (lambda: MCP(-1.0), "gamma must"),
    (lambda: LogSum(0.0), "eps must"),
    (lambda: CappedL1(-0.1), "a must"),
    (lambda: L1MinusL2(-0.1), "alpha must"),
    (lambda: L1MinusL2(1.1), "alpha must"),
    (lambda: CGES(1.5), "mu must"),
    (lambda: CGES(0.5, exclusive="paper"), "exclusive must"),
    (lambda: IntegratedTL1(-0.5, 1.0), "mu must"),
    (lambda: IntegratedTL1(0.5, 0.0), "a must"),
    (lambda: SparseGroup(GroupLasso(), GroupLasso()), "elementwise must"),
    (lambda: SparseGroup(L1(), L1()), "group must"),
]


@pytest.mark.parametrize(("make", "message"), BAD)
def test_bad_parameters(make, message):
    with pytest.raises(ValueError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_penalties_are_values():
    assert TransformedL1(1.0) == TransformedL1(1.0) != TransformedL1(2.0)
    assert L0() != L1()
    assert len({SparseGroup(L1(), GroupLasso()), SparseGroup(L1(), GroupLasso()), SparseGroup(L0(), GroupLasso())}) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        MCP(1.0).gamma = 2.0


def test_the_exclusive_map_of_the_authors_is_finite_at_zero_groups():
    w = torch.tensor([[0.0, 0.0], [1.0, -2.0]])
    for step in (1e-300, 0.1, 1e300):
        assert cges_authors_exclusive_map(w, step).isfinite().all()
    assert cges_authors_exclusive_map(w, 0.1)[1].tolist() == pytest.approx([0.7, -1.7])
    assert ExclusiveLasso().prox(w, 0.1)[0].tolist() == [0, 0]
