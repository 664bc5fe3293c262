"""The series of a group side by side where they have the same value of a metric, each read off its path of strengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from suite.experiment.reproduction import Matched
from suite.judging.path import matched as at_level
from suite.records.naming import groups, series_labels
from suite.records.results import Results, Row

if TYPE_CHECKING:
    from suite.stats.comparisons import Comparison

NUMBERS = ("baseline", "difference", "low", "high", "effect_sd", "p", "p_holm", "smallest_p", "note")
"""Of a comparison, in the plain data."""


@dataclass(frozen=True)
class Level:
    """What the series of a group have at one level: the values by series and seed, and the differences to the baseline by series."""

    at: float
    values: dict[str, dict[int, float]]
    compared: dict[str, Comparison]


def side_by_side(results: Results, wanted: Matched) -> dict[str, Row]:
    """The series that are compared, those of the group with two strengths or more, each with one of its rows."""
    rows = [row for row in groups(results).get(wanted.group, []) if not row.is_view]
    every = [row.cell.series for row in rows]
    return {row.cell.series: row for row in rows if every.count(row.cell.series) > 1}


def levels(results: Results, wanted: Matched) -> list[Level]:
    """The values at each level; compared where the baseline has some."""
    from suite.stats.comparisons import compare_to_baseline

    rows, found = side_by_side(results, wanted), []
    for at in wanted.levels:
        values = {one: at_level(results, row.cell.path, wanted.metric.metric, wanted.along.metric, at) for one, row in rows.items()}
        some = {one: list(of.values()) for one, of in values.items() if of}
        compared = compare_to_baseline(some, wanted.baseline) if wanted.baseline in some else []
        found.append(Level(at, values, {c.name: c for c in compared}))
    return found


def as_data(results: Results) -> list[dict[str, Any]]:
    """The numbers of these tables as plain data: one entry a comparison, level and series.

    group, metric, along, level, series, label, mean, sd, n, values (one for each of `seeds`), and of the comparison with the baseline:
    baseline, difference, low, high (Welch, 95 %), effect_sd, p, p_holm, smallest_p, note, all None where there is none.
    """
    from suite.stats.intervals import summary

    names, found = series_labels(results), []
    for wanted in results.reproduction.matched:
        rows = side_by_side(results, wanted)
        for level in levels(results, wanted):
            for one, values in level.values.items():
                own, compared = summary(list(values.values())).as_dict(), level.compared.get(one)
                against = {"baseline": rows[wanted.baseline].cell.path, **compared.as_dict()} if compared else {}
                entry = {
                    "group": wanted.group,
                    "metric": wanted.metric.metric,
                    "along": wanted.along.metric,
                    "level": level.at,
                    "series": rows[one].cell.path,
                    "label": names[one],
                    **{name: own[name] for name in ("mean", "sd", "n")},
                    "seeds": list(values),
                    "values": list(values.values()),
                    **{name: against.get(name) for name in NUMBERS},
                }
                found.append(entry)
    return found
