"""The one training loop. It knows methods by their hooks and never by name."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from suite import models
from suite.base.checkpoint import Checkpoint, to_the_end
from suite.base.seeding import Streams
from suite.data import Dataset
from suite.experiment.setup import BF16
from suite.experiment.spec import RunSpec
from suite.methods.base import Context, Finished, Method, View
from suite.methods.schedule import Schedule
from suite.metrics import dense_flops, layer_sparsity, measure, valid_flops
from suite.metrics.savings import compact_metrics
from suite.models.layers import regularised_layers
from suite.training.augment import draw, moved
from suite.training.evaluation import BATCH, placed, recalibrated, score, test_error
from suite.training.examples import examples, feeding
from suite.training.start import restart

COUNTED = ("weight_sparsity", "weight_sparsity_exact", "flops_left_valid")
CURVES = ("train_loss", "test_error", *COUNTED, "learning_rate", "seconds")
HELD = "validation_error"
"""The curve, and the metric, of the examples that `Setup.validation` holds out."""
FEW_WEIGHTS = 1000
"""A first convolution of at most this many weights goes into the record, so that its filters can be drawn from it."""


@dataclass
class Outcome:
    """What a run leaves: its status, "done" or "diverged" (a loss or a weight that is not finite), metrics of each view, curves."""

    status: str
    metrics: dict[str, Any]
    views: dict[str, dict[str, float]]
    layers: dict[str, float]
    curves: dict[str, list[float]]
    weights: dict[str, Tensor]
    filters: list | None = None


def optimizer_for(schedule: Schedule, parameters: list[nn.Parameter], spared: Sequence[Tensor] = ()) -> torch.optim.Optimizer:
    """The schedule's optimiser in its fused form; weight decay leaves the `spared` parameters alone."""
    rate, decay, apart = schedule.learning_rate, schedule.weight_decay, {id(p) for p in spared}
    chosen: list = parameters
    if spared:
        chosen = [{"params": [p for p in parameters if id(p) not in apart]}, {"params": list(spared), "weight_decay": 0.0}]
    if schedule.optimizer == "adam":
        return torch.optim.Adam(chosen, lr=rate, eps=schedule.epsilon, weight_decay=decay, fused=True)
    if schedule.optimizer == "sgd":
        momentum, nesterov = schedule.momentum, schedule.nesterov
        return torch.optim.SGD(chosen, lr=rate, momentum=momentum, nesterov=nesterov, weight_decay=decay, fused=True)
    raise ValueError(f"optimizer must be adam or sgd, got {schedule.optimizer!r}")


