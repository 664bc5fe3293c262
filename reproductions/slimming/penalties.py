"""Nonconvex network slimming: VGG-19 on CIFAR-10, error against the share of channels pruned, before and after fine-tuning."""

from __future__ import annotations

from dataclasses import replace

from reproductions.slimming import BUI
from reproductions.slimming._cifar import PAPER, PRUNED, conditions, smoke
from suite.experiment.claims import Claim, comparable, higher, lower
from suite.experiment.metrics import COMPACT, column, plain
from suite.experiment.reproduction import Cell, Profile, Reproduction
from suite.methods import method
from suite.penalties import L1, MCP, SCAD, Lp, Penalty, TransformedL1
from suite.proposed.slimming import FLOOR

LAM = 1e-4
REACH = 10_000
"""a of MCP and SCAD: scales up to a lambda = 1 are penalised, twice as far as they start. The papers' values were not found."""
PERCENTS = (30, 50, 70)
SIMILAR = 0.5
"""Points of error within which networks count as equally accurate: the fluctuation between seeds of Liu et al.; the abstract has none."""

PENALTIES: dict[str, tuple[Penalty, str]] = {
    "l1": (L1(), "L1"),
    "l3/4": (Lp(0.75, FLOOR), "L3/4"),
    "l1/2": (Lp(0.5, FLOOR), "L1/2"),
    "l1/4": (Lp(0.25, FLOOR), "L1/4"),
    "tl1-1": (TransformedL1(1.0), "TL1, a = 1"),
    "tl1-0.5": (TransformedL1(0.5), "TL1, a = 0.5"),
    "mcp": (MCP(REACH * LAM), "MCP"),
    "scad": (SCAD(float(REACH), knot=LAM), "SCAD"),
}

test_error = column("test_error")
before = column("test_error@pruned", "test error before fine-tuning")
parameters = column("parameters_pruned")


def cell(name: str, percent: int) -> Cell:
    penalty, title = PENALTIES[name]
    tuned = method("slimmed", like=method("slimming", penalty=penalty, lam=LAM), percent=float(percent))
    return Cell.of("cifar10", "vgg_19", tuned, group=f"{percent}", name=name, title=title, **conditions("cifar10"))


def claims(percent: int) -> list[Claim]:
    """The abstracts' sentences at one percentage of channels. Compression: the share of parameters that goes with them."""
    at, l1 = f"at {percent} % of the channels", f"{percent}/l1"
    compress = [
        higher(f"{percent}/{name}", l1, parameters.metric, text=f"{title} compresses more than L1 {at}", source="abstract")
        for name, (_, title) in PENALTIES.items()
        if name != "l1"
    ]
    kept = [
        lower(
            f"{percent}/{name}",
            l1,
            before.metric,
            text=f"{PENALTIES[name][1]} errs less than L1 before fine-tuning {at}",
            source="abstract: TL1 keeps the accuracy after pruning without retraining",
        )
        for name in ("tl1-1", "tl1-0.5")
    ]
    similar = [
        comparable(
            f"{percent}/{name}",
            l1,
            test_error.metric,
            SIMILAR,
            text=f"{PENALTIES[name][1]} errs as L1 after fine-tuning {at} (within {SIMILAR:g} points)",
            source="abstract: L1/2 and L3/4 compress more, with accuracy similar to L1 after retraining",
        )
        for name in ("l1/2", "l3/4")
    ]
    accurate = [
        lower(
            f"{percent}/{name}",
            l1,
            test_error.metric,
            text=f"{PENALTIES[name][1]} errs less than L1 after fine-tuning {at}",
            source="abstract: MCP and SCAD are more accurate after retraining at a compression similar to L1",
        )
        for name in ("mcp", "scad")
    ]
    return [*compress, *kept, *similar, *accurate]


TABLE = Reproduction(
    id="slimming/penalties",
    title="VGG-19 on CIFAR-10: nonconvex penalties on the scales",
    source=f"{BUI}, the abstract; its tables were not found",
    cells=tuple(cell(name, percent) for percent in PERCENTS for name in PENALTIES),
    settings={
        "paper": Profile(replace(PAPER, nesterov=False)),
        "smoke": smoke({"vgg_19": "mlp_60_40"}, replace(PAPER, nesterov=False)),
    },
    columns=(before, test_error, *map(column, PRUNED)),
    extra=(
        plain("test_error@trained", "test error before pruning"),
        plain("best_test_error"),
        plain("channels_left"),
        plain("emptied_layers"),
        *COMPACT,
    ),
    baseline="l1",
    claims=tuple(claim for percent in PERCENTS for claim in claims(percent)),
    departures=(
        "Settings are those of the authors' code: lambda = 1e-4, no Nesterov, and the threshold that takes one channel more.",
        "a of MCP and SCAD is ours: theirs was not found, and a textbook's would leave scales that start at 0.5 alone.",
        "The gradient of Lp is bounded by that at 1e-4; theirs has no bound, and is NaN at 0.",
        "The last epoch is pruned and reported; their code reports the best epoch on the test set beside it.",
        "A layer that would lose all its channels keeps the one with the largest scale; their code fails there.",
        "Compression is the share of parameters gone at the same share of channels; the abstracts do not say at which they compare.",
    ),
    block="% of channels pruned",
    views=False,
    seeds=3,
)
