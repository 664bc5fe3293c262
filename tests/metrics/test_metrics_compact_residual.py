"""The compact network of residual networks and of batch normalisation: the same function as the masked one, with fewer channels."""

import copy

import pytest
import torch
from torch import nn

from suite.metrics import compact_metrics, dense_flops, masked
from suite.metrics.compact import compact
from suite.models import build

IN_SHAPE = (3, 8, 8)
DEAD = (slice(0, 9), slice(4, 32), slice(0, 64), slice(0, 0))
"""By branch of WRN-16-1, blocks 0 to 3, the output channels of its first convolution that lose their weights."""


def images(n=40, seed=1):
    return torch.randn(n, *IN_SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture
def network():
    """WRN-16-1 in float64 with statistics, scales and shifts of either sign, part of its first convolutions below 1e-5."""
    generator = torch.Generator().manual_seed(0)
    model = build("wrn_16_1", in_shape=IN_SHAPE, n_classes=10, generator=generator).double().eval()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            for values in (layer.running_mean, layer.weight.data, layer.bias.data):
                values.normal_(generator=generator)
            layer.running_var.uniform_(0.5, 2.0, generator=generator)
    with torch.no_grad():
        for block, dead in zip(model.blocks, DEAD, strict=False):
            block.branch.conv1.weight[dead] *= 1e-7
    return model


def same(model, small, x):
    with torch.no_grad():
        expected, found = masked(model)(x), small(x)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    return True


def inner(small):
    return [block.branch.conv1.out_channels for block in small.blocks]


def test_dead_inner_channels_go_but_for_one_that_carries_their_constant(network):
    before = copy.deepcopy(network.state_dict())
    small = compact(network)
    assert same(network, small, images())
    assert inner(small) == [16 - 9 + 1, 16 - 12 + 1, 1, 32, 64, 64]
    for block in small.blocks:
        assert block.branch.bn2.num_features == block.branch.conv2.in_channels == block.branch.conv1.out_channels
    assert [block.branch.conv2.out_channels for block in small.blocks] == [16, 16, 32, 32, 64, 64]  # the sums stay as they are
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_channels_whose_constant_is_negative_go_altogether(network):
    with torch.no_grad():
        for block in network.blocks:  # without variation and mean, what is left of a dead channel is its shift
            block.branch.bn2.running_mean.zero_()
            block.branch.bn2.bias.copy_(-block.branch.bn2.bias.abs())
    small = compact(network)
    assert same(network, small, images())
    assert inner(small) == [7, 4, 1, 32, 64, 64]  # of a branch that dies one channel stays, without input and output
    assert small.blocks[2].branch.conv2.weight.eq(0).all()


def test_inner_channels_that_nothing_reads_go(network):
    with torch.no_grad():
        network.blocks[5].branch.conv2.weight[:, 10:30] = 0
    assert inner(compact(network))[5] == 44
    assert same(network, compact(network), images())


def test_a_trained_network_and_its_compact_one_in_float32(network):
    network.float().train()
    x = images(64).float()
    for part in x.split(16):  # statistics of the batches
        network(part)
    network.eval()
    metrics = compact_metrics(network, x, IN_SHAPE)
    assert metrics["compact_disagreements"] == 0
    assert metrics["compact_max_difference"] < 1e-3 * network(x).abs().max().item()
    small = compact(network)
    assert metrics["compact_parameters_left"] == pytest.approx(100 * sum(p.numel() for p in small.parameters()) / 175_066)
    share = sum(dense_flops(small, IN_SHAPE).values()) / sum(dense_flops(network, IN_SHAPE).values())
    assert metrics["compact_flops_left"] == pytest.approx(100 * share)
    assert share < 0.9
    assert small.blocks[3].branch.conv1.weight.is_contiguous(memory_format=torch.channels_last)


def test_the_constant_passes_batch_normalisation_on_its_way_to_a_bias():
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Conv2d(3, 2, 3, bias=False)).double().eval()
    with torch.no_grad():
        model[0].weight[1] = 0
        model[0].bias[1] = 0.7
        model[1].running_mean.copy_(torch.tensor([0.1, 0.2, 0.3]))
        model[1].running_var.copy_(torch.tensor([1.0, 4.0, 1.0]))
        model[1].weight.copy_(torch.tensor([1.0, 3.0, 1.0]))
        model[1].bias.copy_(torch.tensor([0.0, 0.5, 0.0]))
        small = compact(model)
        constant = 3 * (0.7 - 0.2) / (4.0 + 1e-5) ** 0.5 + 0.5
        torch.testing.assert_close(small[3].bias, constant * model[3].weight[:, 1].sum((1, 2)))
    assert (small[0].out_channels, small[1].num_features) == (2, 2)
    torch.testing.assert_close(small[1].running_mean, torch.tensor([0.1, 0.3], dtype=torch.float64))
    x = torch.randn(4, 1, 8, 8, dtype=torch.float64)
    assert same(model, small, x)


def test_batch_normalisation_without_scale_and_shift():
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3, affine=False), nn.ReLU(), nn.Conv2d(3, 2, 3)).double().eval()
    with torch.no_grad():
        model[0].weight[1] = 0
    small = compact(model)
    assert small[1].num_features == 2
    assert same(model, small, torch.randn(4, 1, 8, 8, dtype=torch.float64))
