"""Verdicts on the published numbers and on the claims, as plain data."""

from __future__ import annotations

from typing import Any

from suite.experiment.claims import AnyClaim, Claim
from suite.experiment.metrics import Column
from suite.experiment.reproduction import Reproduction
from suite.judging import looks
from suite.judging.published import Number, load
from suite.judging.scale import NO_VERDICT, NOT_TESTED, Scale, scale
from suite.records.results import Results, Row

ORDERS = {"holds": "same order here", "does not hold": "opposite order here", "no data": "no data"}
"""What a verdict on an order is called at reduced scale; anything else is not resolved."""


def verdicts(results: Results, plans: bool = True) -> dict[str, Any]:
    """{"scale": {...}, "numbers": [...], "claims": [...]}, in the order of the table; "ranks", "matched" where there are any; legal JSON.

    scale     name, deviations from the profile `paper`, why; see `suite.judging.scale`
    numbers   one for each published number of a column that this table shows: row, metric, our mean, sd and n, the published value,
              sd and n, and what `suite.judging.numbers.Verdict` has; source, status, warning
    claims    text, kind, metric, rows, margin, what else the kind has, verdict, difference, low, high, n, p, reason, against,
              seeds_needed, p_holm, interim, source, ours
    ranks     one for each metric by which methods are ranked: verdict, average ranks, statistics, blocks
    matched   one for each series at each level at which series are compared, see `suite.report.matched.as_data`

    Only runs at the paper's scale get verdicts. At reduced scale a number has its difference, and an order is the "same order here" or
    the "opposite order here"; a claim with a margin, which is one of the paper's scale, is not tested. plans: whether to look for the
    seeds that would settle an open claim, which takes longer than all else.
    """
    from suite.judging.matched import as_data as matched
    from suite.judging.ranks import as_data

    of, published = scale(results), load(results.reproduction.published)
    columns = (*results.reproduction.columns, *results.reproduction.extra)
    numbers = [
        _number(results, of, row, column, number)
        for row in results.rows
        for column in columns
        if (number := published.get(row.key, column.metric)) is not None
    ]
    claims = _claims(results, of, plans)
    found = {"scale": of.as_dict() | counts(results, numbers), "numbers": numbers, "claims": claims}
    more = {"ranks": as_data(results), "matched": matched(results)}
    return found | {name: entries for name, entries in more.items() if entries}


def counts(results: Results, numbers: list[dict[str, Any]]) -> dict[str, int]:
    """How many numbers the paper printed for this table, and what became of them: tested, as expected, reproduced, and so on.

    A single run against a number without a spread tests nothing.
    """
    tested = [n for n in numbers if n["verdict"] not in (NO_VERDICT, NOT_TESTED) and (n["expected"] or n["interval90"])]
    found = {"published": len(printed(results.reproduction)), "tested": len(tested), "interim": sum(n["interim"] for n in tested)}
    found |= {word: sum(n["expected"] == word for n in tested) for word in ("as expected", "not as expected")}
    return found | {word: sum(n["verdict"] == word for n in tested) for word in ("reproduced", "not reproduced", "open")}


def printed(table: Reproduction) -> dict[tuple[str, str], Number]:
    """The paper's numbers that a table shows, by row and metric."""
    shown = {column.metric for column in (*table.columns, *table.extra)}
    return {place: number for place, number in load(table.published).numbers.items() if place[1] in shown and number.value is not None}


def _number(results: Results, of: Scale, row: Row, column: Column, number: Number) -> dict[str, Any]:
    from suite.judging.numbers import Verdict, number_verdict
    from suite.stats.intervals import summary

    values = row.values(column.metric)
    ours = summary(values)
    if of.tests:
        seen = looks.counted(results, row.key, len(values))
        verdict = number_verdict(values, number, column.tolerance, looks.planned(results), seen)
    elif of.name == "check":
        verdict = Verdict(NO_VERDICT, n=len(values), reason=of.why)
    else:
        difference = ours.mean - number.value if values and number.value is not None else None
        verdict = Verdict(NOT_TESTED, difference, n=len(values), reason="the runs are not at the paper's scale")
    found = {**ours.as_dict(), **verdict.as_dict()}
    return {
        "row": row.key,
        "label": row.label,
        "metric": column.metric,
        "unit": column.unit,
        **{k: found.pop(k) for k in ("mean", "sd", "n")},
        "published": number.value,
        "published_sd": number.spread,
        "published_n": number.n,
        **{k: found[k] for k in verdict.as_dict() if k in found},
        "source": number.source,
        "status": number.status,
        "warning": number.warning,
    }


def _claims(results: Results, of: Scale, plans: bool) -> list[dict[str, Any]]:
    from suite.judging.families import judge_table

    found = judge_table(results, plans=plans and of.tests)
    return [_claim(results, of, claim, verdict.as_dict()) for claim, verdict in zip(results.reproduction.claims, found, strict=True)]


def _claim(results: Results, of: Scale, claim: AnyClaim, found: dict[str, Any]) -> dict[str, Any]:
    interim = of.tests and 0 < min((n for n in found["n"] if n), default=0) < looks.planned(results)
    if of.name == "check":
        found |= {"verdict": NO_VERDICT, "reason": of.why, "seeds_needed": None}
    elif not of.tests:
        found |= {"verdict": at_reduced_scale(claim, found["verdict"]), "seeds_needed": None}
    about = {"text": claim.text, "kind": claim.kind, "metric": claim.metric, "rows": list(claim.rows), "margin": claim.margin}
    return {**about, **claim.details, **found, "interim": interim, "source": claim.source, "ours": claim.ours}


def at_reduced_scale(claim: AnyClaim, verdict: str) -> str:
    """What may be said of a claim by runs that are not at the paper's scale."""
    if isinstance(claim, Claim) and claim.relation not in ("lower", "higher"):
        return NOT_TESTED  # a margin, or an amount, of the paper's scale
    return ORDERS.get(verdict, "not resolved")
