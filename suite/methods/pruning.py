"""Pruning of a network that was trained without a penalty: the floor under every method that trains one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from suite.base.lazy import torch
from suite.methods import method
from suite.methods.base import Context, Method, View
from suite.models.layers import regularised_layers

if TYPE_CHECKING:
    from torch import Tensor, nn

    from suite.methods.schedule import Schedule

SCOPES = ("global", "layer")


@dataclass(unsafe_hash=True, kw_only=True)
class Pruning(Method):
    """Set the lowest-scoring weights of the dense run with the same seed to zero, once, with no training after.

    like        the method whose run with the same seed gives the share of zero weights; None: `sparsity`
    sparsity    percent of weights to remove where `like` is None
    scope       "global": one threshold over all layers; "layer": each layer loses the share it has lost in the run of `like`
    """

    like: Method | None = None
    sparsity: float = 90.0
    scope: str = "global"

    def __post_init__(self) -> None:
        if self.scope not in SCOPES:
            raise ValueError(f"scope must be one of {', '.join(SCOPES)}, got {self.scope!r}")
        if not 0 <= self.sparsity <= 100:
            raise ValueError(f"sparsity is a percentage, got {self.sparsity}")

    @property
    def label(self) -> str:
        amount = f"as {self.like.label}" if self.like else f"{self.sparsity:g} %"
        return f"{self.title} ({'global' if self.scope == 'global' else 'by layer'}, {amount})"

    def scores(self, name: str, weight: Tensor) -> Tensor:
        """One score a weight; the lowest are removed."""
        raise NotImplementedError

    def needs(self) -> tuple[Method, ...]:
        return (method("dense"), *((self.like,) if self.like else ()))

    def schedule(self, schedule: Schedule) -> Schedule:
        return replace(schedule, epochs=0)

    def prepare(self, model: nn.Module, context: Context) -> None:
        super().prepare(model, context)
        model.load_state_dict(context.finished[0].weights())
        self.layers = regularised_layers(model)

    def shares(self) -> dict[str, float]:
        """Share of each layer's weights to remove under the scope "layer"."""
        if not self.like:
            return dict.fromkeys(self.layers, self.sparsity / 100)
        return {name: self.context.finished[1].record["layers"][name] / 100 for name in self.layers}

    def scored(self) -> View:
        weights = {name: layer.weight.detach() for name, layer in self.layers.items()}
        scores = {name: self.scores(name, w).flatten() for name, w in weights.items()}
        removed = {name: round(share * weights[name].numel()) for name, share in self.shares().items()}
        if self.scope == "global":
            order = torch.cat(list(scores.values())).argsort(stable=True)
            keep = torch.ones_like(order, dtype=torch.bool)
            keep[order[: sum(removed.values())]] = False
            masks = keep.split([len(s) for s in scores.values()])
        else:
            masks = [
                torch.ones_like(s, dtype=torch.bool).index_fill_(0, s.argsort(stable=True)[: removed[n]], False) for n, s in scores.items()
            ]
        return View({f"{n}.weight": w * mask.view(w.shape) for (n, w), mask in zip(weights.items(), masks, strict=True)})
