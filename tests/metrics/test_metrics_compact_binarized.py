"""Compact networks with binarized activations: a unit without incoming weights is 1 where its bias is positive, and 0 elsewhere.

In float64, where rounding is far from moving any input of a step across 0; the tests check how far.
"""

import numpy as np
import pytest
import torch
from torch import nn

from suite.metrics import architecture, compact_metrics, dense_flops, masked
from suite.metrics.compact import compact
from suite.models import build
from suite.models.binarized import BinarizedReLU

IN_SHAPE = (1, 28, 28)
NETWORKS = ["lenet5_binarized", "lenet5_binarized_identity", "lenet5_binarized_clipped", "lenet5_caffe_binarized_clipped"]


def images(n=50, in_shape=IN_SHAPE):
    return torch.randn(n, *in_shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def pruned(name, seed):
    """Most weights, and a third of the units' incoming or outgoing ones, are 0; biases are positive, negative and 0."""
    model = build(name, in_shape=IN_SHAPE, n_classes=10, generator=torch.Generator().manual_seed(seed)).double()
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for layer in model:
            if not hasattr(layer, "weight"):
                continue
            shape = tuple(layer.weight.shape)
            keep = rng.random(shape) > 0.6
            keep[rng.random(shape[0]) < (0.3 if shape[0] != 10 else 0)] = False
            keep[:, rng.random(shape[1]) < (0.15 if shape[1] > 1 else 0)] = False
            layer.weight.mul_(torch.from_numpy(keep))
            layer.bias.copy_(torch.from_numpy(rng.choice([-1, 0, 1], size=shape[0]) * rng.random(shape[0])))
    return model


def network(*layers):
    model, generator = nn.Sequential(*layers).double(), torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(generator=generator)
    return model


def assert_same_function(model, small, x):
    """Equal classes and logits, and no input of a step so close to 0 that this would be chance: those that are not 0 are far."""
    inputs = [torch.ones(1)]
    full = masked(model)
    for layer in full:
        if isinstance(layer, BinarizedReLU):
            layer.register_forward_hook(lambda layer, z, output: inputs.append(z[0].abs().flatten()))
    with torch.no_grad():
        expected, found = full(x), small(x)
    nearest = torch.cat(inputs)
    assert nearest[nearest > 0].min() > 1e-9
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)
    assert torch.equal(found.argmax(1), expected.argmax(1))


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("seed", range(3))
def test_masked_and_compact_agree(name, seed):
    model = pruned(name, seed)
    layers = [layer for layer in model if hasattr(layer, "weight")]
    dead = [layer.bias.sign()[(layer.weight == 0).flatten(1).all(1)].tolist() for layer in layers[:-1]]
    assert {sign for signs in dead for sign in signs} == {-1, 0, 1}
    small = compact(model)
    assert_same_function(model, small, images())
    large, left = ([int(n) for n in architecture(m).split("-")] for m in (model, small))
    assert all(few < many for few, many in zip(left[1:], large[1:], strict=True))
    assert sum(dense_flops(small, IN_SHAPE).values()) < sum(dense_flops(model, IN_SHAPE).values())
    assert [type(layer) for layer in small if type(layer).__name__ != "Select"] == [type(layer) for layer in model]


def test_the_constants_by_hand():
    model = network(nn.Conv2d(1, 4, 2), BinarizedReLU(), nn.Flatten(), nn.Linear(4 * 4, 3), BinarizedReLU(), nn.Linear(3, 2))
    with torch.no_grad():
        model[0].weight[1:] = 0
        model[0].bias[1:] = torch.tensor([0.5, -4.0, 0.0])  # 1, 0 and 0
        model[3].weight[2] = 0
        model[3].bias[2] = 7  # 1
    small = compact(model)
    assert architecture(small) == "1-4-2"
    torch.testing.assert_close(small[3].bias, model[3].bias[:2] + model[3].weight[:2, 4:8].sum(1), rtol=1e-14, atol=1e-14)
    torch.testing.assert_close(small[5].bias, model[5].bias + model[5].weight[:, 2], rtol=1e-14, atol=1e-14)
    assert_same_function(model, small, images(20, (1, 3, 3)))


@pytest.mark.parametrize(
    ("layers", "bias", "constant"),
    [
        ([BinarizedReLU()], 3.0, 1.0),
        ([nn.ReLU(), BinarizedReLU()], 3.0, 1.0),
        ([nn.Dropout(0.5), BinarizedReLU()], 3.0, 1.0),
        ([nn.ReLU(inplace=True), nn.Dropout(0.5)], 3.0, 3.0),
        ([nn.Dropout(0.5)], -3.0, -3.0),
    ],
)
def test_all_activations_that_follow_are_applied(layers, bias, constant):
    model = network(nn.Linear(2, 3), *layers, nn.Linear(3, 2))
    with torch.no_grad():
        model[0].weight[0] = 0
        model[0].bias.copy_(torch.tensor([bias, -0.5, 0.25]))
    small = compact(model)
    assert architecture(small) == "2-2"
    torch.testing.assert_close(small[-1].bias, model[-1].bias + constant * model[-1].weight[:, 0], rtol=1e-14, atol=1e-14)
    assert_same_function(model, small, images(20, (2,)))


def test_in_front_of_a_convolution_that_pads_the_units_of_one_become_one():
    layers = [nn.Conv2d(1, 5, 3, padding=1), BinarizedReLU(), nn.Conv2d(5, 3, 3, padding=1), BinarizedReLU(), nn.Flatten()]
    model = network(*layers, nn.Linear(3 * 36, 2))
    with torch.no_grad():
        model[0].weight[1:] = 0
        model[0].bias[1:] = torch.tensor([-1.0, 0.5, 0.0, 2.0])
    small = compact(model)
    assert architecture(small) == "2-3-108"
    torch.testing.assert_close(small[2].weight[:, 1], model[2].weight[:, 2] + model[2].weight[:, 4], rtol=1e-14, atol=1e-14)
    assert_same_function(model, small, images(20, (1, 6, 6)))


@pytest.mark.parametrize("name", ["conv1", "conv2", "fc1", "fc2"])
def test_a_layer_that_dies_keeps_one_unit_and_its_function(name):
    model = pruned("lenet5_binarized", 5)
    with torch.no_grad():
        model.get_submodule(name).weight.zero_()
    small = compact(model)
    assert architecture(small) == "1-1-1-1-1"
    assert_same_function(model, small, images(10))


def test_compact_metrics():
    model = pruned("lenet5_binarized", 1)
    metrics = compact_metrics(model, images(), IN_SHAPE)
    assert metrics["compact_disagreements"] == 0
    assert metrics["compact_max_difference"] < 1e-10
    assert 0 < metrics["compact_flops_left"] < 60
    assert metrics["architecture"] == architecture(compact(model))
