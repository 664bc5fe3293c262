import copy
import math
import pickle

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from suite.metrics import dense_flops, describe, measure
from suite.models import build
from suite.models.binarized import BinarizedReLU

COARSE = pytest.mark.parametrize("coarse", ["identity", "relu", "clipped_relu"])
SURROGATES = {"identity": lambda z: z, "relu": F.relu, "clipped_relu": lambda z: F.hardtanh(z, 0, 1)}
PAIRS = {  # the network with ReLUs, and the coarse gradient
    "lenet5_binarized": ("lenet5", "relu"),
    "lenet5_binarized_identity": ("lenet5", "identity"),
    "lenet5_binarized_clipped": ("lenet5", "clipped_relu"),
    "lenet5_caffe_binarized_clipped": ("lenet5_caffe", "clipped_relu"),
}


def make(name, seed=0):
    return build(name, in_shape=(1, 28, 28), n_classes=10, generator=torch.Generator().manual_seed(seed))


def normal(*shape, seed=0, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


@COARSE
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_values_and_gradients_by_hand(coarse, dtype):
    tiny, eps = torch.finfo(dtype).tiny, torch.finfo(dtype).eps
    cases = [  # z, sigma(z), mu'(z) of the ReLU, and of the clipped ReLU
        (-math.inf, 0, 0, 0),
        (-3, 0, 0, 0),
        (-tiny, 0, 0, 0),
        (-0.0, 0, 0, 0),
        (0.0, 0, 0, 0),
        (tiny, 1, 1, 1),
        (0.25, 1, 1, 1),
        (1 - eps, 1, 1, 1),
        (1, 1, 1, 0),
        (1 + eps, 1, 1, 0),
        (math.inf, 1, 1, 0),
        (math.nan, 0, 0, 0),
    ]
    z = torch.tensor([case[0] for case in cases], dtype=dtype, requires_grad=True)
    incoming = torch.arange(1, len(cases) + 1, dtype=dtype)
    value = BinarizedReLU(coarse)(z)
    (gradient,) = torch.autograd.grad(value, z, incoming)
    assert value.dtype == gradient.dtype == dtype
    assert value.tolist() == [case[1] for case in cases]
    derivative = {"identity": [1] * len(cases), "relu": [case[2] for case in cases], "clipped_relu": [case[3] for case in cases]}
    assert gradient.tolist() == [d * g for d, g in zip(derivative[coarse], incoming.tolist(), strict=True)]


@COARSE
def test_the_gradient_is_that_of_the_surrogate(coarse):
    z, incoming = normal(5, 3, 4, 4).requires_grad_(), normal(5, 3, 4, 4, seed=1)
    (found,) = torch.autograd.grad(BinarizedReLU(coarse)(z), z, incoming)
    (expected,) = torch.autograd.grad(SURROGATES[coarse](z), z, incoming)
    assert torch.equal(found, expected)


def test_the_default_is_that_of_the_paper():
    assert BinarizedReLU().coarse == "relu"


def by_hand(parameters, x, y, derivative):
    """Gradients of 1/2 ||f(x) - y||^2 for three linear layers with steps between them: the chain rule, written out."""
    w1, b1, w2, b2, w3, b3 = parameters
    z1 = x @ w1.T + b1
    h1 = (z1 > 0).astype(float)
    z2 = h1 @ w2.T + b2
    h2 = (z2 > 0).astype(float)
    d3 = h2 @ w3.T + b3 - y
    d2 = d3 @ w3 * derivative(z2)
    d1 = d2 @ w2 * derivative(z1)
    return [d1.T @ x, d1.sum(0), d2.T @ h1, d2.sum(0), d3.T @ h2, d3.sum(0)]


@pytest.mark.parametrize(
    ("coarse", "derivative"),
    [
        ("identity", lambda z: np.ones_like(z)),
        ("relu", lambda z: np.where(z > 0, 1.0, 0.0)),
        ("clipped_relu", lambda z: np.where((z > 0) & (z < 1), 1.0, 0.0)),
    ],
)
def test_the_gradient_of_a_network_is_the_chain_rule_by_hand(coarse, derivative):
    x, y = normal(8, 5, seed=7), normal(8, 3, seed=8)
    layers = nn.Linear(5, 6), BinarizedReLU(coarse), nn.Linear(6, 4), BinarizedReLU(coarse), nn.Linear(4, 3)
    model = nn.Sequential(*layers).double()
    parameters = list(model.parameters())
    with torch.no_grad():
        for seed, parameter in enumerate(parameters):
            parameter.copy_(normal(*parameter.shape, seed=seed))
    found = torch.autograd.grad(((model(x) - y) ** 2).sum() / 2, parameters)
    expected = by_hand([p.detach().numpy() for p in parameters], x.numpy(), y.numpy(), derivative)
    for ours, oracle in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, torch.from_numpy(oracle), rtol=1e-12, atol=1e-14)
        assert ours.any()


