"""Wide residual networks: the sizes of WRN-28-10 as published, the order within a block, and which layers carry a penalty."""

import pytest
import torch
from torch import nn
from torch.nn.functional import batch_norm, conv2d, linear, relu

from suite.base.errors import SuiteError
from suite.metrics import dense_flops
from suite.models import build
from suite.models.layers import regularised_layers, weight_layers
from suite.models.neurons import neurons
from suite.models.wide_resnet import WideResNet


def make(name="wrn_16_2", in_shape=(3, 8, 8), n_classes=10, seed=0):
    return build(name, in_shape=in_shape, n_classes=n_classes, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def wrn_28_10():
    return WideResNet(3, 10, n=4, k=10, dropout=0.3)  # weights not drawn


@pytest.mark.parametrize(("n_classes", "parameters"), [(10, 36_479_194), (100, 36_536_884)])
def test_the_parameters_of_wrn_28_10(n_classes, parameters):
    assert sum(p.numel() for p in WideResNet(3, n_classes, n=4, k=10, dropout=0.3).parameters()) == parameters


def test_the_10736_neurons_of_the_paper(wrn_28_10):
    counts = {name: neurons(layer, "sgl0").shape[0] for name, layer in weight_layers(wrn_28_10).items()}
    assert counts["conv"] == 16
    assert sum(n for name, n in counts.items() if "branch" in name) == 8 * (160 + 320 + 640) == 8960
    assert sum(n for name, n in counts.items() if name.endswith("shortcut")) == 160 + 320 + 640 == 1120
    assert counts["fc"] == 640
    assert sum(counts.values()) == 10_736


def test_the_depth_counts_the_convolutions_with_those_of_the_shortcuts(wrn_28_10):
    for model, depth in ((wrn_28_10, 28), (make("wrn_10_2"), 10), (make("wrn_16_2"), 16)):
        assert sum(isinstance(layer, nn.Conv2d) for layer in weight_layers(model).values()) == depth


def test_penalties_act_on_the_convolution_that_dropout_follows(wrn_28_10):
    names = list(regularised_layers(wrn_28_10))
    assert names == [f"blocks.{i}.branch.conv1" for i in range(12)]
    for block in wrn_28_10.blocks:
        assert [name for name, _ in block.branch.named_children()] == ["conv1", "bn2", "relu", "dropout", "conv2"]
        assert block.branch.dropout.p == 0.3
        assert block.branch.conv1.stride == (1, 1)
    assert [block.branch.conv2.stride[0] for block in wrn_28_10.blocks] == [1, 1, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1]


def normalised(x, bn):
    return batch_norm(x, bn.running_mean, bn.running_var, bn.weight, bn.bias, eps=1e-5)


@pytest.mark.parametrize(
    ("n", "k", "weights", "neurons_"),
    [(4, 10, (16_842_240, 36_461_232), (4480, 10_736)), (1, 1, (25_344, 77_360), (112, 400))],
)
def test_the_share_that_penalties_can_remove(n, k, weights, neurons_):
    """docs/cifar.md."""
    model = WideResNet(3, 10, n=n, k=k, dropout=0.3)
    penalised, every = regularised_layers(model), weight_layers(model)
    assert tuple(sum(layer.weight.numel() for layer in layers.values()) for layers in (penalised, every)) == weights
    assert tuple(sum(neurons(layer, "sgl0").shape[0] for layer in layers.values()) for layers in (penalised, every)) == neurons_


def test_the_function_written_out():
    model = make("wrn_10_2").eval()
    generator = torch.Generator().manual_seed(1)
    for layer in model.modules():  # statistics and scales that are not the neutral ones
        if isinstance(layer, nn.BatchNorm2d):
            for values in (layer.running_mean, layer.running_var, layer.weight.data, layer.bias.data):
                values.uniform_(0.5, 1.5, generator=generator)
    x = torch.randn(2, 3, 8, 8, generator=generator)
    y = conv2d(x, model.conv.weight, padding=1)
    for block, stride in zip(model.blocks, (1, 2, 2), strict=True):
        before = relu(normalised(y, block.bn1))
        inner = relu(normalised(conv2d(before, block.branch.conv1.weight, padding=1), block.branch.bn2))
        y = conv2d(inner, block.branch.conv2.weight, stride=stride, padding=1) + conv2d(before, block.shortcut.weight, stride=stride)
    expected = linear(relu(normalised(y, model.bn)).mean((2, 3)), model.fc.weight, model.fc.bias)
    with torch.no_grad():
        torch.testing.assert_close(model(x), expected, rtol=1e-4, atol=1e-4)


def test_a_block_that_keeps_its_channels_adds_its_input():
    model = make("wrn_10_1").eval()
    block = model.blocks[0]
    assert block.shortcut is None
    nn.init.zeros_(block.branch.conv2.weight)
    x = torch.randn(2, 16, 8, 8)
    assert torch.equal(block(x), x)


def test_multiply_adds_by_hand():
    assert list(dense_flops(make("wrn_10_1", (3, 32, 32)), (3, 32, 32)).values()) == [
        432 * 1024,
        *(2304 * 1024, 2304 * 1024),
        *(4608 * 1024, 9216 * 256, 512 * 256),
        *(18_432 * 256, 36_864 * 64, 2048 * 64),
        640,
    ]


def test_the_same_generator_draws_the_same_weights_of_the_stated_spread():
    model, again, other = make(seed=3), make(seed=3), make(seed=4)
    for (name, p), q in zip(model.named_parameters(), again.parameters(), strict=True):
        assert torch.equal(p, q), name
    assert not torch.equal(model.conv.weight, other.conv.weight)
    weight = model.blocks[4].branch.conv2.weight
    assert weight.std().item() == pytest.approx((2 / weight[0].numel()) ** 0.5, rel=0.02)
    assert model.fc.bias.eq(0).all()
    assert model.bn.weight.eq(1).all()
    assert weight.is_contiguous(memory_format=torch.channels_last)


def test_neither_reads_nor_moves_the_global_generator():
    before = torch.get_rng_state()
    make()
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(("name", "dropped"), [("wrn_10_1", 0.3), ("wrn_10_1_50", 0.5), ("wrn_10_1_0", None)])
def test_the_third_number_is_the_percent_dropped(name, dropped):
    branch = make(name).blocks[0].branch
    assert (branch.dropout.p if dropped else hasattr(branch, "dropout")) == (dropped or False)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wrn_27_10", "wrn_27_10: a depth of 27 is not 6 n \\+ 4; use wrn_28_10"),
        ("wrn_4_1", "a depth of 4 is not 6 n \\+ 4; use wrn_10_1"),
        ("wrn_28", "call it wrn_<depth>_<width>"),
        ("wrn_28_10_30_1", "call it wrn_<depth>_<width>"),
        ("wrn_28_0", "use a width of at least 1"),
        ("wrn_28_10_100", "drop less than 100 percent"),
        ("wrn_28_x", "did you mean .*wrn_28_10"),
    ],
)
def test_impossible_names_are_answered_in_one_line(name, words):
    with pytest.raises(SuiteError, match=words) as error:
        make(name)
    assert "\n" not in str(error.value)


def test_feature_vectors_are_refused():
    with pytest.raises(SuiteError, match="takes images"):
        make("wrn_10_1", in_shape=(16,))
