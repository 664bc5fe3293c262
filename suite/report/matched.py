"""The tables of series at matched levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suite.experiment.reproduction import Matched
from suite.judging.judged import Judged
from suite.judging.matched import levels, side_by_side
from suite.records.naming import group_label, series_labels
from suite.report.cells import NONE, Entry, Table, heading, stated, winners
from suite.report.differences import corrected, difference, remarks

if TYPE_CHECKING:
    pass

NOTES = (
    "Per seed, the value at a level is interpolated linearly between two neighbours on the path of strengths that bracket it, the mean if"
    " several do; nothing is extrapolated. A seed without such neighbours, or without the record of any run of the series, has no value: n"
    " counts the seeds that have one, where that is not all of them, and a dash stands for none.",
    "Mean ± SD over the seeds; bold: best mean at a level, for which a single seed beside several does not compete.",
)
COMPARED = "Difference of the means with Welch's 95 % interval; p: exact permutation test, corrected by Holm over the series at a level."
ALONE = "no comparison: the baseline has no value there"


def matched(results: Judged) -> list[Table]:
    """A table for each comparison that the reproduction asks for: a block a level, in it a line a series."""
    asked = [wanted for wanted in results.reproduction.matched if side_by_side(results, wanted)]
    return [_table(results, wanted, f"matched{number if len(asked) > 1 else ''}") for number, wanted in enumerate(asked, 1)]


def _table(results: Judged, wanted: Matched, name: str) -> Table:
    rows, names, found = side_by_side(results, wanted), series_labels(results), levels(results, wanted)
    metric, compares = wanted.metric, wanted.baseline in rows
    tested = any(c.p_holm is not None for level in found for c in level.compared.values())
    head = [heading(wanted.along, arrow=False), "method", heading(metric)]
    head += [f"difference to {names[wanted.baseline]}", *(["p"] if tested else [])] if compares else []
    body: list[list[Entry]] = []
    remarked: dict[str, list[str]] = {}
    for level in found:
        best = winners({one: list(values.values()) for one, values in level.values.items()}, metric)
        for one, values in level.values.items():
            line = [Entry(f"{level.at:g}"), Entry(names[one]), _value(list(values.values()), metric.digits, results.seeds, one in best)]
            if compares:
                c = level.compared.get(one)
                line += [difference(c, metric.digits) if c else Entry(NONE), *([corrected(c) if c else Entry(NONE)] if tested else [])]
            body.append(line)
        alone = [ALONE] if compares and any(level.values.values()) and not level.values[wanted.baseline] else []
        for remark in (*alone, *remarks(list(level.compared.values()), names)):
            remarked.setdefault(remark, []).append(f"{level.at:g}")
    notes = [*NOTES, *([COMPARED] if compares else []), *(f"At {', '.join(where)}, {remark}." for remark, where in remarked.items())]
    group = f", {group_label(results, next(iter(rows.values())))}" if wanted.group else ""
    return Table(name, f"At matched {wanted.along.title}: {metric.title}{group}", head, body, notes, label=1)


def _value(values: list[float], digits: int, seeds: int, bold: bool) -> Entry:
    some = f" (n = {len(values)})" if len(values) < seeds else ""
    return Entry(stated(values, digits) + some, bold) if values else Entry(NONE)
