"""Where the numbers of a claim come from: the stored runs of its rows, its series, and what they share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from suite.experiment.statements import AnyClaim, AtLevel, Claim, WithinLoss
from suite.judging.evidence import Readings
from suite.judging.orders import Runs
from suite.judging.path import at_level, reached
from suite.judging.resolution import step
from suite.records.results import Results, Row


def runs_of(results: Results, claim: AnyClaim) -> Runs:
    """The values of a row; of a series, what it reaches along its path or has at the level, one span a seed. Without the runs that do
    not meet what the claim presupposes."""

    def step_of(name: str, metric: str) -> float:
        return step((record for row in results.all_rows if name in (row.key, row.cell.path) for record in row.records), metric)

    def differences(a: str, b: str, metric: str) -> Sequence[float] | None:
        ours, theirs = results.row(a), results.row(b)
        if (isinstance(claim, Claim) and claim.at) or ours is None or theirs is None or not share_training(results, ours, theirs):
            return None
        found = [_by_seed(row, claim, metric) for row in (ours, theirs)]
        return [found[0][seed] - found[1][seed] for seed in found[0] if seed in found[1]]

    def values(name: str, metric: str) -> Readings:
        match claim:
            case Claim(at=WithinLoss(guard, loss)):
                return list(reached(results, name, metric, guard, loss, claim.better).values())
            case Claim(at=AtLevel(along, level)):
                return list(at_level(results, name, metric, along, level).values())
        row = results.row(name)
        return list(_by_seed(row, claim, metric).values()) if row else []

    return Runs(values, differences, step_of)


def left_out(results: Results, claim: AnyClaim) -> str:
    """How many runs do not meet what the claim presupposes, in words; empty where it presupposes nothing."""
    if claim.given is None:
        return ""
    runs = [run for name in claim.rows if (row := results.row(name)) for run in row.runs]
    unmet = sum(not claim.given.met(run) for run in runs)
    return f"given that {claim.given.text}: {unmet} of {len(runs)} runs do not meet it and are left out"


def share_training(results: Results, a: Row, b: Row) -> bool:
    """Whether the runs of two rows come from the same trainings: two views of one, or two that build on the run of the same seed (pruned
    `like` another row, from the same dense network)."""
    return bool(_trainings(results, a) & _trainings(results, b))


def _trainings(results: Results, row: Row) -> set[str]:
    spec = next(line for line in results.experiment.lines if line.cell.row == row.cell.row).run(0)
    return {spec.key, *(needed.key for needed in spec.needs())}


def _by_seed(row: Row, claim: AnyClaim, metric: str) -> dict[int, float]:
    """The metric in each finished run that has it as a finite number and meets what the claim presupposes."""
    runs = [run for run in row.runs if claim.given is None or claim.given.met(run)]
    return {run["seed"]: v for run in runs if isinstance(v := run.get(metric), (int, float)) and math.isfinite(v)}
