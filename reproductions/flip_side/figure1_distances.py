"""Figure 1 as numbers: how far effective penalties of dropout are from the classical penalties drawn beside them."""

from reproductions.flip_side import SOURCE
from suite.experiment.claims import always
from suite.experiment.metrics import plain
from suite.experiment.reproduction import Cell, Profile, Reproduction
from suite.methods.schedule import Schedule
from suite.theory.nearness import Nearness

SIMILAR = 10.0
"""Percent of the classical penalty's greatest value within which two graphs count as remarkably similar; the paper names no number."""

PAIRS = {
    "vardrop": ("VarDrop beside LogSum(2), λ = 2", Nearness(dropout="vardrop", classical="log_sum", strength=2.0, shape=(2.0,))),
    "hard_concrete": (
        "HardConcrete beside MCP(1/2, √2), λ = √2",
        Nearness(dropout="hard_concrete", classical="mcp", strength=2**0.5, shape=(0.5, 2**0.5)),
    ),
}
distance = plain("penalty_distance")

TABLE = Reproduction(
    id="flip-side/figure1_distances",
    title="Distances of effective penalties of dropout from classical penalties",
    source=f"{SOURCE}, Figure 1",
    cells=tuple(Cell.of("", "one weight", method, name=name, title=title) for name, (title, method) in PAIRS.items()),
    settings={name: Profile(Schedule(epochs=0)) for name in ("quick", "paper")},
    columns=(distance,),
    claims=tuple(
        always(
            name,
            distance.metric,
            at_most=SIMILAR,
            text=f"{title}: remarkably similar (at most {SIMILAR:g} % apart)",
            source='abstract: effective penalties "remarkably similar to classical penalties commonly used in sparse optimization"',
        )
        for name, (title, _) in PAIRS.items()
    ),
    departures=(
        "The pairs are those that the authors' notebook fits to one another: LogSum has VarDrop's slope at 0, MCP the limit of"
        " HardConcrete. Standout has no such partner there, and hard thresholding is one of vectors.",
        "Distance, range of |w| (0 to 5, as in `flip-side/figure1`) and margin are ours; the margin was set before a distance was"
        " computed.",
    ),
    seeds=1,
)
