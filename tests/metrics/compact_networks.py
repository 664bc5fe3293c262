"""Networks with zeros in them, and the number of neurons they need, found by removing one after the other."""

from itertools import pairwise

import numpy as np
import torch

from suite.metrics import masked
from suite.models import build

IN_SHAPE = (1, 28, 28)


def make(name="lenet5_caffe", seed=0, dtype=torch.float64):
    """The network with biases of either sign: the positive ones are what a dead unit passes on."""
    generator = torch.Generator().manual_seed(seed)
    model = build(name, in_shape=IN_SHAPE, n_classes=10, generator=generator).to(dtype)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.normal_(generator=generator)
    return model


def images(n=200, seed=1, dtype=torch.float64):
    return torch.randn(n, *IN_SHAPE, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def sparse(name, seed, weights=0.9, rows=0.3, columns=0.3):
    """Weights, whole rows (incoming) and whole columns (outgoing) of every layer are made smaller than 1e-5 at random."""
    model, rng = make(name, seed), np.random.default_rng(seed)
    with torch.no_grad():
        for layer in model:
            if hasattr(layer, "weight"):
                shape = tuple(layer.weight.shape)
                positions = (1,) * (len(shape) - 2)
                keep = rng.random(shape) > (weights if layer.weight.numel() > 1000 else 0.8)
                if shape[0] > 10:
                    keep &= rng.random((shape[0], 1, *positions)) > rows
                if shape[1] > 1:
                    keep &= rng.random((1, shape[1], *positions)) > columns
                layer.weight.mul_(torch.from_numpy(np.where(keep, 1.0, 1e-7)))
    return model


def assert_same_function(model, small, x):
    with torch.no_grad():
        expected, found = masked(model)(x), small(x)
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)
    assert torch.equal(found.argmax(1), expected.argmax(1))


def survivors(model):
    """Neurons by layer (filters, inputs of linear layers) by removing one unit after the other until none can go."""
    weights = [np.where(abs(w) < 1e-5, 0, w) for w in (p.detach().numpy() for p in model.parameters() if p.dim() > 1)]
    links = []  # links[l][i, j]: unit j of the layer before feeds unit i of layer l, by whatever position
    for index, w in enumerate(weights):
        units_before = w.shape[1] if index == 0 else weights[index - 1].shape[0]
        links.append((w.reshape(w.shape[0], units_before, -1) != 0).any(2))
    again = True
    while again:
        again = False
        for into, out_of in pairwise(links):
            for unit in range(len(into)):
                if into[unit].any() != out_of[:, unit].any():
                    into[unit], out_of[:, unit], again = False, False, True
    counts = []
    for index, w in enumerate(weights):
        if w.ndim == 4:
            counts.append(int(links[index].any(1).sum()))
        else:
            live = w.reshape(w.shape[0], links[index].shape[1], -1) * links[index][:, :, None]
            counts.append(int((live != 0).any(0).sum()))
    return counts
