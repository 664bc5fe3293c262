"""Scoring a network: predictions with one set of weights, zeros counted on another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from suite.methods.base import View, Weights

BATCH = 500


@contextmanager
def placed(model: nn.Module, weights: Weights) -> Iterator[nn.Module]:
    """The model with some parameter values exchanged, in evaluation mode; both are put back on leaving."""
    parameters = dict(model.named_parameters())
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


def score(model: nn.Module, view: View, error: Callable[[], float], count: Callable[[nn.Module], dict[str, float]]) -> dict[str, float]:
    """The test error, `error()` with the view's weights in the model, and `count(model)` on the weights that the view counts."""
    with placed(model, view.weights):
        found = error()
    with placed(model, view.counted if view.counted is not None else view.weights):
        return {"test_error": found} | count(model)
