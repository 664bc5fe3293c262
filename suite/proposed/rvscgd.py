"""The relaxed variable splitting coarse gradient descent method (Dinh and Xin 2020, Algorithm 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from suite.base.lazy import torch
from suite.methods.base import Context
from suite.methods.relaxed import Relaxed
from suite.methods.splitting import Thresholding

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(unsafe_hash=True, kw_only=True)
class RVSCGD(Thresholding, Relaxed):
    """u' = threshold(w),   w' = w - eta g(w) - eta beta (w - u'),   w' / ||w'||, on every batch.

    g is the gradient that the network gives, a coarse one where its activations are binarized. Unlike in RVSM, w is pulled to the
    threshold of the present w, which is the copy of the last step's w in `Splitting`.

    normalise    every layer but the last is brought back to the norm that it started with after each step: a network of
                 binarized activations does not depend on it but for the biases. A layer that has become all zero stays so.
    """

    title = "RVSCGD"

    lam: float = 1e-4
    beta: float = 4e-3
    normalise: bool = False

    def prepare(self, model: nn.Module, context: Context) -> None:
        super().prepare(model, context)
        hidden = list(self.layers)[:-1] if self.normalise else []
        self.norms = {name: torch.linalg.vector_norm(self.layers[name].weight.detach()) for name in hidden}

    def update(self, name: str, w: Tensor) -> None:
        if name in self.norms:
            norm = torch.linalg.vector_norm(w)
            w *= torch.where(norm > 0, self.norms[name] / norm, 1)
        super().update(name, w)
