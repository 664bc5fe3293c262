"""Compact networks with convolutions that pad: a constant in front of one is not a constant at the border."""

import numpy as np
import pytest
import torch
from torch import nn

from suite.metrics import architecture, compact_metrics, dense_flops, masked
from suite.metrics.compact import compact
from suite.models import build

NETWORKS = [("conv1_fc2", (1, 8, 8)), ("conv2_fc2", (1, 12, 8)), ("conv3_fc2", (3, 16, 16)), ("fc3", (16,))]


def images(in_shape, n=100, dtype=torch.float64):
    return torch.randn(n, *in_shape, generator=torch.Generator().manual_seed(1), dtype=dtype)


def with_dead_neurons(model, seed, positive=False):
    """A third of the neurons without incoming weights, others without outgoing ones, half of the weights 0, biases random."""
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for layer in model:
            if hasattr(layer, "weight"):
                shape = tuple(layer.weight.shape)
                keep = rng.random(shape) > 0.5
                if shape[0] > 10:
                    keep[rng.random(shape[0]) < 0.3] = False
                if shape[1] > 3:
                    keep[:, rng.random(shape[1]) < 0.2] = False
                layer.weight.mul_(torch.from_numpy(keep))
                bias = torch.from_numpy(rng.normal(size=len(layer.bias)))
                layer.bias.copy_(bias.abs() if positive else bias)
    return model


def assert_same_function(model, small, x):
    with torch.no_grad():
        expected, found = masked(model)(x), small(x)
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)
    assert torch.equal(found.argmax(1), expected.argmax(1))


@pytest.mark.parametrize("positive", [True, False])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("name", "in_shape"), NETWORKS)
def test_masked_and_compact_agree(name, in_shape, seed, positive):
    model = build(name, in_shape=in_shape, n_classes=10, generator=torch.Generator().manual_seed(seed)).double()
    with_dead_neurons(model, seed, positive)
    small = compact(model)
    assert_same_function(model, small, images(in_shape))
    large, left = ([int(n) for n in architecture(m).split("-")] for m in (model, small))
    # Dead for want of incoming weights: 30 %, of outgoing ones: 20 %; the first layer of fc3 alone can lose none but inputs.
    hidden = slice(0, None) if in_shape[1:] else slice(1, None)
    assert all(few < 0.85 * many for few, many in zip(left[hidden], large[hidden], strict=True))
    assert [layer.padding for layer in small if isinstance(layer, nn.Conv2d)] == [
        layer.padding for layer in model if isinstance(layer, nn.Conv2d)
    ]


def test_the_count_of_the_compact_network_is_that_of_its_sizes():
    model = build("conv3_fc2", in_shape=(3, 16, 16), n_classes=10, generator=torch.Generator().manual_seed(0)).double()
    small = compact(with_dead_neurons(model, 0))
    c1, c2, c3, inputs, hidden = (int(n) for n in architecture(small).split("-"))
    by_hand = 3 * c1 * 9 * 256 + c1 * c2 * 9 * 64 + c2 * c3 * 9 * 16 + inputs * hidden + hidden * 10
    assert sum(dense_flops(small, (3, 16, 16)).values()) == by_hand


def network(*between, padding=1):
    generator = torch.Generator().manual_seed(3)
    layers = [nn.Conv2d(1, 4, 3, padding=1), *between, nn.Conv2d(4, 3, 3, padding=padding), nn.ReLU(), nn.Flatten()]
    positions = nn.Sequential(*layers)(torch.zeros(1, 1, 6, 6)).shape[1]
    model = nn.Sequential(*layers, nn.Linear(positions, 2)).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(generator=generator)
    return model


def kill(layer, constants):
    """Take the incoming weights from the last units of a layer, and give these units the biases `constants`."""
    with torch.no_grad():
        layer.weight[-len(constants) :] = 0
        layer.bias[-len(constants) :] = torch.tensor(constants, dtype=torch.float64)


def test_a_single_constant_unit_stays_as_it_is():
    model = network(nn.ReLU())
    kill(model[0], [0.3])
    small = compact(model)
    assert architecture(small) == "4-3-108"
    assert all(torch.equal(a, b) for a, b in zip(small.parameters(), model.parameters(), strict=True))


