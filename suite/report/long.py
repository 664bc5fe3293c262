"""The table for machines: one line a row and metric, with every number that the other formats show or leave out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from suite.judging.judged import Judged
from suite.judging.published import families, load
from suite.records.naming import baselines, grouped, groups, labels

# fmt: off
FIELDS = [
    "id", "profile", "dataset", "model", "row", "label", "metric", "title", "unit",
    "planned", "n", "diverged", "failed", "mean", "sd", "ci95_low", "ci95_high", "text", "values",
    "published", "published_sd", "published_n", "tolerance", "verdict", "published_difference", "seeds_needed",
    "baseline", "difference", "difference_low", "difference_high", "effect_sd", "p", "p_holm", "note",
]
# fmt: on


def lines(results: Judged) -> str:
    """CSV with a head line. Intervals are 95 % Student-t (mean) and Welch (difference to the baseline); `values` has one number a
    seed; an empty field means that there is no such number. Where the rows stand in groups, a last field `group` names each row's. Series
    at matched levels have lines of their own below the rows."""
    out = io.StringIO()
    fields = [*FIELDS, "group"] if grouped(results) else FIELDS
    writer = csv.DictWriter(out, fields, lineterminator="\n", restval="", extrasaction="ignore")
    writer.writeheader()
    for line in (*_lines(results), *_matched(results)):
        writer.writerow({name: _plain(value) for name, value in line.items()})
    return out.getvalue()


def _lines(results: Judged):
    from suite.stats.intervals import summary

    names, published = labels(results), load(results.reproduction.published)
    verdicts = {(v["row"], v["metric"]): v for v in results.verdicts["numbers"]}
    for column in (*results.reproduction.columns, *results.reproduction.extra):
        against = _comparisons(results, column.metric)
        for row in results.rows:
            values = row.values(column.metric)
            found, verdict = summary(values), verdicts.get((row.key, column.metric), {})
            number = published.get(row.key, column.metric)
            texts = [run[column.metric] for run in row.runs if isinstance(run.get(column.metric), str)]
            yield {
                "id": results.reproduction.id,
                "profile": results.profile,
                "dataset": row.cell.dataset,
                "model": row.cell.setup.model,
                "row": row.key,
                "label": names[row.key],
                "metric": column.metric,
                "title": column.title,
                "unit": column.unit,
                "planned": row.planned,
                "n": len(values) or len(texts),
                "diverged": row.diverged,
                "failed": row.failed,
                "mean": found.mean,
                "sd": found.sd,
                "ci95_low": found.low,
                "ci95_high": found.high,
                "text": texts[0] if texts else "",
                "values": " ".join(map(_plain, values)),
                "published": number.value if number else None,
                "published_sd": (number.sd_text or number.sd) if number else None,
                "published_n": number.n if number else None,
                **{name: verdict.get(name) for name in ("tolerance", "verdict", "seeds_needed")},
                "published_difference": verdict.get("difference"),
                **against.get(row.key, {}),
                "group": row.cell.group,
            }


def _matched(results: Judged) -> Iterator[dict[str, Any]]:
    """The series at matched levels: as row the name of the series, as metric "test_error@weight_sparsity=90", say."""
    from suite.stats.intervals import summary

    columns = {column.metric: column for wanted in results.reproduction.matched for column in (wanted.metric, wanted.along)}
    cells = {row.cell.path: row.cell for row in results.rows}
    for entry in results.verdicts.get("matched", []):
        found, metric, cell = summary(entry["values"]), columns[entry["metric"]], cells[entry["series"]]
        yield {
            **{name: entry[name] for name in ("label", "baseline", "difference", "effect_sd", "p", "p_holm", "note", "group")},
            "id": results.reproduction.id,
            "profile": results.profile,
            "dataset": cell.dataset,
            "model": cell.setup.model,
            "row": entry["series"],
            "metric": f"{entry['metric']}@{entry['along']}={entry['level']:g}",
            "title": f"{metric.title} at {columns[entry['along']].title} {entry['level']:g}",
            "unit": metric.unit,
            "planned": results.seeds,
            "n": len(entry["values"]),
            "mean": found.mean,
            "sd": found.sd,
            "ci95_low": found.low,
            "ci95_high": found.high,
            "values": " ".join(map(_plain, entry["values"])),
            "difference_low": entry["low"],
            "difference_high": entry["high"],
        }


def _comparisons(results: Judged, metric: str) -> dict[str, dict[str, Any]]:
    """By row, its difference to the baseline of its group; nothing where the baseline lacks the metric."""
    from suite.stats.comparisons import compare_to_baseline

    against, family, found = baselines(results), families(results.reproduction), {}
    for group, rows in groups(results).items():
        if group not in against or not against[group].values(metric):
            continue
        baseline = against[group].key
        for c in compare_to_baseline({row.key: row.values(metric) for row in rows if not row.is_view}, baseline, family=family):
            found[c.name] = {
                "baseline": baseline,
                "difference": c.difference,
                "difference_low": c.low,
                "difference_high": c.high,
                "effect_sd": c.effect_sd,
                "p": c.p,
                "p_holm": c.p_holm,
                "note": c.note,
            }
    return found


def _plain(value: Any) -> str:
    """Six significant digits: rounding errors of another machine do not show. Nothing where there is no number."""
    if value is None or value != value:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