class Training:
    """One run in the making: model, method, optimiser and curves, all of which a checkpoint holds."""

    def __init__(self, spec: RunSpec, dataset: Dataset, *, device: str = "cpu", finished: list[Finished] | None = None) -> None:
        self.spec, self.device = spec, device
        self.streams = Streams(spec.seed, spec.dataset, spec.model)
        self.x, self.y, self.x_test, self.y_test, self.x_held, self.y_held = examples(spec, dataset, device)
        self.fed = feeding(spec, self.x)
        self.augmented = bool(spec.setup.crop or spec.setup.flip)
        self.x = self.x if self.augmented else self.fed(self.x)  # images that are moved first are fed batch by batch
        self.x_test, self.x_held = self.fed(self.x_test), self.fed(self.x_held)
        self.in_shape = tuple(self.x.shape[1:])
        self.model = models.build(
            spec.model, in_shape=self.in_shape, n_classes=dataset.n_classes, generator=self.streams.generator("init")
        ).to(device)
        if spec.setup.start:
            restart(self.model, spec.setup.start, self.streams.generator("start"))
        self.method: Method = spec.method.fresh()
        self.schedule = self.method.schedule(spec.schedule)
        self.context = Context(
            n_train=len(self.x),
            epochs=self.schedule.epochs,
            steps=self.schedule.steps(len(self.x)),
            streams=self.streams,
            learning_rate=self.schedule.learning_rate,
            finished=finished or [],
        )
        self.method.prepare(self.model, self.context)
        own = list(self.method.parameters())
        spared = [] if self.schedule.decay_penalised else [*(m.weight for m in regularised_layers(self.model).values()), *own]
        self.optimizer = optimizer_for(self.schedule, [*self.model.parameters(), *own], spared)
        self.context.optimizer = self.optimizer
        self.dense, self.valid = dense_flops(self.model, self.in_shape), valid_flops(self.model, self.in_shape)
        self.epoch = 0
        self.curves: dict[str, list[float]] = {name: [] for name in ((*CURVES, HELD) if len(self.x_held) else CURVES)}

    def computing(self) -> AbstractContextManager[Any]:
        """The context of the network's passes: autocast to bfloat16 where the run asks for that."""
        return torch.autocast(self.x.device.type, torch.bfloat16) if self.spec.setup.precision == BF16 else nullcontext()

    def error(self, held: bool = False) -> float:
        """Error in percent of the network as it is on the test set or on the held-out examples, in the run's precision."""
        with self.computing():
            return test_error(self.model, *((self.x_held, self.y_held) if held else (self.x_test, self.y_test)))

    def step(self, x: Tensor, y: Tensor) -> Tensor:
        """One step of the optimiser on one batch; the loss without the penalty, on the device."""
        with self.computing():
            scores = self.model(x)
        loss = cross_entropy(scores.float() if self.spec.setup.precision == BF16 else scores, y)
        penalty = self.method.penalty()
        self.optimizer.zero_grad(set_to_none=True)
        (loss if penalty is None else loss + penalty).backward()
        self.method.before_step()
        self.optimizer.step()
        self.method.after_step()
        return loss.detach()

    def order(self) -> Tensor:
        """Row numbers of this epoch's examples: passes over the training set, each in an order of its own."""
        stream = self.streams.generator("order", self.epoch if self.schedule.reshuffle else 0)
        examples = self.schedule.examples(len(self.x))
        passes = [torch.randperm(len(self.x), generator=stream) for _ in range(-(-examples // len(self.x)))]
        return torch.cat(passes)[:examples].to(self.device)

    def batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """This epoch's inputs and labels, batch by batch, images cropped and mirrored where the run asks for that."""
        order, size = self.order(), self.schedule.batch_size
        if not self.augmented:
            yield from ((self.x[rows], self.y[rows]) for rows in order.split(size))
            return
        crop, flip = self.spec.setup.crop, self.spec.setup.flip
        moves = draw(len(order), crop, flip, self.streams.generator("augmentation", self.epoch)).to(self.device)
        for rows, of in zip(order.split(size), moves.split(size), strict=True):
            yield self.fed(moved(self.x[rows], of, crop)), self.y[rows]

    def advance(self) -> bool:
        """One pass over the training set in this epoch's order, then evaluation. False when the loss or a weight is not finite."""
        start = time.perf_counter()
        self.context.learning_rate = self.schedule.rate(self.epoch)
        for group in self.optimizer.param_groups:
            group["lr"] = self.context.learning_rate
        torch.manual_seed(self.streams.number("layers", self.epoch))  # dropout draws from torch's own generator
        self.method.before_epoch(self.epoch)
        self.model.train()
        total = torch.zeros((), device=self.device)
        for x, y in self.batches():
            total += self.step(x, y)
        self.method.after_epoch(self.epoch)
        loss = total.item() / self.context.steps
        self.epoch += 1
        finite = math.isfinite(loss) and self.finite()
        view = self.method.scored()
        with placed(self.model, view.weights):
            error = self.error()
            counts = self.counts(self.model)
            held = {HELD: self.error(held=True)} if len(self.x_held) else {}
        seconds = time.perf_counter() - start
        counted = (counts[name] for name in COUNTED)
        values = dict(zip(CURVES, (loss, error, *counted, self.context.learning_rate, seconds), strict=True))
        for name, value in (values | held).items():
            self.curves[name].append(value)
        return finite

    def state_dict(self) -> dict:
        return {
            "epoch": self.epoch,
            "curves": self.curves,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "method": self.method.state_dict(),
        }

    def load_state_dict(self, state: dict) -> None:
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.method.load_state_dict(state["method"])
        self.epoch, self.curves = state["epoch"], state["curves"]
        if not self.finite():
            raise ValueError("a weight is not finite")

    def finite(self) -> bool:
        return all(bool(p.isfinite().all()) for p in self.model.parameters())

    def train(self, checkpoint: Checkpoint | None = None, on_epoch: Callable[[int, float], None] = lambda epoch, error: None) -> Outcome:
        """Train to the end of the schedule, from the checkpoint if there is one."""
        return self.outcome(to_the_end(self, self.schedule.epochs, checkpoint, on_epoch))

    def last_error(self) -> float:
        return self.curves["test_error"][-1]

    def outcome(self, status: str) -> Outcome:
        """Score every view; a diverged run keeps its curves and has no metrics."""
        if status == "diverged":
            return Outcome(status, {}, {}, {}, self.curves, {})
        view = self.method.scored()
        views = {name: self.scores(v) for name, v in self.method.views().items()}
        seen = self.curves["test_error"][-1] if self.curves["test_error"] else None
        metrics: dict[str, Any] = dict(self.scores(view, seen))
        metrics["best_test_error"] = min(self.curves["test_error"], default=metrics["test_error"])
        metrics |= self.method.measured()
        self.method.finish()
        metrics |= self.finished()
        weights = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        return Outcome(status, metrics, views, layer_sparsity(self.model), self.curves, weights, first_filters(self.model))

    def finished(self) -> dict[str, Any]:
        """What is measured on the network with its final weights, and can be measured again from them alone."""
        self.model.eval()
        metrics: dict[str, Any] = {HELD: self.error(held=True)} if len(self.x_held) else {}
        metrics |= compact_metrics(self.model, self.x_test, self.in_shape, dense=self.dense)
        with self.computing():
            network = recalibrated(self.model, (self.fed(x) if self.augmented else x for x in self.x.split(BATCH)))
            if network is not None:
                metrics["recalibrated_test_error"] = test_error(network, self.x_test, self.y_test)
        return metrics

    def scores(self, view: View, error: float | None = None) -> dict[str, float]:
        return score(self.model, view, self.error if error is None else lambda: error, self.counts)

    def counts(self, model: nn.Module) -> dict[str, float]:
        return measure(model, self.in_shape, dense=self.dense, valid=self.valid)


def first_filters(model: nn.Module) -> list | None:
    """The weights (out, in, height, width) of the first layer to four digits, where that is a small convolution."""
    weight = next(m.weight for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))).detach()
    if weight.dim() != 4 or weight.numel() > FEW_WEIGHTS:
        return None
    rounded = [float(f"{w:.4g}") for w in weight.flatten().tolist()]
    return torch.tensor(rounded, dtype=torch.float64).view(weight.shape).tolist()
