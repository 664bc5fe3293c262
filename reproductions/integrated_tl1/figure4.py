"""Figure 4: accuracy against the shares of FLOP and parameters that are left, along a path of strengths."""

from reproductions.integrated_tl1 import DEPARTURES, PAPER, QUICK, SOURCE, STRENGTHS, accuracy, flops, parameters, path
from suite.experiment.claims import Claim, within_path
from suite.experiment.metrics import Column
from suite.experiment.reproduction import Reproduction, StrengthPath

METHODS = ("l2", "l1", "sgl", "cges", "integrated_tl1")
TEXT = "section 4.3, text on Figure 4"
LOSS = 1.0
"""Points of accuracy below the best of the data set that still count as comparable; the paper names no number."""


def least(group: str, a: str, others: tuple[str, ...], column: Column, text: str) -> Claim:
    """The path of method `a` gets lower than those of the others in a share, at an accuracy within LOSS of the best."""
    own, *rest = (f"{group}/{path(group, name)[0].series}" for name in (a, *others))
    return within_path(
        own, rest, column.metric, accuracy.metric, LOSS, text=f"{text} (within {LOSS:g} point of the best accuracy)", source=TEXT
    )


TABLE = Reproduction(
    id="integrated-tl1/figure4",
    title="Accuracy against FLOP and parameter share along a path of strengths",
    source=f"{SOURCE}, Figure 4",
    cells=tuple(c for group in ("mnist", "pendigits") for name in METHODS for c in path(group, name)),
    settings={"quick": QUICK, "paper": PAPER},
    columns=(accuracy, flops, parameters),
    claims=(
        least("mnist", "l1", ("sgl", "cges"), flops, "MNIST: l1 cuts FLOP further than SGL and CGES"),
        least("mnist", "integrated_tl1", ("sgl", "cges"), flops, "MNIST: integrated TL1 cuts FLOP further than SGL and CGES"),
        least(
            "pendigits",
            "integrated_tl1",
            ("sgl", "cges"),
            parameters,
            "PENDIGITS: integrated TL1 keeps its accuracy with fewer parameters than CGES and SGL",
        ),
        least(
            "pendigits",
            "integrated_tl1",
            ("sgl", "cges"),
            flops,
            "PENDIGITS: integrated TL1 keeps its accuracy with less FLOP than CGES and SGL",
        ),
        least(
            "pendigits",
            "integrated_tl1",
            ("l1",),
            parameters,
            "PENDIGITS: integrated TL1 keeps its accuracy with fewer parameters than l1",
        ),
    ),
    figures=(StrengthPath(y=accuracy, x=(flops, parameters)),),
    departures=(*DEPARTURES, f"{len(STRENGTHS)} strengths a method; how many the paper has is not known."),
    seeds=3,
    runs_in="integrated-tl1/table2",
)
