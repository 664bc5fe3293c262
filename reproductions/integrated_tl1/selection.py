"""Which strength each method gets on each data set, by error on held-out training data; every strength that was tried is a row."""

from reproductions.integrated_tl1 import (
    COMPARED,
    DEPARTURES,
    GRIDS,
    PAPER,
    QUICK,
    SHAPES,
    STRENGTHS,
    VALIDATION,
    flops,
    parameters,
    path,
    validation_error,
)
from suite.experiment.reproduction import Reproduction, Selection

TABLE = Reproduction(
    id="integrated-tl1/selection",
    title="Strengths chosen on held-out data",
    source="ours; no table of the paper",
    cells=(
        *(c for group in GRIDS if group != "digits" for name in COMPARED for c in path(group, name, strengths=GRIDS[group])),
        *(c for name in ("group", "tl1") for c in path("digits", name)),
        *(c for a in SHAPES for c in path("digits", "integrated_tl1", f"integrated TL1 (a = {a:g})", a=a)),
    ),
    settings={"quick": QUICK, "paper": PAPER},
    columns=(validation_error, parameters, flops),
    departures=DEPARTURES,
    notes=(
        f"Strengths: {', '.join(f'{s:g}' for s in STRENGTHS)}, times the profile's factor, the middle five of them on Fashion-MNIST, SDD"
        f" and CIFAR-10; all methods of a data set have the same. One seed, the same schedule and {VALIDATION:.1%} of the training set"
        " held out for all.",
    ),
    seeds=1,
    runs_in="integrated-tl1/table2",
    selection=Selection(),
)
