import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from suite.metrics import (
    ZERO,
    last_layer,
    layer_sparsity,
    measure,
    neuron_sparsity,
    parameters_left,
    weight_sparsity,
    weight_sparsity_exact,
)
from suite.models import build
from suite.models.layers import weight_layers


@pytest.fixture
def lenet():
    """LeNet-5-Caffe with every weight and bias of size 1."""
    model = build("lenet5_caffe", in_shape=(1, 28, 28), n_classes=10, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1)
    return model


def test_the_layers_counted_are_convolutions_and_linear_layers(lenet):
    assert list(weight_layers(lenet)) == ["conv1", "conv2", "fc1", "fc2"]
    nested = nn.ModuleDict({"block": nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)), "head": nn.Linear(2, 2)})
    assert list(weight_layers(nested)) == ["block.0", "head"]


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
            "flops_left_valid": 100 - 100 * 144_000 / 2_293_000,  # without padding the same costs
            "last_layer_sparsity": 0,
            "last_layer_neurons": 500,
            "last_layer_neurons_removed": 0,
            "last_layer_sparsity_of_rest": 0,
        },
        rel=1e-12,
    )


def test_measure_uses_known_costs(lenet):
    with torch.no_grad():
        lenet.conv2.weight.zero_()
    measured = measure(lenet, (1, 28, 28), dense={"conv1": 30, "conv2": 70}, valid={"conv1": 20, "conv2": 80})
    assert (measured["flops_left"], measured["flops_left_valid"]) == (pytest.approx(30), pytest.approx(20))


REST = "last_layer_sparsity_of_rest"


def count_last_layer(last, before=None):
    """Zeros, input units, and those removed, by loops over lists."""
    zeros = sum(w == 0 for row in last for w in row)
    removed, rest = 0, []
    for unit in range(len(last[0])):
        without_outgoing = all(row[unit] == 0 for row in last)
        without_incoming = before is not None and all(w == 0 for w in before[unit])
        removed += without_outgoing or without_incoming
        rest += [] if without_outgoing or without_incoming else [row[unit] for row in last]
    return {
        "last_layer_sparsity": 100 * zeros / (len(last) * len(last[0])),
        "last_layer_neurons": len(last[0]),
        "last_layer_neurons_removed": removed,
        "last_layer_sparsity_of_rest": 100 * sum(w == 0 for w in rest) / len(rest),
    }


@pytest.mark.parametrize("seed", range(4))
def test_last_layer_against_loops(seed):
    rng = np.random.default_rng(seed)
    model = build("conv1_fc2", in_shape=(1, 8, 8), n_classes=10, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        model.fc1.weight[torch.from_numpy(rng.random(64) < 0.2)] = 0
        model.fc2.weight[:, torch.from_numpy(rng.random(64) < 0.2)] = 0
        model.fc2.weight[torch.from_numpy(rng.random((10, 64)) < 0.6)] = 0
        model.fc2.weight[0, 0] = 1e-30
    expected = count_last_layer(model.fc2.weight.tolist(), model.fc1.weight.tolist())
    outgoing_alone = count_last_layer(model.fc2.weight.tolist())["last_layer_neurons_removed"]
    assert 0 < outgoing_alone < expected["last_layer_neurons_removed"] < 64
    assert last_layer(model) == expected
    assert expected.items() <= measure(model, (1, 8, 8)).items()


def test_last_layer_by_hand():
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 0.0], [0.0, 1e-30], [1.0, 1.0]]))
        model[2].weight.copy_(torch.tensor([[0.0, 1.0, 1.0, 1e-30], [0.0, 1.0, 0.0, 0.0]]))
    # Unit 0 has no outgoing weight, unit 1 no incoming one.
    assert last_layer(model) == {"last_layer_sparsity": 50, "last_layer_neurons": 4, "last_layer_neurons_removed": 2, REST: 50}


def test_only_the_outgoing_weights_of_the_last_layer_count_behind_a_convolution_or_alone():
    behind = nn.Sequential(nn.Conv2d(1, 4, 1), nn.Flatten(), nn.Linear(4, 2))
    alone = nn.Linear(4, 2)
    with torch.no_grad():
        behind[0].weight.zero_()
        behind[2].weight.fill_(1)
        alone.weight.fill_(1)
        alone.weight[:, 1:] = 0
    assert last_layer(behind)["last_layer_neurons_removed"] == 0
    assert last_layer(alone) == {"last_layer_sparsity": 75, "last_layer_neurons": 4, "last_layer_neurons_removed": 3, REST: 0}


def test_the_last_layer_counts_as_it_acts(lenet):
    mask = torch.ones(10, 500)
    mask[:, :50] = 0
    parametrize.register_parametrization(lenet.fc2, "weight", Mask(mask))
    assert last_layer(lenet) == {"last_layer_sparsity": 10, "last_layer_neurons": 500, "last_layer_neurons_removed": 50, REST: 0}
