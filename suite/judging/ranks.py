"""Average ranks of the methods over the groups of a table, with Friedman's test and Nemenyi's critical difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from suite.experiment.cell import without_group
from suite.experiment.metrics import Column
from suite.judging.scale import NO_VERDICT
from suite.records.naming import groups, labels
from suite.records.results import Results, Row

if TYPE_CHECKING:
    from suite.stats.ranks import Ranking

ALPHA = 0.05


@dataclass(frozen=True)
class Ranked:
    """The ranking of the methods by one column over the groups `blocks`; `remark` names the groups that are left out, and why."""

    column: Column
    ranking: Ranking
    blocks: tuple[str, ...]
    left_out: dict[str, tuple[str, ...]]
    remark: str


def name(row: Row) -> str:
    """The row without its group: by this name a method is found again in another group."""
    return without_group(row.cell.group, row.key)


def methods(results: Results) -> dict[str, str]:
    """What is ranked: the rows by name, each with a label, views apart."""
    shown = labels(results)
    found: dict[str, str] = {}
    for row in results.rows:
        if not row.is_view:
            found.setdefault(name(row), shown[row.key])
    return found


def rankings(results: Results) -> list[Ranked]:
    """One for each column of `ranked` by which two or more groups have runs of every method."""
    from suite.stats.blocks import rank_blocks

    rows = {(group, name(row)): row for group, of in groups(results).items() for row in of if not row.is_view}
    wanted, blocks = list(methods(results)), list(groups(results))
    ranked = []
    for column in results.reproduction.ranked:

        def values(block: str, method: str, metric: str = column.metric) -> list[float]:
            return rows[block, method].values(metric) if (block, method) in rows else []

        found = rank_blocks(values, blocks, wanted, column.better == "lower")
        if found.ranking is not None:
            ranked.append(Ranked(column, found.ranking, found.blocks, found.left_out, found.remark))
    return ranked


def as_data(results: Results) -> list[dict[str, Any]]:
    """The rankings as plain data. verdict: "differ" where Iman and Davenport's p is at most .05."""
    found = []
    for ranked in rankings(results):
        differ = "differ" if ranked.ranking.p <= ALPHA else "open"
        found.append(
            {
                "metric": ranked.column.metric,
                "better": ranked.column.better,
                "verdict": differ if results.is_result else NO_VERDICT,
                **ranked.ranking.as_dict(),
                "blocks": list(ranked.blocks),
                "left_out": {block: list(lacks) for block, lacks in ranked.left_out.items()},
            }
        )
    return found
