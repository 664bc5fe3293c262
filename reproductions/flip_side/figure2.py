"""Figure 2: share of weights left and held-out error over the training, ours and the paper's."""

from reproductions.flip_side import SOURCE
from reproductions.flip_side._mnist import CELLS, DEPARTURES, SETTINGS
from suite.experiment.metrics import column
from suite.experiment.reproduction import Curves, Reproduction

weights_left = column("weights_left", tolerance=1.0)
held_out = column("validation_error", tolerance=0.5)

TABLE = Reproduction(
    id="flip-side/figure2",
    title="LeNet-300-100 on MNIST: share of weights left and held-out error over the training",
    source=f"{SOURCE}, Figure 2, from the run log of the authors' notebook",
    published="flip_side.toml#figure2",
    cells=CELLS,
    settings=SETTINGS,
    columns=(weights_left, held_out),
    figures=(Curves(columns=(weights_left, held_out), along="training", published="flip_side_curves.csv"),),
    departures=(
        *DEPARTURES,
        "Held-out error is of the weights that are counted, also where the paper's code tests with all weights: AdaProx, AdaTikhonov,"
        " LogSum and the η-trick. `flip-side/table1` has the test error of both.",
        "The band is the 95 % interval over our seeds; the paper's curves are of one run each.",
    ),
    stand_in="digits",
    seeds=3,
    runs_in="flip-side/table1",
    views=False,
)
