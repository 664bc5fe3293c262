"""Figure 1: contours of popular regularisers."""

from reproductions.integrated_tl1 import SOURCE
from suite.experiment.reproduction import Contours, Profile, Reproduction
from suite.methods.schedule import Schedule
from suite.penalties import L1, MCP, SCAD, CappedL1, L1MinusL2, LogSum, Lp, TransformedL1

DRAWN = {name: Profile(Schedule(epochs=0)) for name in ("quick", "paper")}
"""A drawing needs no runs, and is the same in every profile."""

TABLE = Reproduction(
    id="integrated-tl1/figure1",
    title="Contours of penalties",
    source=f"{SOURCE}, Figure 1",
    cells=(),
    settings=DRAWN,
    columns=(),
    figures=(
        Contours(
            panels=(
                ("l1", L1()),
                ("SCAD, a = 3.7", SCAD(3.7)),
                ("MCP, gamma = 2", MCP(2.0)),
                ("log, eps = 0.1", LogSum(0.1)),
                ("capped l1, a = 1", CappedL1(1.0)),
                ("l1/2", Lp(0.5)),
                ("l1 - l2", L1MinusL2(1.0)),
                ("TL1, a = 1", TransformedL1(1.0)),
            ),
            extent=2.0,
        ),
    ),
    departures=("Which penalties the paper draws beside those of its text, and their parameters, were not found; these are ours.",),
)
