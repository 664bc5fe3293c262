"""Whether a reproduction names only what it has: rows, series, groups, metrics, views. A slip of the pen is an error, not an empty cell."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterator

from suite.base.errors import SuiteError
from suite.experiment.cell import without_group
from suite.experiment.claims import AnyClaim, Claim, RankClaim
from suite.experiment.figures import Boxplot, Curves, Figure, Scatter, StrengthPath, Sweep
from suite.experiment.metrics import Column, metric
from suite.experiment.reproduction import Reproduction


def check(table: Reproduction) -> Reproduction:
    """The reproduction itself; SuiteError, with the nearest names, for a name that it uses and does not have."""
    named = Counter(cell.row for cell in table.cells)
    if twice := [row for row, times in named.items() if times > 1]:
        raise SuiteError(f"{table.id}: two rows are called {twice[0]!r}", "give one of them a name of its own")
    for where, key in metrics_of(table):
        known_metric(table, where, key)
    along = [claim for claim in table.claims if isinstance(claim, Claim) and claim.at]
    shown, paths = rows(table), [cell.path for cell in table.cells] if along else []
    for claim in table.claims:
        check_claim(table, claim, paths if claim in along else shown)
    short = (without_group(cell.group, cell.row) for cell in table.cells)
    known(table, "baseline", table.baseline, ["", *named, *short])
    for wanted in table.matched:
        known(table, "matched", wanted.group, table.groups)
        known(table, "matched: baseline", wanted.baseline, ["", *(cell.series for cell in table.cells if cell.group == wanted.group)])
    for figure in table.figures:
        match figure:
            case StrengthPath():
                for group in figure.groups:
                    known(table, "figure", group, table.groups)
            case Curves():
                for key in figure.log:
                    known(table, "figure: log", key, [column.metric for column in figure.columns])
    return table


def rows(table: Reproduction) -> list[str]:
    """The rows by name, each with those of its views."""
    return [name for cell in table.cells for name in (cell.row, *(f"{cell.row}@{view}" for view in cell.method.viewed))]


def known(table: Reproduction, where: str, name: str, names: Collection[str]) -> None:
    """SuiteError unless the name is one of these."""
    if name not in names:
        near = difflib.get_close_matches(name, list(names), n=3) or list(dict.fromkeys(names))[:5]
        raise SuiteError(f"{table.id}: {where} names {name!r}, which the table does not have", f"did you mean {' or '.join(near)}?")


def known_metric(table: Reproduction, where: str, key: str) -> None:
    """SuiteError unless the metric is defined, and its view one of the table's."""
    try:
        metric(key)
    except SuiteError as error:
        raise SuiteError(f"{table.id}: {where}: {error.message}", error.remedy) from None
    view = key.partition("@")[2]
    if view:
        known(table, where, view, [view for cell in table.cells for view in cell.method.viewed])


def check_claim(table: Reproduction, claim: AnyClaim, there: Collection[str]) -> None:
    """SuiteError unless the metrics of a claim are known, and its rows, or series, are there."""
    where = f"claim {claim.text!r}"
    for key in claim.metrics:
        known_metric(table, where, key)
    blocks = [f"{block}/" for block in claim.blocks] if isinstance(claim, RankClaim) else [""]
    for block in blocks:
        for name in claim.rows:
            known(table, where, f"{block}{name}", there)


def metrics_of(table: Reproduction) -> Iterator[tuple[str, str]]:
    """Every metric that columns, figures and rules name, with the place."""
    for where, columns in (("columns", table.columns), ("extra", table.extra), ("ranked", table.ranked)):
        yield from ((where, column.metric) for column in columns)
    for wanted in table.matched:
        yield from (("matched", column.metric) for column in (wanted.metric, wanted.along))
    if table.selection:
        yield from (("selection", key) for key in (table.selection.error, table.selection.size))
    for figure in table.figures:
        yield from (("figure", column.metric) for column in columns_of(figure))


def columns_of(figure: Figure) -> tuple[Column, ...]:
    """The columns that a figure draws."""
    match figure:
        case Scatter() | StrengthPath():
            return (figure.y, *figure.x)
        case Sweep():
            return (*figure.columns, *(column for pair in figure.against for column in pair))
        case Boxplot() | Curves():
            return figure.columns
    return ()
