"""Figure 4: accuracy against the shares of FLOP and parameters that are left, along a path of strengths."""

from reproductions.integrated_tl1 import DEPARTURES, PAPER, QUICK, SOURCE, STRENGTHS, accuracy, flops, parameters, path
from suite.reproduction import Reproduction, StrengthPath
from suite.stats.claims import within_path

METHODS = ("l2", "l1", "sgl", "cges", "integrated_tl1")
TEXT = "section 4.3, text on Figure 4"
LOSS = 1.0
"""Points of accuracy below the best of the data set that still count as comparable; the paper names no number."""


def least(a: str, others: tuple[str, ...], column, text: str):
    """Series `a` gets lower than the others in a share, at an accuracy within LOSS of the best."""
    return within_path(
        a, others, column.metric, accuracy.metric, LOSS, text=f"{text} (within {LOSS:g} point of the best accuracy)", source=TEXT
    )


TABLE = Reproduction(
    id="integrated-tl1/figure4",
    title="Accuracy against FLOP and parameter share along a path of strengths",
    source=f"{SOURCE}, Figure 4",
    cells=tuple(c for group in ("mnist", "pendigits") for name in METHODS for c in path(group, name)),
    settings={"quick": QUICK, "paper": PAPER},
    columns=(accuracy, flops, parameters),
    claims=(
        least(
            "mnist/l1_proximal",
            ("mnist/sparse_group_lasso_proximal", "mnist/cges_proximal"),
            flops,
            "MNIST: l1 cuts FLOP further than SGL and CGES",
        ),
        least(
            "mnist/integrated_tl1",
            ("mnist/sparse_group_lasso_proximal", "mnist/cges_proximal"),
            flops,
            "MNIST: integrated TL1 cuts FLOP further than SGL and CGES",
        ),
        least(
            "pendigits/integrated_tl1",
            ("pendigits/sparse_group_lasso_proximal", "pendigits/cges_proximal"),
            parameters,
            "PENDIGITS: integrated TL1 keeps its accuracy with fewer parameters than CGES and SGL",
        ),
        least(
            "pendigits/integrated_tl1",
            ("pendigits/sparse_group_lasso_proximal", "pendigits/cges_proximal"),
            flops,
            "PENDIGITS: integrated TL1 keeps its accuracy with less FLOP than CGES and SGL",
        ),
        least(
            "pendigits/integrated_tl1",
            ("pendigits/l1_proximal",),
            parameters,
            "PENDIGITS: integrated TL1 keeps its accuracy with fewer parameters than l1",
        ),
    ),
    figures=(StrengthPath(y=accuracy, x=(flops, parameters)),),
    departures=(*DEPARTURES, f"{len(STRENGTHS)} strengths a method; how many the paper has is not known."),
    seeds=3,
    runs_in="integrated-tl1/table2",
)
