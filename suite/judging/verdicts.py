"""Verdicts on the published numbers and on the claims, as plain data."""

from __future__ import annotations

from typing import Any

from suite.experiment.claims import AnyClaim
from suite.experiment.metrics import Column
from suite.judging.published import Number, load
from suite.judging.scale import NO_VERDICT, why_no_result
from suite.records.results import Results, Row


def verdicts(results: Results) -> dict[str, list[dict[str, Any]]]:
    """{"numbers": [...], "claims": [...]}, in the order of the table; "ranks" and "matched" where there are any; legal JSON.

    numbers   one for each published number of a column that this table shows: row, metric, our mean, sd and n, the published value,
              sd and n, tolerance, verdict, difference with its 90 and 95 % interval, reason, seeds_needed, source, status, warning
    claims    text, kind, metric, rows, margin, what else the kind has, verdict, difference, low, high, n, p, reason, against,
              seeds_needed, p_holm, source, ours
    ranks     one for each metric by which methods are ranked: verdict ("differ" or "inconclusive"), average ranks, statistics, blocks
    matched   one for each series at each level at which series are compared, see `suite.report.matched.as_data`

    Runs of the smoke profile or on stand-in data get no verdict.
    """
    from suite.judging.matched import as_data as matched
    from suite.judging.ranks import as_data

    published = load(results.reproduction.published)
    columns = (*results.reproduction.columns, *results.reproduction.extra)
    numbers = [
        _number(results, row, column, number)
        for row in results.rows
        for column in columns
        if (number := published.get(row.key, column.metric)) is not None
    ]
    found = {"numbers": numbers, "claims": _claims(results)}
    more = {"ranks": as_data(results), "matched": matched(results)}
    return found | {name: entries for name, entries in more.items() if entries}


def _number(results: Results, row: Row, column: Column, number: Number) -> dict[str, Any]:
    from suite.judging.numbers import Verdict, number_verdict
    from suite.stats.intervals import summary

    values = row.values(column.metric)
    ours = summary(values)
    if not results.is_result:
        verdict = Verdict(NO_VERDICT, None, None, None, len(values), why_no_result(results))
    elif column.tolerance is None:
        verdict = Verdict(NO_VERDICT, None, None, None, len(values), "no tolerance was declared for this metric")
    else:
        verdict = number_verdict(values, number.value, column.tolerance, number.sd, number.n)
    found = {**ours.as_dict(), **verdict.as_dict()}
    return {
        "row": row.key,
        "label": row.label,
        "metric": column.metric,
        "unit": column.unit,
        **{k: found[k] for k in ("mean", "sd", "n")},
        "published": number.value,
        "published_sd": number.sd,
        "published_n": number.n,
        "tolerance": column.tolerance,
        **{k: found[k] for k in ("verdict", "difference", "interval90", "interval95", "reason", "seeds_needed")},
        "source": number.source,
        "status": number.status,
        "warning": number.warning,
    }


def _claims(results: Results) -> list[dict[str, Any]]:
    from suite.judging.families import judge_table

    claims = results.reproduction.claims
    return [_claim(results, claim, verdict.as_dict()) for claim, verdict in zip(claims, judge_table(results), strict=True)]


def _claim(results: Results, claim: AnyClaim, found: dict[str, Any]) -> dict[str, Any]:
    if not results.is_result:
        found |= {"verdict": NO_VERDICT, "reason": why_no_result(results), "seeds_needed": None}
    about = {"text": claim.text, "kind": claim.kind, "metric": claim.metric, "rows": list(claim.rows), "margin": claim.margin}
    return {**about, **claim.details, **found, "source": claim.source, "ours": claim.ours}
