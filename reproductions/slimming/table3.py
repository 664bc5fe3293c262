"""Table 3: the perceptron 784-500-300-10 on MNIST, four fifths of the units of each hidden layer pruned."""

from reproductions.slimming import LIU
from suite.experiment.claims import comparable, lower
from suite.experiment.metrics import COMPACT, column, plain
from suite.experiment.reproduction import Cell, Profile, Reproduction
from suite.methods import method
from suite.methods.base import Method
from suite.methods.schedule import Schedule

PAPER = Schedule(
    epochs=30,
    batch_size=256,
    optimizer="sgd",
    learning_rate=0.1,
    momentum=0.9,
    nesterov=True,
    weight_decay=1e-4,
    milestones=(10, 20),
)

slimming = method("slimming", penalty="l1", lam=1e-4)


def pruned(like: Method) -> Method:
    """80 % of each hidden layer: 100 and 60 units are left."""
    return method("slimmed", like=like, percent=80.0, scope="layer", first=1)


ROWS = {
    "baseline": (method("dense"), "baseline"),
    "trained": (slimming, "network slimming, before pruning"),
    "slimmed": (pruned(slimming), "network slimming"),
    "control": (pruned(method("dense")), "baseline, pruned and fine-tuned alike"),
}
CELLS = tuple(Cell.of("mnist", "mlp_500_300", of, name=name, title=title) for name, (of, title) in ROWS.items())

test_error = column("test_error", tolerance=0.2)
weights_pruned = column("weight_sparsity_exact", "weights pruned")
"""Without a tolerance: it follows from the widths, whatever is trained."""


TABLE = Reproduction(
    id="slimming/table3",
    title="784-500-300-10 on MNIST: network slimming",
    source=f"{LIU}, Table 3",
    published="slimming.toml#table3",
    cells=CELLS,
    settings={
        "paper": Profile(PAPER),
        "quick": Profile(PAPER.squeezed(6), departures=("A fifth of the epochs, in training and in fine-tuning.",)),
        "smoke": Profile(
            PAPER.squeezed(2, epoch_steps=20, batch_size=50),
            dataset="digits",
            departures=("Embedded 8x8 digits, enlarged, for 40 steps and 40 more: a check of the code, not a result.",),
        ),
    },
    columns=(test_error, weights_pruned),
    extra=(
        plain("test_error@pruned", "test error before fine-tuning"),
        plain("best_test_error"),
        plain("channels_left"),
        *COMPACT,
        plain("compact_operations_left"),
        column("architecture"),
    ),
    baseline="baseline",
    claims=(
        comparable(
            "slimmed",
            "baseline",
            test_error.metric,
            0.2,
            text="pruned and fine-tuned, the network errs as the baseline (within 0.2 points)",
            source="ours: the printed difference is 0.06",
            ours=True,
        ),
        lower(
            "slimmed",
            "control",
            test_error.metric,
            text="a lower error than the baseline pruned and fine-tuned alike",
            source="our control",
            ours=True,
        ),
    ),
    departures=(
        "The paper gives no regularisation parameter for MNIST: 1e-4, of the three that it tries elsewhere.",
        "Batch normalisation of the hidden layers is not mentioned, but the scales that are pruned are its; a hidden layer has no bias"
        " beside its shift. Images are fed from 0 to 1, as they are; the paper is silent.",
        "A pruned unit stays in the network with all its weights at zero, and the others train as without it; the smaller network is"
        " built at the end, and compared with it image by image.",
        "weights pruned: weights apart from biases, scales and shifts, as 84.4 is counted. Pruning to 100 and 60 units gives 84.40 %,"
        " whatever is trained: no verdict. (It had one, reproduced, until these runs were seen.)",
        "The number of runs behind the printed errors is not stated. The row of structured sparsity learning (1.53 %) is of another"
        " paper, and has no run here.",
        "The row pruned without a penalty in training is our control. So are both claims: the first is drawn from the printed numbers, as"
        " the paper's text on this table was not found.",
    ),
    stand_in="digits",
    views=False,
)
