import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from suite.metrics import (
    ZERO,
    layer_sparsity,
    measure,
    neuron_sparsity,
    parameters_left,
    prunable_layers,
    weight_sparsity,
    weight_sparsity_exact,
)
from suite.models import build


@pytest.fixture
def lenet():
    """LeNet-5-Caffe with every weight and bias of size 1."""
    model = build("lenet5_caffe", in_shape=(1, 28, 28), n_classes=10, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1)
    return model


def test_the_layers_counted_are_convolutions_and_linear_layers(lenet):
    assert list(prunable_layers(lenet)) == ["conv1", "conv2", "fc1", "fc2"]
    nested = nn.ModuleDict({"block": nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)), "head": nn.Linear(2, 2)})
    assert list(prunable_layers(nested)) == ["block.0", "head"]


def test_known_counts(lenet):
    """Zeros by hand: 1 filter of 25 weights, 2 filters of 500, 100 input columns of 500, 3 input columns of 10, and 7 biases."""
    with torch.no_grad():
        lenet.conv1.weight[4] = 0
        lenet.conv2.weight[[0, 49]] = 0
        lenet.fc1.weight[:, 100:200] = 0
        lenet.fc2.weight[:, :3] = 0
        lenet.fc1.bias[:7] = 0
    zeros = 25 + 2 * 500 + 100 * 500 + 3 * 10
    assert weight_sparsity(lenet) == weight_sparsity_exact(lenet) == pytest.approx(100 * zeros / 430_500, rel=1e-12)
    assert neuron_sparsity(lenet) == pytest.approx(100 * (1 + 2 + 100 + 3) / 1370, rel=1e-12)
    assert parameters_left(lenet) == pytest.approx(100 - 100 * (zeros + 7) / 431_080, rel=1e-12)
    assert layer_sparsity(lenet) == pytest.approx({"conv1": 5.0, "conv2": 4.0, "fc1": 12.5, "fc2": 0.6}, rel=1e-12)


def test_neurons_under_another_convention(lenet):
    with torch.no_grad():
        lenet.fc1.weight[:25] = 0
    assert neuron_sparsity(lenet) == 0
    assert neuron_sparsity(lenet, "output") == pytest.approx(100 * 25 / (20 + 50 + 500 + 10), rel=1e-12)


def test_exact_and_thresholded_zeros_are_told_apart(lenet):
    with torch.no_grad():
        lenet.fc2.weight[0, :10] = 0
        lenet.fc2.weight[1, :5] = -9e-6
        lenet.fc2.weight[2, :5] = -1.1e-5
    assert weight_sparsity_exact(lenet) == pytest.approx(100 * 10 / 430_500, rel=1e-12)
    assert weight_sparsity(lenet) == pytest.approx(100 * 15 / 430_500, rel=1e-12)
    assert weight_sparsity(lenet, threshold=1e-4) == pytest.approx(100 * 20 / 430_500, rel=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_weight_of_exactly_the_threshold_is_left(dtype):
    layer = nn.Linear(3, 1, dtype=dtype)
    at = torch.tensor(ZERO, dtype=dtype)
    below = torch.nextafter(at, torch.zeros_like(at))
    with torch.no_grad():
        layer.weight.copy_(torch.stack([at, -at, below]))
        layer.bias.copy_(at)
    assert weight_sparsity(layer) == pytest.approx(100 / 3)
    assert parameters_left(layer) == 75


def test_a_neuron_is_dead_by_its_mean_not_by_its_largest_weight():
    layer = nn.Linear(2, 10, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.fill_(0)
        layer.weight[0, 0] = 9e-5  # mean 9e-6
        layer.weight[0, 1] = -1.1e-4  # mean of the sizes 1.1e-5
    assert neuron_sparsity(layer) == 50


def test_a_diverged_network_counts_as_dense(lenet):
    with torch.no_grad():
        lenet.fc1.weight.fill_(torch.nan)
    assert weight_sparsity(lenet) == neuron_sparsity(lenet) == 0


class Mask(nn.Module):
    def __init__(self, mask):
        super().__init__()
        self.mask = nn.Parameter(mask)  # a parameter of the parametrisation, not of the network

    def forward(self, weight):
        return weight * self.mask


def test_parametrised_weights_count_as_they_act(lenet):
    mask = torch.ones(500, 800)
    mask[:, :80] = 0
    parametrize.register_parametrization(lenet.fc1, "weight", Mask(mask))
    assert weight_sparsity_exact(lenet) == pytest.approx(100 * 40_000 / 430_500, rel=1e-12)
    assert neuron_sparsity(lenet) == pytest.approx(100 * 80 / 1370, rel=1e-12)
    assert parameters_left(lenet) == pytest.approx(100 * 391_080 / 431_080, rel=1e-12)


def test_parameters_of_other_layers_are_parameters():
    model = nn.Sequential(nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4), nn.Flatten())
    with torch.no_grad():
        model[0].weight.fill_(1)
    assert parameters_left(model) == pytest.approx(100 * 40 / 44)  # the 4 shifts of the normalisation start at 0


def test_measure_gives_the_cheap_metrics(lenet):
    with torch.no_grad():
        lenet.conv1.weight[:10] = 0
        lenet.fc1.weight[0, 0] = 5e-6
    measured = measure(lenet, (1, 28, 28))
    assert measured == pytest.approx(
        {
            "weight_sparsity": 100 * 251 / 430_500,
            "weight_sparsity_exact": 100 * 250 / 430_500,
            "neuron_sparsity": 100 * 10 / 1370,
            "parameters_left": 100 - 100 * 251 / 431_080,
            "flops_left": 100 - 100 * (144_000 + 1) / 2_293_000,
        },
        rel=1e-12,
    )
