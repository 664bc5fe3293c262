"""Which strength the one-standard-error rule chooses for each method in each group, and every strength that was tried."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from suite.experiment.reproduction import Selection
from suite.records.naming import groups
from suite.records.results import Results, Row

if TYPE_CHECKING:
    from suite.stats.selection import Candidate


@dataclass(frozen=True)
class Choice:
    """One method in one group: its rows by strength, those that are candidates, the bound on their error and the one chosen."""

    rows: tuple[Row, ...]
    candidates: dict[str, Candidate]
    limit: float | None
    best: Candidate | None

    def standing(self, row: Row) -> str:
        """What the rule says about a row, in a word or two."""
        candidate = self.candidates.get(row.key)
        if candidate is None or self.limit is None:
            return "diverged" if row.diverged else "failed" if row.failed else "not computed"
        if candidate is self.best:
            return "chosen"
        return "within the bound" if candidate.error <= self.limit else "beyond the bound"


def choices(results: Results) -> dict[tuple[str, str], Choice]:
    """By group and `Cell.series`; only methods that have a strength `lam`."""
    from suite.stats.selection import bound, one_standard_error

    rule = results.reproduction.selection
    if rule is None:
        return {}
    series: dict[tuple[str, str], list[Row]] = {}
    for group, rows in groups(results).items():
        for row in rows:
            if not row.is_view and hasattr(row.cell.method, "lam"):
                series.setdefault((group, row.cell.series), []).append(row)
    found = {}
    for key, rows in series.items():
        rows.sort(key=strength)
        candidates = {row.key: made for row in rows if (made := _candidate(row, rule)) is not None}
        tried = list(candidates.values())
        found[key] = Choice(tuple(rows), candidates, bound(tried) if tried else None, one_standard_error(tried) if tried else None)
    return found


def chosen(results: Results) -> dict[tuple[str, str], float]:
    """The strength chosen, by group and method; without the methods that have no candidate."""
    return {key: choice.best.strength for key, choice in choices(results).items() if choice.best is not None}


def strength(row: Row) -> float:
    return row.cell.method.lam  # type: ignore[attr-defined]  # choices looks only at methods that have it


def _candidate(row: Row, rule: Selection) -> Candidate | None:
    from suite.stats.selection import Candidate

    errors, sizes = row.values(rule.error), row.values(rule.size)
    if not errors or not sizes or row.diverged or row.failed:
        return None
    held = min(record["data"]["n_validation"] for record in row.records)
    return Candidate(strength(row), statistics.fmean(errors), held, statistics.fmean(sizes))
