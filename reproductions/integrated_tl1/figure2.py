"""Figure 2: contours of transformed L1 from the l0 end to the l1 end."""

from reproductions.integrated_tl1 import SHAPES, SOURCE
from reproductions.integrated_tl1.figure1 import DRAWN
from suite.experiment.reproduction import Contours, Reproduction
from suite.penalties import TransformedL1

TABLE = Reproduction(
    id="integrated-tl1/figure2",
    title="Contours of transformed L1 over a",
    source=f"{SOURCE}, Figure 2",
    cells=(),
    settings=DRAWN,
    columns=(),
    figures=(Contours(panels=tuple((f"a = {a:g}", TransformedL1(a)) for a in SHAPES), columns=3),),
    departures=("The paper's values of a were not found; these are powers of ten.",),
)
