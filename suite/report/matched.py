"""The series of a group side by side where they have the same value of a metric, each read off its path of strengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from suite.report.cells import NONE, Cell, Table, group_label, groups, heading, is_view, series_labels, stated, winners
from suite.report.differences import corrected, difference, remarks
from suite.report.path import matched as at_level
from suite.report.path import series as name_of
from suite.reproduction import Matched
from suite.results import Results, Row

if TYPE_CHECKING:
    from suite.stats.comparisons import Comparison

NOTES = (
    "Per seed, the value at a level is interpolated linearly between the nearest runs of the series on either side of it, whatever their"
    " strengths; nothing is extrapolated. A seed that lacks a finished run on a side, or the record of any run of the series, has no value:"
    " n counts the seeds that have one, where that is not all of them, and a dash stands for none.",
    "Mean ± SD over the seeds; bold: best mean at a level, for which a single seed beside several does not compete.",
)
COMPARED = "Difference of the means with Welch's 95 % interval; p: exact permutation test, corrected by Holm over the series at a level."
NUMBERS = ("baseline", "difference", "low", "high", "effect_sd", "p", "p_holm", "smallest_p", "note")
"""Of a comparison, in the plain data."""
ALONE = "no comparison: the baseline has no value there"


@dataclass(frozen=True)
class Level:
    """What the series of a group have at one level: the values by series and seed, and the differences to the baseline by series."""

    at: float
    values: dict[str, dict[int, float]]
    compared: dict[str, Comparison]


def series(results: Results, wanted: Matched) -> dict[str, Row]:
    """The series that are compared, those of the group with two strengths or more, each with one of its rows."""
    rows = [row for row in groups(results).get(wanted.group, []) if not is_view(row)]
    every = [row.cell.series for row in rows]
    return {row.cell.series: row for row in rows if every.count(row.cell.series) > 1}


def levels(results: Results, wanted: Matched) -> list[Level]:
    """The values at each level; compared where the baseline has some."""
    from suite.stats.comparisons import compare_to_baseline

    rows, found = series(results, wanted), []
    for at in wanted.levels:
        values = {one: at_level(results, name_of(row), wanted.metric.metric, wanted.along.metric, at) for one, row in rows.items()}
        some = {one: list(of.values()) for one, of in values.items() if of}
        compared = compare_to_baseline(some, wanted.baseline) if wanted.baseline in some else []
        found.append(Level(at, values, {c.name: c for c in compared}))
    return found


def matched(results: Results) -> list[Table]:
    """A table for each comparison that the reproduction asks for: a block a level, in it a line a series."""
    asked = [wanted for wanted in results.reproduction.matched if series(results, wanted)]
    return [_table(results, wanted, f"matched{number if len(asked) > 1 else ''}") for number, wanted in enumerate(asked, 1)]


def _table(results: Results, wanted: Matched, name: str) -> Table:
    rows, names, found = series(results, wanted), series_labels(results), levels(results, wanted)
    metric, compares = wanted.metric, wanted.baseline in rows
    tested = any(c.p_holm is not None for level in found for c in level.compared.values())
    head = [heading(wanted.along, arrow=False), "method", heading(metric)]
    head += [f"difference to {names[wanted.baseline]}", *(["p"] if tested else [])] if compares else []
    body: list[list[Cell]] = []
    remarked: dict[str, list[str]] = {}
    for level in found:
        best = winners({one: list(values.values()) for one, values in level.values.items()}, metric)
        for one, values in level.values.items():
            line = [Cell(f"{level.at:g}"), Cell(names[one]), _value(list(values.values()), metric.digits, results.seeds, one in best)]
            if compares:
                c = level.compared.get(one)
                line += [difference(c, metric.digits) if c else Cell(NONE), *([corrected(c) if c else Cell(NONE)] if tested else [])]
            body.append(line)
        alone = [ALONE] if compares and any(level.values.values()) and not level.values[wanted.baseline] else []
        for remark in (*alone, *remarks(list(level.compared.values()), names)):
            remarked.setdefault(remark, []).append(f"{level.at:g}")
    notes = [*NOTES, *([COMPARED] if compares else []), *(f"At {', '.join(where)}, {remark}." for remark, where in remarked.items())]
    group = f", {group_label(results, next(iter(rows.values())))}" if wanted.group else ""
    return Table(name, f"At matched {wanted.along.title}: {metric.title}{group}", head, body, notes, label=1)


def _value(values: list[float], digits: int, seeds: int, bold: bool) -> Cell:
    some = f" (n = {len(values)})" if len(values) < seeds else ""
    return Cell(stated(values, digits) + some, bold) if values else Cell(NONE)


def as_data(results: Results) -> list[dict[str, Any]]:
    """The numbers of these tables as plain data: one entry a comparison, level and series.

    group, metric, along, level, series, label, mean, sd, n, values (one for each of `seeds`), and of the comparison with the baseline:
    baseline, difference, low, high (Welch, 95 %), effect_sd, p, p_holm, smallest_p, note, all None where there is none.
    """
    from suite.stats.intervals import summary

    names, found = series_labels(results), []
    for wanted in results.reproduction.matched:
        rows = series(results, wanted)
        for level in levels(results, wanted):
            for one, values in level.values.items():
                own, compared = summary(list(values.values())).as_dict(), level.compared.get(one)
                against = {"baseline": name_of(rows[wanted.baseline]), **compared.as_dict()} if compared else {}
                entry = {
                    "group": wanted.group,
                    "metric": wanted.metric.metric,
                    "along": wanted.along.metric,
                    "level": level.at,
                    "series": name_of(rows[one]),
                    "label": names[one],
                    **{name: own[name] for name in ("mean", "sd", "n")},
                    "seeds": list(values),
                    "values": list(values.values()),
                    **{name: against.get(name) for name in NUMBERS},
                }
                found.append(entry)
    return found
