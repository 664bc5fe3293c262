"""The first steps of every method, and of every penalty in each of its three uses: python tests/regression/first_steps.py

A few steps on few examples, before rounding has grown: what a change of a step, a threshold or a proximal map does to them is a thousand
times what another machine does. Also for methods that no table's smoke profile has. The command computes what the reference lacks.
What it has stays: to have it all computed anew, delete it first.
"""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path

from suite.experiment.cell import Cell
from suite.experiment.reproduction import Profile, Reproduction
from suite.methods import method, names
from suite.methods.base import Method
from suite.methods.schedule import Schedule
from suite.metrics import savings
from suite.penalties import (
    CGES,
    L0,
    L1,
    MCP,
    SCAD,
    CappedL1,
    ExclusiveLasso,
    GroupLasso,
    IntegratedTL1,
    L1MinusL2,
    LogSum,
    Lp,
    Penalty,
    Ridge,
    SparseGroup,
    TransformedL1,
)
from suite.records.store import Store
from suite.runs.executors.serial import Serial
from suite.runs.orchestrate import Options, compute_missing

REFERENCE = Path(__file__).parent / "reference"

PENALTIES: tuple[Penalty, ...] = (
    L0(),
    L1(),
    Ridge(),
    TransformedL1(1.0),
    SCAD(1.02),
    MCP(0.05),
    MCP(5e-4),
    CappedL1(0.02),
    LogSum(0.1),
    Lp(0.5),
    Lp(2 / 3),
    L1MinusL2(0.5),
    GroupLasso(),
    ExclusiveLasso(),
    SparseGroup(L1(), GroupLasso()),
    CGES(0.5),
    CGES(0.5, "authors"),
    IntegratedTL1(0.5, 1.0),
)
"""With shapes so small that their weights reach all branches of the maps."""
OPTIONS: tuple[Method, ...] = (
    method("sgl0", grow="all"),
    method("rvscgd", normalise=True),
    method("cges_proximal", exclusive="authors"),
    method("ada_prox", idle=1.0, rule="step"),
    method("eta_trick", dual="authors"),
    method("eta_trick", lam=0.01, start=0.0, drift=0.5, least=0.5),
    method("magnitude", scope="layer"),
    method("variational_dropout", bulk=True),
    *(method("variational_dropout", parameter=name, sample="weights", start=-3.0) for name in ("log_sigma", "log_alpha")),
)
"""Methods whose options lead to code of their own."""


def uses(penalty: Penalty) -> list[Method]:
    """A penalty by its proximal map, in the loss, and on a copy of the weights."""
    maps = [method("proximal", penalty=penalty, lam=4e-3, step_ratio=10.0), method("splitting", penalty=penalty, lam=1e-3, beta=1.0)]
    lam = {Ridge: 100.0, GroupLasso: 0.2}.get(type(penalty), 0.05)  # strong, so that what the penalty does shows in a few steps
    return maps if isinstance(penalty, L0) else [*maps, method("subgradient", penalty=penalty, lam=lam)]


def rows() -> list[Method]:
    """Every method there is, as it comes, and those above; each once."""
    found = [*map(method, names()), *OPTIONS, *(use for penalty in PENALTIES for use in uses(penalty))]
    return list({made.row: made for made in found}.values())


def cells() -> tuple[Cell, ...]:
    """Those rows, a rate that falls on a line, and SCAD among weights that reach its knot at 1, by steps below and above a - 1.

    Such weights make any training wild: they move by the proximal map almost alone.
    """
    small = partial(Cell.of, "digits", "lenet_300_100", n_train=100, n_test=100)
    large = partial(small, changes=(("learning_rate", 1e-6),), group="large weights", start=("normal", 0.6))
    by_step = [large(method("proximal", penalty=SCAD(1.02), lam=lam, step_ratio=10.0)) for lam in (400.0, 4000.0)]
    scaled = partial(Cell.of, "digits", "mlp_60_40", n_train=100, n_test=100)
    every = ((scaled if getattr(made, "on", "") == "scales" else small)(made) for made in rows())
    return *every, small(method("dense"), changes=(("linear_from", 0.3),)), *by_step


SCHEDULE = Schedule(
    epochs=3, batch_size=34, optimizer="sgd", learning_rate=0.1, momentum=0.5, weight_decay=0.01, milestones=(2,), decay=0.5
)
TABLE = Reproduction(
    id="regression/first-steps",
    title="First steps",
    source="ours",
    cells=cells(),
    settings={"smoke": Profile(SCHEDULE)},
    columns=(),
)


def compute(out: Path, table: Reproduction = TABLE, profile: str = "smoke") -> None:
    """Compute the runs with seed 0 that are not there."""
    failures = compute_missing(table.at(profile, 1), Serial(), Options(out), []).failures
    for failure in failures.values():
        sys.exit(failure["traceback"])


if __name__ == "__main__":
    savings._latencies = lambda networks, batch: [1.0] * len(networks)  # nothing compares them
    store = Store.of(REFERENCE, TABLE.id, "smoke")
    compute(REFERENCE)
    shutil.rmtree(store.folder / "weights", ignore_errors=True)  # for the runs that build on others
    wanted = TABLE.at("smoke", 1).keys
    store.forget(*(key for key in store.read_all() if key not in wanted))
    store.gather([{**record, "filters": None} for record in store.read_all(wanted).values()])
