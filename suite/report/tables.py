"""The tables of a reproduction, made from its stored runs, in every format."""

from __future__ import annotations

from typing import Any

from suite.experiment.metrics import Column
from suite.judging.judged import Judged
from suite.judging.published import Published, families, load
from suite.judging.scale import NOT_TESTED
from suite.records.naming import baselines, full_labels, grouped, groups, labels
from suite.report.cells import NONE, Entry, Table, best, heading, interval, leading, measured, runs, within
from suite.report.differences import corrected, difference, remarks
from suite.report.facts import datasets, unfinished
from suite.report.numbers import word

KINDS = {
    "best average rank": "Best average rank: holds where its probability on these data sets is at least .95, with the mean of every cell"
    " drawn from its t posterior; does not hold where a rival is before it as probably, Bonferroni over the rivals.",
    "distinct winners": "Different winners: holds where every row is beaten in one measure or the other, does not hold where one beats"
    " every other in both; 95 % intervals, Bonferroni over the comparisons and the rows.",
    "always at least": "Always at least: one run below the bound decides; none in n bounds the failure rate.",
    "always at most": "Always at most: one run above the bound decides; none in n bounds the failure rate.",
    "present": "Present: the 95 % Student-t interval of the mean lies at or above the bound.",
    "best within a loss": "Best at a bounded loss: the best value of each seed among the strengths that keep to the bound; the 95 %"
    " interval reaches on to what the next strength has, which does not.",
    "reaches": "Reaches: of the best value of each seed among the strengths that keep to the loss, the 95 % Student-t interval of the mean"
    " lies on the good side of the bound; of several series one is enough, Bonferroni over them.",
    "better at matched level": "Better at a matched level: the values of the seeds there, interpolated between neighbours on the path; the"
    " 95 % interval spans what the two have, and the error of the line.",
}
"""How claims of a kind are decided, for the kinds that the usual note does not cover."""


def main(results: Judged) -> Table:
    """One line a row: our mean and SD in each column, and beside it what the paper printed, with the verdict."""
    published = load(results.reproduction.published) if results.is_result else Published()
    verdicts = {(v["row"], v["metric"]): v for v in results.verdicts["numbers"]}
    printed = {metric for _, metric in published.numbers}
    columns, (first, lead) = results.reproduction.columns, leading(results)
    several = not grouped(results) and len(datasets(results)) > int(results.is_result)
    winners = {(key, column.metric) for rows in groups(results).values() for column in columns for key in best(rows, column)}
    head = [*first, *(["data set"] if several else []), "runs"]
    for column in columns:
        head += [heading(column), "paper"] if column.metric in printed else [heading(column)]
    body = []
    for row in results.rows:
        line = [*lead[row.key], *([Entry(row.cell.dataset)] if several else []), runs(row)]
        for column in columns:
            line.append(measured(row, column, (row.key, column.metric) in winners))
            if column.metric in printed:
                line.append(_paper(published, row.key, column, verdicts))
        body.append(line)
    return Table("", results.reproduction.title, head, body, _notes(results, published), len(first) - 1)


def _paper(published: Published, row: str, column: Column, verdicts: dict[tuple[str, str], dict[str, Any]]) -> Entry:
    """The paper's number, with the verdict at its scale and with the mere difference at any other."""
    number, verdict = published.get(row, column.metric), verdicts.get((row, column.metric))
    if number is None:
        return Entry("")
    text, spread = number.text(column.digits)
    if verdict is None:
        return Entry(text, spread=spread)
    if verdict["verdict"] == NOT_TESTED and verdict["difference"] is not None:
        return Entry(text, spread=spread, difference=f" ({verdict['difference']:+.{column.digits}f})")
    return Entry(text, spread=spread, verdict=word(verdict))


def _notes(results: Judged, published: Published) -> list[str]:
    names = full_labels(results)
    notes = [
        f"Mean ± SD (n - 1 in the denominator) over the seeds. Bold: best mean of a column{within(results)}; neither a row that scores "
        "the training of the row above it in another way nor a single run beside several competes."
    ]
    if published.numbers and results.verdicts["scale"]["name"] == "reduced":
        notes.append("The paper's numbers are not tested at this scale: in brackets ours minus the paper's, no verdict.")
    if results.is_result and results.reproduction.published:
        source = f"{published.source} ({published.status})" if published.source else "not installed"
        notes.append(f"Published numbers: {source}" + (f"; {published.protocol}." if published.protocol else "."))
        for row, warning in published.warnings.items():
            if not row or row in names:
                notes.append(f"{names[row]}: {warning}" if row else warning)
    notes += results.reproduction.notes
    return notes + [f"Without metrics: {line}." for line in unfinished(results)]