@COARSE
def test_the_gradient_of_a_gradient_takes_the_derivative_for_a_constant(coarse):
    z, incoming = normal(20).requires_grad_(), normal(20, seed=1).requires_grad_()
    (first,) = torch.autograd.grad(BinarizedReLU(coarse)(z), z, incoming, create_graph=True)
    by_z, by_incoming = torch.autograd.grad((first**2).sum(), [z, incoming], allow_unused=True)
    assert by_z is None or not by_z.any()
    torch.testing.assert_close(by_incoming, 2 * first.detach(), rtol=0, atol=0)


@COARSE
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_the_memory_format_is_kept(coarse, memory_format):
    z = normal(4, 3, 5, 6, dtype=torch.float32).to(memory_format=memory_format).requires_grad_()
    value = BinarizedReLU(coarse)(z)
    value.backward(torch.ones_like(value))
    assert value.stride() == z.grad.stride() == z.stride()
    assert torch.equal(value, (z > 0).float())


def test_what_is_kept_for_the_backward_pass():
    """Nothing for the identity; for the ReLU the step itself, which the next layer keeps in any case."""
    z = normal(10).requires_grad_()
    assert BinarizedReLU("identity")(z).grad_fn.saved_tensors == ()
    step = BinarizedReLU("relu")(z)
    (saved,) = step.grad_fn.saved_tensors
    assert saved.data_ptr() == step.data_ptr()


@COARSE
def test_copies_pickles_and_its_name(coarse):
    layer, z = BinarizedReLU(coarse), normal(20)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert repr(other) == f"BinarizedReLU(coarse='{coarse}')"
        assert torch.equal(other(z), layer(z))
    assert not layer.state_dict()


def test_an_unknown_coarse_gradient_is_refused():
    with pytest.raises(ValueError, match="one of identity, relu, clipped_relu, not 'tanh'"):
        BinarizedReLU("tanh")


@pytest.mark.parametrize(("name", "plain", "coarse"), [(name, *pair) for name, pair in PAIRS.items()])
def test_the_network_is_its_twin_with_other_activations(name, plain, coarse):
    binarized, twin = make(name, seed=3), make(plain, seed=3)
    ours, theirs = dict(binarized.named_children()), dict(twin.named_children())
    assert list(ours) == list(theirs)
    for key, layer in theirs.items():
        if isinstance(layer, nn.ReLU):
            assert type(ours[key]) is BinarizedReLU
            assert ours[key].coarse == coarse
        else:
            assert repr(ours[key]) == repr(layer)
    for a, b in zip(binarized.parameters(), twin.parameters(), strict=True):
        assert torch.equal(a, b)
        assert a.stride() == b.stride()
    assert isinstance(binarized[-1], nn.Linear)
    assert len({id(layer) for layer in binarized}) == len(binarized)


@pytest.mark.parametrize(("name", "plain"), [(name, pair[0]) for name, pair in PAIRS.items()])
def test_it_is_counted_as_its_twin(name, plain):
    binarized, twin, in_shape = make(name), make(plain), (1, 28, 28)
    assert dense_flops(binarized, in_shape) == dense_flops(twin, in_shape)
    assert describe(binarized, in_shape) == describe(twin, in_shape)
    assert measure(binarized, in_shape) == measure(twin, in_shape)


@pytest.mark.parametrize("name", PAIRS)
def test_copies_and_pickles_of_the_network(name):
    model, x = make(name), normal(3, 1, 28, 28, dtype=torch.float32)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert torch.equal(other(x), model(x))


@pytest.mark.parametrize("name", PAIRS)
def test_every_weight_has_a_gradient_and_hidden_values_are_zero_or_one(name):
    model, x = make(name).double(), normal(8, 1, 28, 28)
    seen = []
    for layer in model:
        if isinstance(layer, BinarizedReLU):
            layer.register_forward_hook(lambda layer, inputs, output: seen.append(output))
    F.cross_entropy(model(x), torch.arange(8)).backward()
    assert all(parameter.grad.any() for parameter in model.parameters())
    assert all(sorted(values.unique().tolist()) == [0, 1] for values in seen)
    assert len(seen) == sum(isinstance(layer, BinarizedReLU) for layer in model)


def test_pooling_first_gives_the_usual_values_and_the_gradient_to_the_largest_input():
    window = torch.tensor([[[[0.5, 2.0], [1.0, -1.0]]]], requires_grad=True)
    pool, step = nn.MaxPool2d(2), BinarizedReLU()
    ours, usual = step(pool(window)), pool(step(window))
    assert ours.item() == usual.item() == 1
    (gradient,) = torch.autograd.grad(ours, window)
    assert gradient.tolist() == [[[[0, 1], [0, 0]]]]
    model, x = make("lenet5_binarized").double(), normal(8, 1, 28, 28)
    m = dict(model.named_children())
    order = nn.Sequential(*(m[name] for name in ["conv1", "relu1", "pool1", "conv2", "relu2", "pool2", *list(m)[6:]]))
    assert torch.equal(order(x), model(x))
