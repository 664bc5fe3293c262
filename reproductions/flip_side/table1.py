"""The table of the case study: LeNet-300-100 on MNIST, error and share of weights left of seven methods."""

from reproductions.flip_side import SOURCE
from reproductions.flip_side._mnist import CELLS, DEPARTURES, SETTINGS
from suite.experiment.claims import comparable, lower
from suite.experiment.metrics import COMPACT, column, plain
from suite.experiment.reproduction import Reproduction, Scatter

weights_left = column("weights_left", tolerance=1.0)
test_error = column("test_error", tolerance=0.3)
as_trained = column("test_error@no threshold", "test error, no weight set to zero", tolerance=0.3)

ABSTRACT = 'abstract: "similar empirical behavior between the adaptive dropout method and classical methods"; the margins are ours'
PRINTED = "ours: an order of the printed numbers, which the abstract does not speak of"
CLASSICAL = {"log_sum": "LogSum", "ada_prox": "AdaProx", "ada_tikhonov": "AdaTikhonov"}

TABLE = Reproduction(
    id="flip-side/table1",
    title="LeNet-300-100 on MNIST: adaptive dropout and penalties",
    source=f"{SOURCE}, table of the case study, from the authors' notebook",
    published="flip_side.toml#table1",
    cells=CELLS,
    settings=SETTINGS,
    columns=(weights_left, test_error, as_trained, plain("validation_error")),
    extra=(
        plain("weight_sparsity", "weight sparsity, |w| < 1e-5"),
        plain("weight_sparsity_exact", "zeros"),
        plain("neuron_sparsity"),
        *COMPACT,
        column("architecture"),
    ),
    baseline="log_sum",
    claims=(
        *(
            comparable(
                row,
                "vardrop+lr+ar",
                metric,
                margin,
                text=f"{label} {words} as VarDrop+LR+AR (within {margin:g} points)",
                source=ABSTRACT,
            )
            for row, label in CLASSICAL.items()
            for metric, margin, words in (("test_error", 0.5, "has the same error"), ("weights_left", 1.0, "leaves as many weights"))
        ),
        lower("vardrop+lr", "vardrop", "weights_left", text="local reparametrisation leaves fewer weights", source=PRINTED, ours=True),
        lower(
            "vardrop+lr+ar", "vardrop+lr", "weights_left", text="additive reparametrisation leaves fewer still", source=PRINTED, ours=True
        ),
        lower(
            "vardrop+lr", "vardrop+lr+ar", "test_error", text="VarDrop+LR has a lower error than VarDrop+LR+AR", source=PRINTED, ours=True
        ),
        lower("eta_trick", "log_sum", "test_error", text="the η-trick has a lower error than LogSum", source=PRINTED, ours=True),
    ),
    figures=(Scatter(y=test_error, x=(weights_left,)),),
    departures=DEPARTURES,
    notes=("The figure shows the test error in which the paper has numbers for the three rows of VarDrop alone.",),
    stand_in="digits",
    seeds=3,
    views=False,
)
