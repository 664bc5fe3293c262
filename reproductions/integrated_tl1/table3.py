"""Table 3: what group sparsity, TL1 and integrated TL1 remove from the last layer, on DIGITS."""

from reproductions.integrated_tl1 import DEPARTURES, PAPER, QUICK, SMOKE, SOURCE, accuracy, chosen
from suite.experiment.claims import lower, never, present
from suite.experiment.metrics import column
from suite.experiment.reproduction import Reproduction

TEXT = 'section 4.5: "group sparsity can only achieve neuron-level sparsity and the remaining connections are still dense"'
TL1 = 'section 4.5: "cannot remove neurons, but it can remove connections efficiently"'
BOTH = 'section 4.5: integrated TL1 "only removes [fewer] neurons", "both neuron-level and connection-level sparsity"'
neurons = column("last_layer_neurons_removed")
connections = column("last_layer_sparsity")
remaining = column("last_layer_sparsity_of_rest")
MANY = 10.0
"""Percent of the connections that count as many; the paper's numbers were not found."""

TABLE = Reproduction(
    id="integrated-tl1/table3",
    title="Neurons and connections removed from the last layer, DIGITS",
    source=f"{SOURCE}, Table 3",
    cells=tuple(chosen("digits", name) for name in ("group", "tl1", "integrated_tl1")),
    settings={"smoke": SMOKE, "quick": QUICK, "paper": PAPER},
    columns=(neurons, connections, remaining, accuracy),
    extra=(column("last_layer_neurons"),),
    claims=(
        present("digits/group", neurons.metric, 1.0, text="group sparsity removes neurons", source=TEXT),
        never("digits/group", remaining.metric, text="group sparsity leaves the remaining connections dense", source=TEXT),
        never("digits/tl1", neurons.metric, text="TL1 removes no neuron", source=TL1),
        present("digits/tl1", connections.metric, MANY, text=f"TL1 removes many connections (at least {MANY:g} %)", source=TL1),
        present("digits/integrated_tl1", neurons.metric, 1.0, text="integrated TL1 removes neurons", source=BOTH),
        lower(
            "digits/integrated_tl1",
            "digits/group",
            neurons.metric,
            text="integrated TL1 removes fewer neurons than group sparsity",
            source=BOTH,
        ),
        present(
            "digits/integrated_tl1",
            remaining.metric,
            MANY,
            text=f"integrated TL1 removes connections of the remaining neurons too (at least {MANY:g} %)",
            source=BOTH,
        ),
    ),
    departures=(
        *DEPARTURES,
        "DIGITS: scikit-learn's 1,797 images of 8x8 pixels, 360 of them for testing; one convolution and two fully connected layers, their"
        " widths (16, 64) ours; Adam at 1e-3, batches of 50, 50 epochs.",
        "Group sparsity is the group term of the paper's regulariser alone, without a factor for the size of the group.",
    ),
    runs_in="integrated-tl1/table2",
)
