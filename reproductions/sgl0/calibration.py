"""Which penalty factor the quick profile of the table uses, chosen on images held out of the training set."""

from reproductions.sgl0 import PAPER, QUICK_EPOCHS
from suite.experiment.metrics import column
from suite.experiment.reproduction import Profile, Reproduction, grid
from suite.methods import method

FACTORS = (1.0, 5.0, 10.0, 20.0, 40.0, 80.0)

PENALISED = [method(name) for name in ("group_lasso", "sparse_group_lasso", "cges", "sgl0")]

TABLE = Reproduction(
    id="sgl0/calibration",
    title="Penalty factor of the quick profile, by error on 10,000 held-out training images",
    source="ours; no table of the paper",
    cells=(
        *grid(dataset="mnist", model="lenet5_caffe", method=[method("dense")], hold_out=10_000),
        *grid(dataset="mnist", model="lenet5_caffe", method=PENALISED, hold_out=10_000, changes={"penalty_factor": FACTORS}),
    ),
    settings={"quick": Profile(PAPER.squeezed(QUICK_EPOCHS))},
    columns=(
        column("weight_sparsity"),
        column("neuron_sparsity"),
        column("test_error", "held-out error"),
    ),
    baseline="dense",
)
