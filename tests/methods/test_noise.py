"""Noise against what autograd and torch make of the same formulas."""

import pytest
import torch

from suite.methods import method, noise

LAYOUTS = pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=["contiguous", "channels_last"])


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def maps(layout=torch.contiguous_format, channels=5):
    return torch.empty(8, channels, 12, 12).to(memory_format=layout)


@LAYOUTS
def test_bulk_noise_fills_the_memory_as_it_lies(layout):
    found = noise.normal(maps(layout), stream())
    assert found.is_contiguous(memory_format=layout)
    assert torch.equal(found.as_strided((found.numel(),), (1,)), torch.empty(found.numel()).normal_(generator=stream()))
    assert found.mean().abs() < 4 / found.numel() ** 0.5
    assert (found.var() - 1).abs() < 4 * (2 / found.numel()) ** 0.5


def test_only_maps_in_channels_last_have_other_noise_in_bulk():
    assert torch.equal(noise.normal(maps(), stream()), noise.normal(maps(), stream(), bulk=False))
    other = maps(torch.channels_last)
    assert not torch.equal(noise.normal(other, stream()), noise.normal(other, stream(), bulk=False))


@LAYOUTS
def test_draws_and_their_gradients_are_those_of_autograd(layout):
    mean, variance = (maps(layout).uniform_(generator=stream(seed)).requires_grad_() for seed in (1, 2))
    with torch.no_grad():
        variance[0] = 0
    standard, outer = noise.normal(maps(layout), stream()), noise.normal(maps(layout), stream(3))
    expected = torch.addcmul(mean, (variance + noise.FLOOR).sqrt(), standard)
    found = noise.drawn(mean, variance, standard)
    assert torch.equal(found, expected)
    for one, other in zip(*(torch.autograd.grad(of, (mean, variance), outer) for of in (found, expected)), strict=True):
        assert torch.equal(one, other)
        assert one.isfinite().all()


def test_gradients_of_draws_agree_with_differences():
    mean, variance = (torch.rand(3, 4, dtype=torch.float64, generator=stream(seed)).requires_grad_() for seed in (1, 2))
    standard = torch.randn(3, 4, dtype=torch.float64, generator=stream())
    assert torch.autograd.gradcheck(lambda m, v: noise.drawn(m, v, standard), (mean, variance + 0.1))


@pytest.mark.parametrize("channels", [1, 5])
def test_squares_keep_the_layout_of_inputs(channels):
    x = maps(torch.channels_last, channels).normal_(generator=stream())
    found = noise.squared(x)
    assert torch.equal(found, x * x)
    assert found.stride() == x.stride()
    (gradient,) = torch.autograd.grad(noise.squared(x.requires_grad_()).sum(), x)
    assert torch.equal(gradient, 2 * x.detach())


@pytest.mark.parametrize(("model", "same"), [("lenet_300_100", True), ("lenet5_caffe", False)])
def test_in_bulk_linear_layers_train_as_without(start, model, same):
    def trained(bulk):
        run = start(method("variational_dropout", bulk=bulk), model)
        run.method.before_epoch(0)
        run.model.train()
        for _ in range(2):
            run.step(run.x[:20], run.y[:20])
        return torch.cat([p.detach().flatten() for p in (*run.model.parameters(), *run.method.parameters())])

    one, other = trained(False), trained(True)
    assert torch.equal(one, other) is same
    torch.testing.assert_close(one, other, rtol=0.05, atol=0.01)
