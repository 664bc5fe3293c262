import math

import pytest
import torch
from torch import nn

from suite.base.errors import SuiteError
from suite.metrics import dense_flops
from suite.models import build
from suite.models.neurons import neurons


def make(name="lenet5_caffe", seed=0, in_shape=(1, 28, 28), n_classes=10):
    return build(name, in_shape=in_shape, n_classes=n_classes, generator=torch.Generator().manual_seed(seed))


def test_lenet5_caffe_is_the_network_of_the_papers():
    model = make()
    weighted = {name: layer for name, layer in model.named_children() if list(layer.parameters())}
    assert {name: tuple(layer.weight.shape) for name, layer in weighted.items()} == {
        "conv1": (20, 1, 5, 5),
        "conv2": (50, 20, 5, 5),
        "fc1": (500, 800),
        "fc2": (10, 500),
    }
    assert sum(p.numel() for p in model.parameters()) == 431_080
    assert sum(layer.weight.numel() for layer in weighted.values()) == 430_500
    assert [len(neurons(layer, "sgl0")) for layer in weighted.values()] == [20, 50, 800, 500]  # 1,370
    assert sum(dense_flops(model, (1, 28, 28)).values()) == 2_293_000
    assert not any(isinstance(layer, nn.Dropout | nn.BatchNorm2d) for layer in model)


def test_lenet5_has_the_sizes_of_1998():
    model = make("lenet5")
    weighted = {name: layer for name, layer in model.named_children() if list(layer.parameters())}
    assert {name: tuple(layer.weight.shape) for name, layer in weighted.items()} == {
        "conv1": (6, 1, 5, 5),
        "conv2": (16, 6, 5, 5),
        "fc1": (120, 256),
        "fc2": (84, 120),
        "fc3": (10, 84),
    }
    assert sum(layer.weight.numel() for layer in weighted.values()) == 44_190
    assert sum(layer.bias.numel() for layer in weighted.values()) == 236
    assert sum(dense_flops(model, (1, 28, 28)).values()) == 150 * 24**2 + 2400 * 8**2 + 30_720 + 10_080 + 840
    expected = "conv1 pool1 relu1 conv2 pool2 relu2 flatten fc1 relu3 fc2 relu4 fc3"
    assert [name for name, _ in model.named_children()] == expected.split()
    assert sum(isinstance(layer, nn.ReLU) for layer in model) == 4


def test_lenet_300_100_is_the_network_of_the_papers():
    model = make("lenet_300_100")
    assert [tuple(p.shape) for p in model.parameters() if p.dim() == 2] == [(300, 784), (100, 300), (10, 100)]
    assert sum(p.numel() for p in model.parameters()) == 266_610
    assert sum(dense_flops(model, (1, 28, 28)).values()) == 266_200


@pytest.mark.parametrize("name", ["lenet5", "lenet5_caffe", "lenet_300_100"])
def test_initial_weights_are_he_normal_and_biases_zero(name):
    for layer in make(name):
        if isinstance(layer, nn.Conv2d | nn.Linear):
            n, std = layer.weight.numel(), math.sqrt(2 / layer.weight[0].numel())
            assert abs(layer.weight.mean()) < 4 * std / math.sqrt(n)
            assert layer.weight.std().item() == pytest.approx(std, rel=4 / math.sqrt(2 * n))
            if n > 200:  # fewer tell nothing
                kurtosis = ((layer.weight / std) ** 4).mean().item()  # 3 for a normal, 1.8 for a uniform distribution
                assert kurtosis == pytest.approx(3, abs=4 * math.sqrt(96 / n))
            assert not layer.bias.any()


def test_the_given_generator_alone_decides():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first, again, other = make(seed=3), make(seed=3), make(seed=4)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert not torch.equal(first.fc1.weight, other.fc1.weight)


def test_values_do_not_depend_on_the_memory_format():
    generator = torch.Generator().manual_seed(5)
    conv1 = torch.empty(20, 1, 5, 5).normal_(std=math.sqrt(2 / 25), generator=generator)
    conv2 = torch.empty(50, 20, 5, 5).normal_(std=math.sqrt(2 / 500), generator=generator)
    model = make(seed=5)
    assert torch.equal(model.conv1.weight, conv1)
    assert torch.equal(model.conv2.weight, conv2)
    assert model.conv2.weight.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("name", ["lenet5", "lenet5_caffe"])
def test_pooling_before_relu_gives_the_values_and_gradients_of_the_usual_order(name):
    model = make(name).double()
    m = dict(model.named_children())
    order = ["conv1", "relu1", "pool1", "conv2", "relu2", "pool2", *list(m)[6:]]
    usual = nn.Sequential(*(m[name] for name in order))  # the same layers, so the same weights
    x = torch.randn(16, 1, 28, 28, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    y = torch.arange(16) % 10
    results = []
    for network in (model, usual):
        logits = network(x)
        results.append([logits, *torch.autograd.grad(nn.functional.cross_entropy(logits, y), list(model.parameters()))])
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-14)
        assert ours.any()


def test_other_inputs():
    assert make(in_shape=(3, 32, 32)).fc1.in_features == 50 * 5 * 5
    assert make(in_shape=(3, 32, 32))(torch.zeros(2, 3, 32, 32)).shape == (2, 10)
    assert make("lenet5", in_shape=(3, 32, 32)).fc1.in_features == 16 * 5 * 5
    assert make("lenet5", in_shape=(1, 16, 16))(torch.zeros(2, 1, 16, 16)).shape == (2, 10)
    assert make("lenet_300_100", in_shape=(16,))(torch.zeros(2, 16)).shape == (2, 10)
    assert make(in_shape=(1, 16, 16))(torch.zeros(2, 1, 16, 16)).shape == (2, 10)


@pytest.mark.parametrize(
    "name", ["lenet5", "lenet5_caffe", "lenet5_binarized", "lenet5_binarized_identity", "lenet5_caffe_binarized_clipped"]
)
@pytest.mark.parametrize("in_shape", [(16,), (1, 15, 28), (1, 28, 8)])
def test_lenet5_refuses_what_is_no_image_of_a_sufficient_size(in_shape, name):
    with pytest.raises(SuiteError, match=f"^{name} takes images of at least 16x16, not .*; use .channels") as error:
        make(name, in_shape=in_shape)
    assert "\n" not in str(error.value)
