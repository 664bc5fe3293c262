"""Values against loops over the definition, gradients against differences of it, limits in the parameter."""

import numpy as np
import penalty_oracles as oracle
import pytest
import torch

from suite.penalties import L0, L1, MCP, SCAD, ExclusiveLasso, GroupLasso, L1MinusL2, LogSum, Lp, Ridge, TransformedL1, group_norms

DTYPES = [torch.float32, torch.float64]
POWERS = [Lp(0.3), Lp(0.25, floor=0.5), Lp(0.75, floor=1e-4)]
"""Without a proximal map in closed form."""


def weights(seed, shape=(7, 5), dtype=torch.float64):
    """Random weights on both sides of every knot, with a zero group and single zeros."""
    w = 2 * torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    w[2], w[0, 1], w[4, :3] = 0, 0, 0
    return w.to(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("penalty", [*oracle.EVERY, *POWERS], ids=repr)
def test_value_is_the_definition(penalty, dtype):
    w = weights(1, dtype=dtype)
    value = penalty.value(w)
    assert value.shape == ()
    assert value.dtype == dtype
    assert value.item() == pytest.approx(oracle.value(penalty, w.numpy()), rel=60 * torch.finfo(dtype).eps)


@pytest.mark.parametrize("penalty", [*oracle.EVERY, *POWERS], ids=repr)
def test_value_of_a_strided_view_is_that_of_its_copy(penalty):
    w = weights(2).t()
    assert not w.is_contiguous()
    assert penalty.value(w).item() == pytest.approx(penalty.value(w.contiguous()).item(), rel=1e-14)


@pytest.mark.parametrize("penalty", [*oracle.ELEMENTWISE, *oracle.VECTOR], ids=repr)
def test_value_takes_any_shape(penalty):
    w = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    expected = oracle.value(penalty, w.numpy())
    assert penalty.value(w.to(memory_format=torch.channels_last)).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("penalty", [*oracle.EVERY, *POWERS], ids=repr)
def test_gradient_is_the_slope_of_the_definition_and_zero_at_zero(penalty):
    w = weights(4).requires_grad_()
    penalty.value(w).backward()
    dense = w.detach().numpy()
    for i, j in np.ndindex(dense.shape):
        if dense[i, j] == 0:
            assert w.grad[i, j] == 0
            continue
        h = 1e-6 * max(1.0, abs(dense[i, j]))
        up, down = dense.copy(), dense.copy()
        up[i, j] += h
        down[i, j] -= h
        slope = (oracle.value(penalty, up) - oracle.value(penalty, down)) / (2 * h)
        assert w.grad[i, j].item() == pytest.approx(slope, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("penalty", [*oracle.EVERY, *POWERS], ids=repr)
def test_gradient_of_all_zeros_is_zero(penalty, dtype):
    w = torch.zeros(3, 4, dtype=dtype, requires_grad=True)
    value = penalty.value(w)
    value.backward()
    assert value.item() == 0
    assert torch.equal(w.grad, torch.zeros_like(w))


def test_group_norms_of_weights_whose_squares_underflow_have_a_finite_gradient():
    w = torch.tensor([[1e-30, -1e-30], [1e-22, 1e-23], [3.0, 4.0]], requires_grad=True)
    group_norms(w).sum().backward()
    assert w.grad.isfinite().all()
    assert torch.allclose(w.grad[2], torch.tensor([0.6, 0.8]))


def test_transformed_l1_tends_to_l0_and_to_l1():
    w = weights(5)
    assert TransformedL1(1e-9).value(w).item() == pytest.approx(L0().value(w).item(), rel=1e-6)
    assert TransformedL1(1e9).value(w).item() == pytest.approx(L1().value(w).item(), rel=1e-6)


@pytest.mark.parametrize("penalty", [SCAD(3.7), SCAD(1.2), MCP(0.4), MCP(3.0)], ids=repr)
def test_scad_and_mcp_are_l1_near_zero_and_constant_far_away(penalty):
    knot = penalty.a if isinstance(penalty, SCAD) else penalty.gamma
    small = torch.full((4,), 1e-9, dtype=torch.float64)
    assert penalty.value(small).item() == pytest.approx(4e-9, rel=1e-7)
    far = torch.tensor([knot, 1.5 * knot, -1e6], dtype=torch.float64)
    ceiling = (knot + 1) / 2 if isinstance(penalty, SCAD) else knot / 2
    for x in far:
        assert penalty.value(x).item() == pytest.approx(ceiling, rel=1e-12)


def test_scad_is_l1_up_to_one():
    w = torch.tensor([0.2, -0.7, 1.0], dtype=torch.float64)
    assert SCAD(3.7).value(w).item() == pytest.approx(1.9, rel=1e-14)


def test_known_numbers():
    w = torch.tensor([[3.0, -4.0], [0.0, 0.0]], dtype=torch.float64)
    assert GroupLasso().value(w).item() == pytest.approx(5 * 2**0.5)
    assert GroupLasso(scale_by_size=False).value(w).item() == 5
    assert ExclusiveLasso().value(w).item() == 24.5
    assert L1MinusL2(1.0).value(w).item() == 2
    assert LogSum(1.0).value(w).item() == pytest.approx(np.log(4) + np.log(5))
    assert Lp(0.5).value(w).item() == pytest.approx(3**0.5 + 2)
    assert Ridge().value(w).item() == 12.5


def test_the_gradient_of_a_power_is_bounded_by_that_at_its_floor():
    """And that of one without a floor, as in the code of Bui et al. (2021), is not."""
    w = torch.tensor([0.0, 1e-30, -1e-12, 1e-4, -0.5], requires_grad=True)
    Lp(0.25, floor=1e-4).value(w).backward()
    steepest = 0.25 * 1e-4**-0.75
    assert w.grad.tolist() == pytest.approx([0, steepest, -steepest, steepest, -0.25 * 0.5**-0.75], rel=1e-5)
    w.grad = None
    Lp(0.25).value(w).backward()
    assert w.grad.tolist() == pytest.approx([0, 0.25 * 1e-30**-0.75, -0.25 * 1e-12**-0.75, steepest, -0.25 * 0.5**-0.75], rel=1e-5)


def test_scad_as_fan_and_li_write_it():
    """lambda inside: lambda |w| to lambda, then (2 a lambda |w| - w^2 - lambda^2) / (2 (a-1)) to a lambda, then lambda^2 (a+1) / 2."""
    a, lam = 3.7, 0.2
    r = torch.tensor([0.1, 0.5, 2.0], dtype=torch.float64)
    expected = [lam * 0.1, (2 * a * lam * 0.5 - 0.5**2 - lam**2) / (2 * (a - 1)), lam**2 * (a + 1) / 2]
    assert [lam * SCAD(a, knot=lam).value(x).item() for x in r] == pytest.approx(expected)


def test_parameters_at_their_defaults_are_not_spelled():
    """The names of rows, which have penalties in them, stay what they were before these parameters."""
    assert [repr(p) for p in (Lp(0.5), SCAD(3.0))] == ["Lp(p=0.5)", "SCAD(a=3.0)"]
    assert [repr(p) for p in (Lp(0.5, 0.1), SCAD(3.0, 0.2))] == ["Lp(p=0.5, floor=0.1)", "SCAD(a=3.0, knot=0.2)"]
