"""What the tables of network slimming on CIFAR share: how their networks are trained, and Table 1, data set by data set."""

from __future__ import annotations

from typing import Any, NamedTuple

from reproductions.slimming import LIU
from suite.experiment.claims import comparable
from suite.experiment.metrics import COMPACT, column, plain
from suite.experiment.reproduction import Cell, Profile, Reproduction
from suite.methods import method
from suite.methods.schedule import Schedule

PAPER = Schedule(
    epochs=160,
    batch_size=64,
    optimizer="sgd",
    learning_rate=0.1,
    momentum=0.9,
    nesterov=True,
    weight_decay=1e-4,
    milestones=(80, 120),
)
NORMALISE = {  # means and standard deviations of red, green and blue in the authors' Torch code, images from 0 to 255
    "cifar10": ((125.3, 123.0, 113.9), (63.0, 62.1, 66.7)),
    "cifar100": ((129.3, 124.1, 112.4), (68.2, 65.4, 70.4)),
}
PRUNED = ("parameters_pruned", "operations_pruned")


def conditions(dataset: str) -> dict[str, Any]:
    """How images are fed: shifted by up to four pixels, mirrored, normalised by channel."""
    return {"normalise": tuple(tuple(round(v / 255, 6) for v in values) for values in NORMALISE[dataset]), "crop": 4, "flip": True}


def smoke(models: dict[str, str], schedule: Schedule = PAPER) -> Profile:
    """Forty steps of ten of a hundred digits, on small relatives of the networks."""
    return Profile(
        schedule.squeezed(2, batch_size=10, epoch_steps=20, penalty_factor=100.0),
        dataset="digits",
        models=models,
        cells={"n_train": 100, "n_test": 50, "normalise": (), "crop": 1, "flip": False},
        departures=(
            "A hundred embedded 8x8 digits, enlarged, for 40 steps and 40 more, penalties a hundred times as strong: a check of the code,"
            " not a result.",
        ),
    )


class Network(NamedTuple):
    """A block of Table 1: its network, regularisation parameter, and percentages of channels pruned, by data set."""

    model: str
    lam: float
    percents: dict[str, tuple[int, ...]]


NETWORKS = {
    "VGGNet": Network("vgg_19", 1e-4, {"cifar10": (70,), "cifar100": (50,)}),
    "DenseNet-40": Network("densenet_40_12_16", 1e-5, {"cifar10": (40, 70), "cifar100": (40, 60)}),
    "ResNet-164": Network("preresnet_164", 1e-5, {"cifar10": (40, 60), "cifar100": (40, 60)}),
}
SMALL = {"vgg_19": "vgg_11", "densenet_40_12_16": "densenet_10", "preresnet_164": "preresnet_11"}


def block(dataset: str, name: str, network: Network) -> list[Cell]:
    """The baseline, and the network pruned and fine-tuned at each percentage."""
    trained = method("slimming", penalty="l1", lam=network.lam)
    rows = {"baseline": (method("dense"), "baseline")} | {
        f"{percent}": (method("slimmed", like=trained, percent=float(percent), first=1), f"{percent} % pruned")
        for percent in network.percents[dataset]
    }
    shared = {"group": name, **conditions(dataset)}
    return [Cell.of(dataset, network.model, of, name=row, title=title, **shared) for row, (of, title) in rows.items()]


def table(item: str, dataset: str, title: str, spread: float, **more: Any) -> Reproduction:
    """The part of Table 1 on one data set. spread: the fluctuation between seeds that the authors' README tells of, in points."""
    test_error = column("test_error", tolerance=spread)
    return Reproduction(
        id=f"slimming/{item}",
        title=f"{title}: network slimming of VGGNet, DenseNet-40 and ResNet-164",
        source=f"{LIU}, Table 1, {title}",
        published=f"slimming.toml#{item}",
        cells=tuple(cell for name, network in NETWORKS.items() for cell in block(dataset, name, network)),
        settings={"paper": Profile(PAPER), "smoke": smoke(SMALL)},
        columns=(test_error, *(column(key, tolerance=5.0) for key in PRUNED)),
        extra=(
            plain("test_error@trained", "test error before pruning"),
            plain("test_error@pruned", "test error before fine-tuning"),
            plain("best_test_error"),
            plain("channels_left"),
            plain("emptied_layers"),
            *COMPACT,
        ),
        baseline="baseline",
        claims=tuple(
            comparable(
                f"{name}/{percent}",
                f"{name}/baseline",
                test_error.metric,
                spread,
                text=f"{name}: with {percent} % of the channels pruned the error is that of the baseline (within {spread:g} points)",
                source="ours: where the errors printed in Table 1 differ by more, the pruned network has the lower one",
                ours=True,
            )
            for name, network in NETWORKS.items()
            for percent in network.percents[dataset]
        ),
        departures=(
            "The last epoch is pruned and reported; the paper does not say which is. Regularisation parameters are those that it chose on"
            " held-out images. The rule of the threshold is that of the authors' Torch code.",
            "A layer that would lose all its channels keeps the one with the largest scale (emptied_layers); their code fails there.",
            "Pruned channels stay in the network with their weights at zero, and the others train as without them; the smaller network is"
            " built at the end, and compared with it image by image.",
            "operations: a multiply-add is two, as in the later script of the authors, whose counts of the whole DenseNet and ResNet are"
            " 0.6 and 1.2 % above the printed ones; the rule behind those was not published.",
            f"The tolerance of the errors is the fluctuation between seeds of the authors' README, {spread:g} points; that of the shares"
            " pruned, 5 points, is ours. The number of runs behind the printed numbers is not stated. The claims are ours, drawn from"
            " these numbers.",
        ),
        block="network",
        views=False,
        seeds=3,
        **more,
    )
