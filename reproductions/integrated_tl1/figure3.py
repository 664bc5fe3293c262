"""Figure 3: the runs of Table 2 on PENDIGITS and CIFAR-10 as boxplots."""

from reproductions.integrated_tl1 import COMPARED, DEPARTURES, PAPER, QUICK, SMOKE, SOURCE, accuracy, chosen, flops, parameters
from suite.experiment.reproduction import Boxplot, Reproduction

TABLE = Reproduction(
    id="integrated-tl1/figure3",
    title="Spread over the seeds on PENDIGITS and CIFAR-10",
    source=f"{SOURCE}, Figure 3",
    cells=tuple(chosen(group, name) for group in ("pendigits", "cifar10") for name in COMPARED),
    settings={"smoke": SMOKE, "quick": QUICK, "paper": PAPER},
    columns=(accuracy, flops, parameters),
    figures=(Boxplot(columns=(accuracy, flops, parameters)),),
    departures=DEPARTURES,
    seeds=3,
    runs_in="integrated-tl1/table2",
)
