"""The case study on MNIST: seven ways to train LeNet-300-100 sparse, which Table 1 and Figure 2 show the same runs of."""

from __future__ import annotations

from typing import Any

from suite.experiment.reproduction import Cell, Profile
from suite.methods import method
from suite.methods.schedule import Schedule

VALIDATION = 0.2
"""12,000 of the 60,000 images, of which the authors' library holds out a fifth."""
NORMALISE = (0.1307, 0.3081)
IMAGES = 60_000
"""The loss of variational dropout is the cross-entropy times this, plus the divergence."""

PAPER = Schedule(epochs=200, batch_size=128, learning_rate=1e-3, linear_from=0.0, reshuffle=False)

VARDROP: dict[str, Any] = {"start": -5.0, "clamp": 10.0, "threshold": 2.944, "lam": 1 - VALIDATION}


def row(name: str, title: str, of: str, changes: dict[str, float], weights: tuple[Any, ...] = ("uniform", 1.0), **options: Any) -> Cell:
    """A row of the case study: a method, and what it changes of the schedule."""
    how: dict[str, Any] = {"validation": VALIDATION, "normalise": NORMALISE, "start": weights}
    return Cell.of("mnist", "lenet_300_100", method(of, **options), tuple(changes.items()), name=name, title=title, **how)


def vardrop(name: str, title: str, rate: float, **options: Any) -> Cell:
    changes = {"learning_rate": rate, "epsilon": 1e-8 / IMAGES}
    return row(name, title, "variational_dropout", changes, ("normal", 0.02), **VARDROP, **options)


SLOW = {"learning_rate": 1e-4}

CELLS = (
    vardrop("vardrop+lr+ar", "VarDrop+LR+AR", 1e-4, parameter="log_sigma"),
    vardrop("vardrop+lr", "VarDrop+LR", 1e-3, parameter="log_alpha"),
    vardrop("vardrop", "VarDrop", 1e-3, parameter="log_alpha", sample="weights"),
    row("eta_trick", "η-trick", "eta_trick", {}, dual="authors"),
    row("ada_prox", "AdaProx", "ada_prox", SLOW, idle=0.25, rule="step"),
    row("ada_tikhonov", "AdaTikhonov", "ada_tikhonov", SLOW),
    row("log_sum", "LogSum", "log_sum", SLOW),
)

QUICK = 10
"""Times fewer epochs, and rates times as great: each method then moves a weight as far as in the paper."""

SETTINGS = {
    "paper": Profile(PAPER),
    "quick": Profile(
        PAPER.squeezed(PAPER.epochs // QUICK, rate_factor=QUICK),
        departures=(
            f"A tenth of the epochs at {QUICK} times the rates, to fit two cores and a quarter of an hour: as far as these methods"
            " remove weights by steps of Adam, whose size is the rate, the way to zero takes as much of the training as in the paper.",
        ),
    ),
    "smoke": Profile(
        PAPER.squeezed(2, epoch_steps=60, batch_size=50, rate_factor=QUICK, penalty_factor=0.05),
        dataset="digits",
        departures=("Embedded 8x8 digits, enlarged, for 120 steps: a check of the code, not a result.",),
    ),
}

DEPARTURES = (
    "Settings are those of the authors' notebook, 0540b2d: inputs, hold-out, batches, optimiser, rates, initial weights, strengths, and"
    " the same order of the images in every epoch. Which images are held out and in what order the others come is drawn anew with"
    " every seed; the paper has one run.",
    "The loss is the mean cross-entropy plus the penalty. That of the paper's variational dropout is 60,000 times as great, which the"
    " epsilon of its rows' Adam makes up for exactly.",
    "η-trick: dual=authors, since the code has the last term of f twice and the paper's network was trained so. What then removes"
    " weights is the slope in log eta that it calls weight decay.",
    "AdaProx: its map is applied a quarter as often again at the end of each epoch, since the code applies it after every batch of the"
    " validation too; weights are counted as zero by the map's own keep level (rule=step).",
    "log alpha, where it is trained, is kept within -10 and 10; the code bounds the log sigma that follows from it.",
    "AdaTikhonov has its penalty from the first step on; in the code it is that of the step before, and the first has none.",
)
