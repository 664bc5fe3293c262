"""Pruning of channels by the scales of batch normalisation, and fine-tuning: the second half of network slimming (Liu et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from suite.base.errors import SuiteError
from suite.base.lazy import torch
from suite.methods import method
from suite.methods.anypenalty import SCALES
from suite.methods.base import Context, Method, View
from suite.models.layers import neighbours, scaled_layers

if TYPE_CHECKING:
    from torch import Tensor, nn

    from suite.methods.schedule import Schedule

SCOPES = ("global", "layer")
EMPTY = ("keep", "error")


@dataclass(unsafe_hash=True, kw_only=True)
class Slimmed(Method):
    """Prune the channels with the smallest scales in the run of another method with the same seed, once, then train on, unpenalised.

    like            the method whose network is pruned, as a rule `slimming`; None: `dense`
    percent         of the channels, from 0 to less than 100: where the threshold lies among the sorted |gamma|; those above it are kept
    scope           "global": one threshold for all layers; "layer": one for each
    first           how the authors number the sorted |gamma|, of which number floor(n percent / 100) of n is the threshold: from 0 in their
                    PyTorch code, where one channel more goes, from 1 in their Torch code, where so many go, ties aside
    empty           a layer that would lose all its channels: "keep" the one with the largest |gamma|, or an "error"
    tuning          epochs of the fine-tuning over those of the training; 0: none
    tuning_rate     its rate over that of the training
    tuning_drops    whether its rate falls as that of the training does; False: it stays

    A pruned channel has scale, shift and all weights into it and out of it at 0. Its gradients are then 0 too, so that it stays pruned
    and the others train as in the smaller network; `suite.metrics.compact` removes it. The optimiser starts anew. The view "trained" is
    the network before pruning, "pruned" the one before fine-tuning.
    """

    title = "pruned by scales"
    viewed: ClassVar[tuple[str, ...]] = ("trained", "pruned")
    on: ClassVar[str] = SCALES

    like: Method | None = None
    percent: float = 50.0
    scope: str = "global"
    first: int = 0
    empty: str = "keep"
    tuning: float = 1.0
    tuning_rate: float = 1.0
    tuning_drops: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.percent < 100:
            raise ValueError(f"percent must be at least 0 and less than 100, which would leave no channel, got {self.percent}")
        for name in ("tuning", "tuning_rate"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")
        for name, known in (("scope", SCOPES), ("empty", EMPTY), ("first", (0, 1))):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {', '.join(map(str, known))}, got {getattr(self, name)!r}")

    @property
    def label(self) -> str:
        tuned = ", fine-tuned" if self.tuning else ""
        return f"{(self.like or method('dense')).label}, {self.percent:g} % of the channels pruned{tuned}"

    def needs(self) -> tuple[Method, ...]:
        return (self.like or method("dense"),)

    def schedule(self, schedule: Schedule) -> Schedule:
        tuned = schedule.squeezed(round(self.tuning * schedule.epochs), learning_rate=schedule.learning_rate * self.tuning_rate)
        return tuned if self.tuning_drops else replace(tuned, milestones=(), linear_from=1.0)

    def prepare(self, model: nn.Module, context: Context) -> None:
        super().prepare(model, context)
        model.load_state_dict(context.finished[0].weights())
        scales = {name: layer.weight.detach().abs() for name, layer in scaled_layers(model).items()}
        if not scales:
            raise SuiteError(f"{self.name}: the network has no batch normalisation whose scales could be pruned")
        self.before = snapshot(model)
        self.kept = self.chosen_channels(scales)
        remove(model, {name: ~kept for name, kept in self.kept.items()})
        self.after = snapshot(model)

    def chosen_channels(self, scales: dict[str, Tensor]) -> dict[str, Tensor]:
        """For each layer a mask of the channels that are kept. Raises SuiteError where none is, or where a layer must not be emptied."""
        if self.scope == "global":
            threshold = self.threshold(torch.cat(list(scales.values())))
            kept = {name: found > threshold for name, found in scales.items()}
        else:
            kept = {name: found > self.threshold(found) for name, found in scales.items()}
        emptied = [name for name, mask in kept.items() if not mask.any()]
        if len(emptied) == len(kept):
            raise SuiteError(f"{self.name}: no scale is above the threshold at {self.percent:g} %, so that no channel is left")
        if emptied and self.empty == "error":
            raise SuiteError(
                f"{self.name}: no channel of {', '.join(emptied)} is left at {self.percent:g} %", "prune less, or use empty='keep'"
            )
        for name in emptied:
            kept[name][scales[name].argmax()] = True
        self.emptied = len(emptied)
        return kept

    def threshold(self, scales: Tensor) -> float:
        """The |gamma| above which channels are kept."""
        number = int(len(scales) * self.percent / 100) - self.first
        return float(scales.sort().values[number]) if number >= 0 else -1.0

    def views(self) -> dict[str, View]:
        return {"trained": View(self.before), "pruned": View(self.after)}

    def measured(self) -> dict[str, float]:
        left, every = (sum(map(count, self.kept.values())) for count in (lambda mask: int(mask.sum()), len))
        return {"channels_left": 100 * left / every, "emptied_layers": self.emptied}


def snapshot(model: nn.Module) -> dict[str, Tensor]:
    """A copy of all parameters and buffers."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def remove(model: nn.Module, removed: dict[str, Tensor]) -> None:
    """Set scale and shift of channels to 0, and the weights that write and read them where the network tells which these are."""
    near = neighbours(model)
    with torch.no_grad():
        for name, layer in scaled_layers(model).items():
            gone = removed[name]
            before, after = near.get(name, (None, None))
            for written in (layer, before):
                for parameter in () if written is None else written.parameters(recurse=False):
                    parameter[gone] = 0
            if after is not None:  # a linear layer behind a Flatten reads each channel at several positions
                read = after.weight if after.weight.dim() == 4 else after.weight.view(len(after.weight), len(gone), -1)
                read[:, gone] = 0
