"""Table 1: the networks, described by what their untrained models are."""

from reproductions.integrated_tl1 import DATASETS, NETWORKS, SOURCE
from suite.experiment.metrics import column
from suite.experiment.reproduction import Cell, Profile, Reproduction
from suite.methods import method
from suite.methods.schedule import Schedule

UNTRAINED = Profile(Schedule(epochs=0))


TABLE = Reproduction(
    id="integrated-tl1/table1",
    title="Networks: layers, weights and multiply-adds",
    source=f"{SOURCE}, Table 1",
    cells=tuple(
        Cell.of(DATASETS.get(group, group), model, method("dense"), group=group, name=model, title=model)
        for group, model in NETWORKS.items()
    ),
    settings={"quick": UNTRAINED, "paper": UNTRAINED},
    columns=(
        column("conv_layers"),
        column("fc_layers"),
        column("weights"),
        column("biases"),
        column("multiply_adds"),
        column("multiply_adds_valid"),
    ),
    departures=(
        "The numbers of layers are the paper's for DIGITS (its section 4.4), and those of the apparent authors' script for MNIST; for the"
        " other data sets they were not found and are our choice, as all widths but MNIST's are.",
        "The row of SDD needs its file; on its 48 features and 11 classes the network has 15,040 weights.",
    ),
    seeds=1,
)