def test_units_that_the_relu_makes_zero_are_removed():
    model = network(nn.ReLU())
    kill(model[0], [-0.5, 0.0])
    small = compact(model)
    assert architecture(small) == "2-3-108"
    assert torch.equal(small[2].weight, model[2].weight[:, :2])
    assert torch.equal(small[2].bias, model[2].bias)
    assert_same_function(model, small, images((1, 6, 6)))


def test_units_of_constant_value_become_one():
    model = network(nn.ReLU())
    kill(model[0], [0.5, 2.0, -1.0])
    small = compact(model)
    assert architecture(small) == "2-3-108"
    assert torch.equal(small[0].weight[1], torch.zeros(1, 3, 3, dtype=torch.float64))
    assert small[0].bias[1] == 2
    w = model[2].weight
    torch.testing.assert_close(small[2].weight[:, 1], w[:, 2] + w[:, 1] / 4, rtol=1e-14, atol=1e-14)
    assert torch.equal(small[2].bias, model[2].bias)
    assert_same_function(model, small, images((1, 6, 6)))


def test_without_a_relu_a_negative_constant_counts_too():
    model = network()
    kill(model[0], [1.0, -3.0])
    small = compact(model)
    assert architecture(small) == "3-3-108"
    assert small[0].bias[2] == -3
    torch.testing.assert_close(small[1].weight[:, 2], model[1].weight[:, 3] - model[1].weight[:, 2] / 3, rtol=1e-14, atol=1e-14)
    assert_same_function(model, small, images((1, 6, 6)))


def test_a_constant_unit_that_nothing_reads_is_removed():
    model = network(nn.ReLU())
    kill(model[0], [0.5])
    with torch.no_grad():
        model[2].weight[:, 3] = 0
    assert architecture(compact(model)) == "3-3-108"


def test_what_reads_constants_through_padding_is_not_constant():
    """All of the first layer is dead; the second still has another value at the border than inside."""
    model = network(nn.ReLU())
    kill(model[0], [0.5, 1.0, 2.0, 0.25])
    small = compact(model)
    assert architecture(small) == "1-3-108"
    assert_same_function(model, small, images((1, 6, 6)))
    with torch.no_grad():
        seen = model[:3](images((1, 6, 6), n=1))[0, 0]
    assert not torch.isclose(seen[0, 0], seen[3, 3])


def test_in_front_of_valid_convolutions_and_linear_layers_constants_move_into_the_bias():
    model = network(nn.ReLU(), padding=0)
    kill(model[0], [0.5, 2.0])
    kill(model[2], [1.5])
    small = compact(model)
    assert architecture(small) == "2-2-32"
    moved = 0.5 * model[2].weight[:2, 2].sum((1, 2)) + 2 * model[2].weight[:2, 3].sum((1, 2))
    torch.testing.assert_close(small[2].bias, model[2].bias[:2] + moved, rtol=1e-13, atol=1e-13)
    torch.testing.assert_close(small[5].bias, model[5].bias + 1.5 * model[5].weight[:, 32:].sum(1), rtol=1e-13, atol=1e-13)
    assert_same_function(model, small, images((1, 6, 6)))


@pytest.mark.parametrize(
    "options",
    [{"padding": "same"}, {"padding": "same", "dilation": 2}, {"padding": (0, 2), "stride": 2}, {"padding": 3, "dilation": (1, 2)}],
)
def test_every_way_to_pad(options):
    generator = torch.Generator().manual_seed(4)
    layers = [nn.Conv2d(2, 6, 3, **options), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(6, 5, 3, **options), nn.ReLU(), nn.Flatten()]
    positions = nn.Sequential(*layers)(torch.zeros(1, 2, 17, 16)).shape[1]
    model = nn.Sequential(*layers, nn.Linear(positions, 3)).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(generator=generator)
    kill(model[0], [1.0, 2.0, -1.0])
    kill(model[3], [1.0, -1.0])
    small = compact(model)
    assert architecture(small).startswith("4-3-")
    assert_same_function(model, small, images((2, 17, 16), n=30))


def test_metrics_of_a_padded_network():
    model = build("conv2_fc2", in_shape=(1, 8, 8), n_classes=10, generator=torch.Generator().manual_seed(0))
    with_dead_neurons(model, 0, positive=True)
    metrics = compact_metrics(model, images((1, 8, 8), dtype=torch.float32), (1, 8, 8))
    assert metrics["compact_disagreements"] == 0
    assert metrics["compact_max_difference"] < 1e-4
    assert metrics["compact_flops_left"] < 60
