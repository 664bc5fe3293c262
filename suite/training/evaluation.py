"""Scoring a network: predictions with one set of weights, zeros counted on another."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from suite.methods.base import View, Weights

BATCH = 500


@contextmanager
def placed(model: nn.Module, weights: Weights) -> Iterator[nn.Module]:
    """The model with some values of parameters and buffers exchanged, in evaluation mode; both are put back on leaving."""
    parameters = dict(model.named_parameters()) | dict(model.named_buffers())
    own = {name: parameters[name].data for name in weights}
    training = model.training
    try:
        for name, value in weights.items():
            parameters[name].data = value.detach()
        yield model.eval()
    finally:
        for name, value in own.items():
            parameters[name].data = value
        model.train(training)


@torch.no_grad()
def test_error(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """Percent of the images x (N, C, H, W) that are not classified as y (N,)."""
    wrong = torch.zeros((), dtype=torch.long, device=x.device)
    for images, labels in zip(x.split(BATCH), y.split(BATCH), strict=True):
        wrong += (model(images).argmax(1) != labels).sum()
    return 100 * wrong.item() / len(y)


@torch.no_grad()
def recalibrated(model: nn.Module, inputs: Iterable[Tensor]) -> nn.Module | None:
    """A copy of the network whose batch normalisation knows the means and variances of these batches as it sees them now.

    In training the running statistics are gathered from networks that are no longer the one that is scored: with other weights, and
    with noise or random gates in front. None where there is no batch normalisation.
    """
    copied = copy.deepcopy(model).eval()
    layers = [layer for layer in copied.modules() if isinstance(layer, nn.BatchNorm2d | nn.BatchNorm1d)]
    if not layers:
        return None
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the mean over all batches
        layer.train()
    for x in inputs:
        copied(x)
    return copied.eval()


def score(model: nn.Module, view: View, error: Callable[[], float], count: Callable[[nn.Module], dict[str, float]]) -> dict[str, float]:
    """The test error, `error()` with the view's weights in the model, and `count(model)` on the weights that the view counts."""
    with placed(model, view.weights):
        found = error()
    with placed(model, view.counted if view.counted is not None else view.weights):
        return {"test_error": found} | count(model)
