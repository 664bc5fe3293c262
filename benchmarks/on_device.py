"""Steps on a GPU, or on one core, beside a bare PyTorch loop and the device's matrix rate: python benchmarks/on_device.py [--device cuda]

For each network and precision: milliseconds of a step in a plain loop (the same network, batches and optimiser, without a line of the
harness); the harness's step of each method as a ratio to that; with --compile the plain step compiled by torch.compile in that mode
("reduce-overhead" replays CUDA graphs), as a ratio too; and what the plain loop computes, as a share of what the device does in
products of square matrices of the same precision. A step counts as three forward passes of two operations a multiply-add. What is
compared takes turns (benchmarks/interleaved.py), and the clock waits for the device.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

import click
import torch
from interleaved import ratio, rounds
from suite.experiment.conditions import BF16, PRECISIONS
from tabulate import tabulate
from torch.nn.functional import cross_entropy

from suite.app.api import choose_device
from suite.data.dataset import Dataset
from suite.experiment.spec import RunSpec
from suite.methods import method
from suite.methods.schedule import Schedule
from suite.models import build
from suite.runs.worker import prepare_process
from suite.training.loop import Training

SIDES = {"cpu": 1024, "cuda": 8192}
"""Rows and columns of the matrices."""
BATCHES = 8


def images(model: str, batch: int) -> Dataset:
    """Random images of CIFAR's shape for wide residual networks, of MNIST's for others; what is in them costs no time."""
    shape, name = ((3, 32, 32), "cifar10") if model.startswith("wrn") else ((1, 28, 28), "mnist")
    x = torch.randint(0, 256, (batch * BATCHES, *shape), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)).numpy()
    y = (torch.arange(len(x)) % 10).numpy()
    return Dataset.from_arrays(name, {"x_train": x, "y_train": y, "x_test": x[:batch], "y_test": y[:batch]})


def bare(model: str, data: Dataset, schedule: Schedule, precision: str, device: str, mode: str = "") -> Callable[[], object]:
    """A step of the plain loop, of a network that is compiled in a mode of torch.compile where one is given."""
    x, y, _, _ = data.tensors(device)
    network = build(model, in_shape=tuple(x.shape[1:]), n_classes=10, generator=torch.Generator().manual_seed(0)).to(device).train()
    optimizer = torch.optim.SGD(network.parameters(), lr=schedule.learning_rate, momentum=0.9, nesterov=True, weight_decay=5e-4, fused=True)
    forward = torch.compile(network, mode=mode) if mode else network
    rows = torch.arange(len(x), device=device).split(schedule.batch_size)
    turns = iter(range(10**9))

    def step() -> None:
        chosen = rows[next(turns) % len(rows)]
        with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=precision == BF16):
            loss = cross_entropy(forward(x[chosen]), y[chosen])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return step


def ours(run: Training) -> Callable[[], object]:
    """A step as `Training.advance` takes it, over and over the same epoch."""
    run.method.before_epoch(0)
    run.model.train()
    total = torch.zeros((), device=run.x.device)

    def forever() -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        while True:
            yield from run.batches()

    batches = forever()

    def step() -> None:
        nonlocal total
        total += run.step(*next(batches))

    return step


def product(side: int, precision: str, device: str) -> Callable[[], object]:
    dtype = torch.bfloat16 if precision == BF16 else torch.float32
    a, b = torch.randn(2, side, side, device=device, dtype=dtype)
    out = torch.empty_like(a)
    return lambda: torch.mm(a, b, out=out)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--device", default="auto", show_default=True)
@click.option("--model", "models", multiple=True, default=("lenet5_caffe", "wrn_28_10"), show_default=True)
@click.option("--method", "methods", multiple=True, default=("dense", "group_lasso", "sgl0"), show_default=True)
@click.option("--precision", "precisions", multiple=True, type=click.Choice(PRECISIONS), default=PRECISIONS, show_default=True)
@click.option("--compile", "modes", multiple=True, metavar="MODE", help="Modes of torch.compile: default, reduce-overhead, max-autotune.")
@click.option("--batch", default=128, show_default=True)
@click.option("--turns", default=20, show_default=True, help="Turns of each, of --steps steps.")
@click.option("--steps", default=5, show_default=True)
def main(device: str, models, methods, precisions, modes, batch: int, turns: int, steps: int) -> None:
    """Time steps on a device."""
    device = choose_device(device)
    prepare_process(threads=1)

    def clock() -> float:
        if device == "cpu":
            return time.process_time()
        torch.cuda.synchronize(device)
        return time.perf_counter()

    schedule = Schedule(1, batch_size=batch, optimizer="sgd", learning_rate=1e-3, momentum=0.9, nesterov=True, weight_decay=5e-4)
    side = SIDES[torch.device(device).type]
    lines = []
    for model in models:
        data = images(model, batch)
        for precision in precisions:
            runs = {
                name: Training(RunSpec.of(data.name, model, method(name), schedule, precision=precision), data, device=device)
                for name in methods
            }
            work = {"product": product(side, precision, device), **{name: ours(run) for name, run in runs.items()}}
            work |= {mode: bare(model, data, schedule, precision, device, mode) for mode in modes}
            seconds = rounds({"bare": bare(model, data, schedule, precision, device)} | work, turns, steps, clock)
            plain, turn = statistics.median(seconds["bare"]), statistics.median(seconds["product"])
            operations = 6 * batch * sum(next(iter(runs.values())).dense.values())
            rate, most = operations / plain / 1e12, 2 * side**3 / turn / 1e12
            to_bare = [f"{ratio(seconds, name, 'bare'):.3f}" for name in (*methods, *modes)]
            lines.append([model, precision, f"{1e3 * plain:.2f}", *to_bare, f"{rate:.3f}", f"{most:.3f}", f"{100 * rate / most:.1f}"])
    heads = [
        "network",
        "precision",
        "bare ms",
        *(f"{name} / bare" for name in (*methods, *modes)),
        "bare TFLOP/s",
        "matrix TFLOP/s",
        "share %",
    ]
    name = torch.cuda.get_device_name(device) if device != "cpu" else "one core"
    click.echo(f"{name}, batches of {batch}\n{tabulate(lines, heads, disable_numparse=True, stralign='right')}")


if __name__ == "__main__":
    main()
