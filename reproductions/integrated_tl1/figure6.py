"""Figure 6: the filters of the first convolution on MNIST."""

from reproductions.integrated_tl1 import COMPARED, DEPARTURES, PAPER, QUICK, SMOKE, SOURCE, accuracy, chosen
from suite.experiment.claims import absent, higher, highest
from suite.experiment.metrics import column
from suite.experiment.reproduction import Filters, Reproduction

TEXT = "section 4.3, text on Figure 6"
SPARSITY = column("first_layer_sparsity")

TABLE = Reproduction(
    id="integrated-tl1/figure6",
    title="Filters of the first convolution on MNIST",
    source=f"{SOURCE}, Figure 6",
    cells=tuple(chosen("mnist", name) for name in COMPARED),
    settings={"smoke": SMOKE, "quick": QUICK, "paper": PAPER},
    columns=(SPARSITY, accuracy),
    claims=(
        absent("mnist/l1", SPARSITY.metric, text="l1 leaves the first filters dense", source=TEXT),
        absent("mnist/sgl", SPARSITY.metric, text="SGL leaves the first filters dense", source=TEXT),
        higher("mnist/cges", "mnist/l1", SPARSITY.metric, text="CGES makes the first filters sparser than l1", source=TEXT),
        higher("mnist/cges", "mnist/sgl", SPARSITY.metric, text="CGES makes the first filters sparser than SGL", source=TEXT),
        highest(
            "mnist/integrated_tl1",
            [f"mnist/{name}" for name in COMPARED if name != "integrated_tl1"],
            SPARSITY.metric,
            text="integrated TL1 has the sharpest filters (most zeros)",
            source=TEXT,
        ),
    ),
    figures=(Filters(),),
    departures=DEPARTURES,
    seeds=3,
    runs_in="integrated-tl1/table2",
)
