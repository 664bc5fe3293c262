"""Scoring a network: predictions with one set of weights, zeros counted on another."""

from __future__ import annotations

from collections.abc import Iterator
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


def score(model: nn.Module, view: View, x: Tensor, y: Tensor, count, error: float | None = None) -> dict[str, float]:
    """Test error with the view's weights and `count(model)`, a dictionary of counts, on the weights the view counts.

    error: the test error with these weights, where it is known already
    """
    if error is None:
        with placed(model, view.weights):
            error = test_error(model, x, y)
    with placed(model, view.counted if view.counted is not None else view.weights):
        return {"test_error": error} | count(model)