def claims(results: Judged) -> Table | None:
    """What the paper says about the table, and whether it holds in our runs."""
    found = results.verdicts["claims"]
    if not found:
        return None
    from suite.judging.families import family_note

    reduced = results.verdicts["scale"]["name"] == "reduced"
    body = [
        [
            Entry(c["text"]),
            Entry(c["source"]),
            Entry(c["verdict"] + (" (interim)" if c["interim"] else "")),
            Entry(_p(c["p_holm"])),
            Entry(c["reason"]),
        ]
        for c in found
    ]
    notes = [
        "The 95 % interval decides, for and against alike; comparable holds by the 90 % interval within the margin. p: the smallest level"
        " at which the claim is decided, corrected by Holm over the claims of the table, the paper's and ours apart; above .05 it is open."
    ]
    notes += [f"{chance}."] if (chance := family_note([(c["ours"], c["p"]) for c in found])) else []
    notes += [note for kind, note in KINDS.items() if kind in {c["kind"] for c in found}]
    title = "Orderings at reduced scale: no test of the paper" if reduced else "Claims"
    return Table("claims", title, ["claim", "source", "verdict", "p", "evidence"], body, notes)


def _p(p: float | None) -> str:
    from suite.stats.comparisons import format_p

    return NONE if p is None else format_p(p)


def compared(results: Judged) -> Table | None:
    """Each training minus the baseline of its group in the columns where one end is the better; None where no baseline has run."""
    from suite.stats.comparisons import compare_to_baseline

    against = baselines(results)
    columns = [c for c in results.reproduction.columns if c.better]
    if not against or not columns:
        return None
    (head, lead), names = leading(results), full_labels(results)
    label = len(head) - 1
    rows = {group: [row for row in of if not row.is_view] for group, of in groups(results).items() if group in against}
    cells = {row.key: lead[row.key] for group, of in rows.items() for row in of if row.key != against[group].key}
    family = families(results.reproduction)
    over = f"column{within(results)}" + (", the rows of the paper and ours apart" if family(next(iter(cells), "")) else "")
    notes = [f"Difference of the means with Welch's 95 % interval; p: exact permutation test, corrected by Holm over the {over}."]
    remarked: dict[str, list[str]] = {}
    for column in columns:
        values = {group: {row.key: row.values(column.metric) for row in of} for group, of in rows.items()}
        found = [c for group, of in values.items() for c in compare_to_baseline(of, against[group].key, family=family)]
        tested = any(c.p_holm is not None for c in found)
        head += [heading(column), *(["p"] if tested else [])]
        for c in found:
            cells[c.name] += [difference(c, column.digits), *([corrected(c)] if tested else [])]
        for remark in remarks(found, names):
            remarked.setdefault(remark, []).append(column.title)
    notes += [f"{', '.join(titles)}, {remark}." for remark, titles in remarked.items()]
    alone = [group for group in groups(results) if group not in against]
    if alone:
        notes.append(f"No comparison on {', '.join(alone)}: the baseline has no runs there.")
    title = labels(results)[next(iter(against.values())).key]
    return Table("compared", f"Compared with {title}", head, list(cells.values()), notes, label)


def further(results: Judged) -> Table | None:
    """The columns beside the main ones; a text is that of the first run."""
    columns, (first, lead) = results.reproduction.extra, leading(results)
    if not columns:
        return None
    body = [[*lead[row.key], runs(row), *(measured(row, column) for column in columns)] for row in results.rows]
    texts = [c.title for c in columns if any(isinstance(run.get(c.metric), str) for row in results.rows for run in row.runs)]
    notes = [f"{title}: that of the first seed." for title in texts]
    return Table("further", "Further measurements", [*first, "runs", *map(heading, columns)], body, notes, len(first) - 1)


def intervals(results: Judged) -> Table:
    """The key of each row, and the 95 % Student-t interval of each mean."""
    from suite.stats.intervals import summary

    columns, (first, lead) = results.reproduction.columns, leading(results)
    body = []
    for row in results.rows:
        found = [(summary(row.values(column.metric)), column.digits) for column in columns]
        body.append([*lead[row.key], Entry(f"`{row.key}`"), *(Entry(interval(s.low, s.high, digits)) for s, digits in found)])
    return Table(
        "intervals",
        "95 % intervals of the means",
        [*first, "key of the row", *(heading(c, False) for c in columns)],
        body,
        ["Student's t; a single run has none."],
        len(first) - 1,
    )
