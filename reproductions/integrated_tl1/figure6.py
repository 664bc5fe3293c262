"""Figure 6: the filters of the first convolution on MNIST."""

from reproductions.integrated_tl1 import COMPARED, DEPARTURES, PAPER, QUICK, SMOKE, SOURCE, TITLES, accuracy, chosen
from suite.experiment.claims import always, higher, highest
from suite.experiment.metrics import column, plain
from suite.experiment.reproduction import Filters, Reproduction

LITTLE = 1.0
"""Percent of the weights of the filters that count as little; the paper names no number."""
DENSE = 'section 4.3: "l1 regularizer and SGL have little effect on the sparsity of the filters"'
SOME = 'section 4.3: "The CGES results in a little sparsity"'
SHARP = 'section 4.3: "zeroes out some spatial features [...], resulting in much sha[r]per filters, compared with other regularizers"'
SPARSITY = column("first_layer_zeros")


TABLE = Reproduction(
    id="integrated-tl1/figure6",
    title="Filters of the first convolution on MNIST",
    source=f"{SOURCE}, Figure 6",
    cells=tuple(chosen("mnist", name) for name in COMPARED),
    settings={"smoke": SMOKE, "quick": QUICK, "paper": PAPER},
    columns=(SPARSITY, accuracy),
    extra=(plain("first_layer_sparsity", "|w| < 1e-5 in the first layer"),),
    claims=(
        *(
            always(
                f"mnist/{name}",
                SPARSITY.metric,
                at_most=LITTLE,
                text=f"{TITLES[name]} has little effect on the first filters (at most {LITTLE:g} % zeros)",
                source=DENSE,
            )
            for name in ("l1", "sgl")
        ),
        *(
            higher(
                "mnist/cges",
                f"mnist/{name}",
                SPARSITY.metric,
                text=f"CGES makes the first filters sparser than {TITLES[name]}",
                source=SOME,
            )
            for name in ("l1", "sgl")
        ),
        highest(
            "mnist/integrated_tl1",
            [f"mnist/{name}" for name in COMPARED],
            SPARSITY.metric,
            text="integrated TL1 has the sharpest filters (most zeros)",
            source=SHARP,
        ),
    ),
    figures=(Filters(),),
    departures=(*DEPARTURES, "Zeros of the filters are exact, as the paper removes weights that are exactly zero."),
    seeds=3,
    runs_in="integrated-tl1/table2",
)
