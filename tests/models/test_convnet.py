import math

import pytest
import torch
from torch import nn

from suite.base.errors import SuiteError
from suite.metrics import dense_flops
from suite.models import build
from suite.models.layers import weight_layers

USUAL = {  # the input of the data set that each network is meant for, and its classes
    "conv1_fc2": ((1, 8, 8), 10),
    "conv2_fc2": ((1, 28, 28), 10),
    "conv3_fc2": ((3, 32, 32), 10),
    "fc3": ((16,), 10),
}


def make(name, seed=0, in_shape=None, n_classes=None):
    usual_shape, usual_classes = USUAL[name]
    generator = torch.Generator().manual_seed(seed)
    return build(name, in_shape=in_shape or usual_shape, n_classes=n_classes or usual_classes, generator=generator)


@pytest.mark.parametrize(
    ("name", "weights", "biases", "multiply_adds"),
    [
        ("conv1_fc2", [3 * 3 * 16, 256 * 64, 64 * 10], 16 + 64 + 10, [144 * 64, 16_384, 640]),
        ("conv2_fc2", [800, 51_200, 3_211_264, 10_240], 32 + 64 + 1024 + 10, [800 * 784, 51_200 * 196, 3_211_264, 10_240]),
        (
            "conv3_fc2",
            [27 * 32, 9 * 32 * 64, 9 * 64 * 128, 2048 * 256, 2560],
            32 + 64 + 128 + 256 + 10,
            [864 * 1024, 18_432 * 256, 73_728 * 64, 524_288, 2560],
        ),
        ("fc3", [2048, 8192, 640], 128 + 64 + 10, [2048, 8192, 640]),
    ],
)
def test_sizes_by_hand(name, weights, biases, multiply_adds):
    model = make(name)
    layers = weight_layers(model)
    assert [layer.weight.numel() for layer in layers.values()] == weights
    assert sum(layer.bias.numel() for layer in layers.values()) == biases
    assert sum(p.numel() for p in model.parameters()) == sum(weights) + biases
    assert list(dense_flops(model, USUAL[name][0]).values()) == multiply_adds


@pytest.mark.parametrize("name", USUAL)
def test_the_name_tells_the_layers(name):
    layers = weight_layers(make(name))
    counted = {kind: sum(layer.startswith(kind) for layer in layers) for kind in ("conv", "fc")}
    assert "_".join(f"{kind}{count}" for kind, count in counted.items() if count) == name
    assert all(isinstance(layer, nn.Conv2d if key.startswith("conv") else nn.Linear) for key, layer in layers.items())


def test_the_order_of_the_layers_of_the_script():
    model = make("conv2_fc2")
    expected = "conv1 pool1 relu1 conv2 pool2 relu2 flatten fc1 relu3 dropout fc2"
    assert [name for name, _ in model.named_children()] == expected.split()
    assert model.dropout.p == 0.5
    assert not any(isinstance(layer, nn.Dropout) for name in ("conv1_fc2", "fc3") for layer in make(name))


@pytest.mark.parametrize("name", USUAL)
def test_initial_weights_are_glorot_normal_and_biases_zero(name):
    for layer in weight_layers(make(name)).values():
        outputs, inputs, *kernel = layer.weight.shape
        n, std = layer.weight.numel(), math.sqrt(2 / ((inputs + outputs) * math.prod(kernel)))
        assert abs(layer.weight.mean()) < 4 * std / math.sqrt(n)
        assert layer.weight.std().item() == pytest.approx(std, rel=4 / math.sqrt(2 * n))
        kurtosis = ((layer.weight / std) ** 4).mean().item()  # 3 for a normal, 1.8 for a uniform distribution
        assert kurtosis == pytest.approx(3, abs=4 * math.sqrt(96 / n))
        assert not layer.bias.any()


@pytest.mark.parametrize("name", USUAL)
def test_the_given_generator_alone_decides(name):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first, again, other = make(name, seed=3), make(name, seed=3), make(name, seed=4)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert all(not torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True) if a.dim() > 1)


def test_values_do_not_depend_on_the_memory_format():
    generator = torch.Generator().manual_seed(5)
    conv1 = torch.empty(32, 1, 5, 5).normal_(std=math.sqrt(2 / (25 + 800)), generator=generator)
    conv2 = torch.empty(64, 32, 5, 5).normal_(std=math.sqrt(2 / (800 + 1600)), generator=generator)
    model = make("conv2_fc2", seed=5)
    assert torch.equal(model.conv1.weight, conv1)
    assert torch.equal(model.conv2.weight, conv2)
    assert model.conv2.weight.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("name", "in_shape", "inputs"),
    [
        ("conv1_fc2", (3, 2, 2), 16),
        ("conv1_fc2", (1, 9, 5), 16 * 4 * 2),
        ("conv2_fc2", (1, 4, 4), 64),
        ("conv2_fc2", (3, 32, 28), 64 * 8 * 7),
        ("conv3_fc2", (1, 8, 8), 128),
        ("fc3", (48,), 48),
        ("fc3", (1, 8, 8), 64),
    ],
)
def test_other_inputs(name, in_shape, inputs):
    model = make(name, in_shape=in_shape, n_classes=11).eval()
    assert model.fc1.in_features == inputs
    assert model(torch.zeros(2, *in_shape)).shape == (2, 11)


@pytest.mark.parametrize(("name", "least"), [("conv1_fc2", 2), ("conv2_fc2", 4), ("conv3_fc2", 8)])
def test_what_is_no_image_of_a_sufficient_size_is_refused_in_one_line(name, least):
    for in_shape in [(16,), (1, least - 1, 28), (1, 28, least - 1)]:
        with pytest.raises(SuiteError, match=rf"{name} takes images of at least {least}x{least}, not .*; use .* fc3") as error:
            make(name, in_shape=in_shape)
        assert "\n" not in str(error.value)
