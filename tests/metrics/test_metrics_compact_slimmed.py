"""The compact network of a slimmed one, of each kind: exact, as small as its scales say, and counted in both conventions."""

import pytest
import torch
from torch import nn

from suite.metrics import compact_metrics, dense_flops, masked, slimming_operations
from suite.metrics.compact import Select, compact
from suite.models import build
from suite.models.layers import scaled_layers
from suite.proposed.slimmed import remove

IN_SHAPE = (3, 16, 16)
NETWORKS = ("vgg_11", "preresnet_20", "densenet_22", "mlp_30_20")


def images(n=40, dtype=torch.float64):
    return torch.randn(n, *IN_SHAPE, generator=torch.Generator().manual_seed(1), dtype=dtype)


def network(name, dtype=torch.float64):
    """With statistics, scales and shifts of either sign."""
    generator = torch.Generator().manual_seed(0)
    model = build(name, in_shape=IN_SHAPE, n_classes=10, generator=generator).to(dtype).eval()
    for layer in scaled_layers(model).values():
        for values in (layer.running_mean, layer.weight.data, layer.bias.data):
            values.normal_(generator=generator)
        layer.running_var.uniform_(0.5, 2.0, generator=generator)
    return model


def pruned(name, share=0.6, dtype=torch.float64):
    model, generator = network(name, dtype), torch.Generator().manual_seed(2)
    removed = {n: torch.rand(len(layer.weight), generator=generator) < share for n, layer in scaled_layers(model).items()}
    for gone in removed.values():
        gone[0] = False
    remove(model, removed)
    return model, removed


def same(model, small):
    with torch.no_grad():
        expected, found = masked(model)(images()), small(images())
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    return torch.equal(found.argmax(1), expected.argmax(1))


@pytest.mark.parametrize("name", NETWORKS)
def test_masked_and_compact_agree(name):
    model, _ = pruned(name)
    assert same(model, compact(model))


@pytest.mark.parametrize("name", NETWORKS)
def test_removal_changes_no_output_but_through_the_channels_that_go(name):
    """Scale and shift at 0 do it alone; that their weights are 0 too changes nothing."""
    model, removed = pruned(name)
    alone = network(name)
    with torch.no_grad():
        for n, layer in scaled_layers(alone).items():
            layer.weight[removed[n]] = 0
            layer.bias[removed[n]] = 0
        torch.testing.assert_close(model(images()), alone(images()), rtol=1e-10, atol=1e-10)
    assert same(alone, compact(alone))


def test_a_vgg_is_as_narrow_as_its_scales():
    model, removed = pruned("vgg_11")
    small = compact(model)
    widths = [int((~gone).sum()) for gone in removed.values()]
    assert [layer.out_channels for layer in small if isinstance(layer, nn.Conv2d)] == widths
    assert [layer.num_features for layer in small if isinstance(layer, nn.BatchNorm2d)] == widths
    assert small.fc.in_features == widths[-1]


def test_a_perceptron_is_as_narrow_as_its_scales_and_reads_all_pixels():
    model, removed = pruned("mlp_30_20")
    small = compact(model)
    widths = [int((~gone).sum()) for gone in removed.values()]
    assert [(layer.in_features, layer.out_features) for layer in small if isinstance(layer, nn.Linear)] == [
        (768, widths[0]),
        (widths[0], widths[1]),
        (widths[1], 10),
    ]


def test_a_pre_activation_network_selects_channels_before_its_convolutions():
    """As the papers' code: the sums keep their channels, and so does the first batch normalisation of each branch."""
    model, removed = pruned("preresnet_20")
    small = compact(model)
    for i, (block, whole) in enumerate(zip(small.blocks, model.blocks, strict=True)):
        first, second, third = (int((~removed[f"blocks.{i}.branch.bn{k}"]).sum()) for k in (1, 2, 3))
        part = block.branch
        assert [name for name, _ in part.named_children()][:3] == ["bn1", "select_bn1", "relu1"]
        assert part.bn1.num_features == whole.branch.bn1.num_features
        assert (part.conv1.in_channels, part.conv2.in_channels, part.conv3.in_channels) == (first, second, third)
        assert (part.bn2.num_features, part.bn3.num_features) == (second, third)
        assert part.conv3.out_channels == whole.branch.conv3.out_channels
    assert small.head.fc.in_features == int((~removed["head.bn"]).sum())
    assert not any(isinstance(layer, Select) for layer in compact(network("preresnet_20")).modules())


def test_a_dense_network_selects_channels_and_keeps_those_it_makes():
    model, removed = pruned("densenet_22")
    small = compact(model)
    for name, branch in ((name, small.get_submodule(name)) for name in small.branches[:-1]):
        assert branch.conv.in_channels == int((~removed[f"{name}.bn"]).sum())
        assert branch.conv.out_channels == model.get_submodule(name).conv.out_channels


@pytest.mark.parametrize("name", NETWORKS)
def test_both_counts_of_the_compact_network(name, untimed):
    model, _ = pruned(name, dtype=torch.float32)
    small = compact(model)
    found = compact_metrics(model, images(dtype=torch.float32), IN_SHAPE)
    assert found["compact_disagreements"] == 0
    for key, count in (
        ("compact_flops_left", lambda network: sum(dense_flops(network, IN_SHAPE).values())),
        ("compact_operations_left", lambda network: slimming_operations(network, IN_SHAPE)),
    ):
        assert found[key] == pytest.approx(100 * count(small) / count(model))
        assert found[key] < 80


def test_the_operations_of_a_small_network_by_hand():
    model = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, groups=2))
    rest = [nn.AvgPool2d(2, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5, bias=False), nn.BatchNorm1d(5), nn.Linear(5, 3)]
    by_hand = [64 * 4 * (2 * 18 + 1), 2 * 256, 256, 4 * 64, 6 * 4 * (2 * 18 + 1), 0, 6, 0, 2 * 30, 2 * 5, 2 * 15 + 3]
    assert slimming_operations(nn.Sequential(*model, *rest), (2, 8, 8)) == sum(by_hand)


def test_a_scale_of_zero_alone_makes_a_unit_constant():
    """Its shift passes on; before a convolution that pads it is kept by one channel, whatever wrote it."""
    for padding, left in ((0, 3), (1, 4)):
        layers = nn.Conv2d(2, 5, 3), nn.BatchNorm2d(5), nn.ReLU(), nn.Conv2d(5, 3, 3, padding=padding)
        model = nn.Sequential(*layers).double().eval()
        with torch.no_grad():
            model[1].weight[[1, 4]] = 0
            model[1].bias.copy_(torch.tensor([0.1, 0.7, -0.2, 0.0, 0.4]))
        small = compact(model)
        assert small[0].out_channels == left
        x = torch.randn(4, 2, 8, 8, dtype=torch.float64)
        torch.testing.assert_close(small(x), model(x), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    "layers",
    [
        (nn.Conv2d(3, 4, 3), nn.Flatten(), nn.BatchNorm1d(4 * 14 * 14), nn.Linear(784, 2)),
        (nn.Conv2d(3, 4, 3), nn.AvgPool2d(2, padding=1), nn.Conv2d(4, 2, 3)),
        (nn.Conv2d(3, 4, 3), nn.AvgPool2d(3, ceil_mode=True), nn.Conv2d(4, 2, 3)),
    ],
)
def test_what_a_constant_does_not_pass_is_refused(layers):
    with pytest.raises(NotImplementedError, match="cannot make"):
        compact(nn.Sequential(*layers))
