"""What a table has to decide, and which runs each decision takes: the goals of `suite.judging.agenda`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from suite.experiment.claims import AnyClaim, Claim, RankClaim, WithinLoss
from suite.experiment.reproduction import Experiment
from suite.judging.agenda import Goal, What
from suite.judging.numbers import tolerance_of
from suite.judging.verdicts import printed


def run_of(experiment: Experiment, key: str) -> str:
    """A run as goals name it: its key, and the folder that it is kept in."""
    return f"{experiment.reproduction.home} {key}"


def goals(experiment: Experiment) -> list[Goal]:
    """Of every published number that it is tested, and that it has its verdict; of every claim of the paper that it has its verdict.

    A verdict takes the planned number of seeds. Of a number without a spread the first run tests nothing, two do; one that has no
    tolerance either is never tested. The numbers of runs that are another table's are tested there. Controls of ours are no goal.
    """
    table, planned = experiment.reproduction, experiment.reproduction.seeds
    columns = {column.metric: column for column in (*table.columns, *table.extra)}
    keys = {line.cell.row: [spec.keys(range(planned)) for spec in line.spec.chain()] for line in experiment.lines}

    def goal(what: What, about: str, rows: Iterable[str], seeds: int) -> Goal:
        rows = tuple(rows)
        runs = frozenset(run_of(experiment, key) for row in rows for of in keys[row] for key in of[:seeds])
        return Goal(what, about, table.id, rows, seeds, runs)

    found, paths = list[Goal](), {line.cell.row: line.cell.path for line in experiment.lines}
    for (name, metric), number in printed(table).items() if not table.runs_in else ():
        row, about = name.partition("@")[0], f"{name}: {metric}"
        tolerance, first = tolerance_of(number, columns[metric].tolerance), 1 if number.spread is not None else 2
        if number.spread is not None or (tolerance is not None and first <= planned):
            found.append(goal("test of a number", about, [row], first))
        if tolerance is not None and planned > 1:
            found.append(goal("verdict on a number", about, [row], planned))
    found += [goal("verdict on a claim", claim.text, _rows(experiment, paths, claim), planned) for claim in table.claims if not claim.ours]
    return found


def _rows(experiment: Experiment, paths: Mapping[str, str], claim: AnyClaim) -> list[str]:
    """The rows that a claim needs. What a series reaches within a loss depends on every row of its group. paths: of each row its series."""
    blocks = [f"{block}/" for block in claim.blocks] if isinstance(claim, RankClaim) else [""]
    names = {f"{block}{name}" for block in blocks for name in claim.rows}
    if not (isinstance(claim, Claim) and claim.at):
        rows = {name.partition("@")[0] for name in names}
        return [row for row in paths if row in rows]
    groups = {line.cell.row: line.cell.group for line in experiment.lines}
    whole = {groups[row] for row, path in paths.items() if path in names} if isinstance(claim.at, WithinLoss) else set()
    return [row for row, path in paths.items() if path in names or groups[row] in whole]
