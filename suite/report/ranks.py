"""The table of average ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suite.judging.judged import Judged
from suite.judging.ranks import methods, rankings
from suite.report.cells import NONE, Entry, Table

if TYPE_CHECKING:
    pass


def ranks(results: Judged) -> Table | None:
    """One line a measure: the average rank of each method, the best in bold, and what the ranks can tell."""
    from suite.stats.comparisons import format_p

    found = rankings(results)
    if not found:
        return None
    shown = methods(results)
    body = []
    remarks: dict[str, list[str]] = {}
    for ranked in found:
        ranking = ranked.ranking
        best = min(f"{rank:.2f}" for rank in ranking.average_ranks.values())
        places = [Entry(text := f"{ranking.average_ranks[key]:.2f}", text == best) for key in shown]
        statistic = f"{ranking.f:.2f}" if ranking.f < float("inf") else "infinite"
        p = format_p(ranking.p) if ranking.p == ranking.p else NONE  # not a number where so few data sets can reach no .05
        cd = f"{ranking.critical_difference:.2f}" if ranking.critical_difference == ranking.critical_difference else NONE
        numbers = [str(ranking.blocks), f"{ranking.chi2:.2f}", statistic, p, cd]
        body.append([Entry(ranked.column.title), *places, *map(Entry, numbers)])
        for remark in filter(None, (f"data sets: {', '.join(ranked.blocks)}", ranked.remark, ranking.note)):
            remarks.setdefault(remark, []).append(ranked.column.title)
    head = ["measure", *shown.values(), "data sets", "Friedman χ²", "F", "p", "critical difference"]
    notes = [
        "Average over the data sets of the rank of each method's mean, 1 the best; equal means share their rank. F and p: Iman and "
        "Davenport's form of Friedman's test. Two methods differ at .05 where their average ranks are further apart than Nemenyi's "
        "critical difference.",
        *(f"{', '.join(titles)}, {remark}." for remark, titles in remarks.items()),
    ]
    lacking = [column.title for column in results.reproduction.ranked if column not in [ranked.column for ranked in found]]
    if lacking:
        notes.append(f"{', '.join(lacking)}: fewer than two data sets have runs of every method.")
    return Table("ranks", "Average ranks", head, body, notes)
