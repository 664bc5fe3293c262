"""Every published number that these runs test: the prediction interval, the tolerance, the verdict and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.judging.judged import Judged
from suite.judging.scale import NO_VERDICT, NOT_TESTED
from suite.records.naming import full_labels
from suite.report.cells import NONE, Entry, Table, interval, stated

NOTES = (
    "As expected: the mean of ours lies in the 95 % prediction interval of a replication (Patil, Peng and Leek 2016), which a single run "
    "can do too; a wide interval agrees with much.",
    "Reproduced: the 90 % interval of the difference (ours minus the paper's) lies within the tolerance; not reproduced: its 95 % interval "
    "lies wholly outside; else open. Interim: before the planned number of seeds.",
    "Margin: the tolerance, by one rule declared beforehand: 2 SD of the paper's runs where it prints a spread, else that of the table.",
    "Power: the chance of reproduced with these numbers of runs and these spreads if nothing differs in truth.",
)


SIGNS = {"not reproduced": "≠", "reproduced": "=", "not as expected": "!", "as expected": "~", "open": "?"}
LEGEND = "~ as expected of a replication, ! not as expected, = reproduced, ≠ not reproduced, ? open"


def sign(said: str) -> str:
    """One sign for what `word` says, the strongest of it."""
    return next(mark for name, mark in SIGNS.items() if name in said)


def word(entry: Mapping[str, Any]) -> str:
    """The verdict on a number as a reader sees it; "" where there is none."""
    if entry["verdict"] in (NO_VERDICT, NOT_TESTED):
        return ""
    parts = [entry["expected"], None if entry["verdict"] == "open" and entry["expected"] else entry["verdict"]]
    parts.append("interim" if entry["interim"] else None)
    return ", ".join(part for part in parts if part)


def numbers(results: Judged) -> Table | None:
    """One line for each number that is tested; None where none is."""
    names = full_labels(results)
    columns = {column.metric: column for column in (*results.reproduction.columns, *results.reproduction.extra)}
    body = []
    for entry in results.verdicts["numbers"]:
        if not word(entry) or not (entry["expected"] or entry["interval90"]):
            continue
        digits, row = columns[entry["metric"]].digits, results.row(entry["row"])
        values = row.values(entry["metric"]) if row else []
        spread = "" if entry["published_sd"] is None else f" ± {entry['published_sd']:.{digits}f}"
        none: tuple[None, None] = None, None
        prediction, (low, high) = entry["prediction"] or none, entry["interval90"] or none
        body.append(
            [
                Entry(f"{names[entry['row']]}: {columns[entry['metric']].title}"),
                Entry(f"{stated(values, digits)} ({entry['n']})"),
                Entry(f"{entry['published']:.{digits}f}{spread}"),
                Entry(interval(prediction[0], prediction[1], digits)),
                Entry(interval(low, high, digits, "+")),
                Entry(NONE if entry["tolerance"] is None else f"±{entry['tolerance']:.3g}"),
                Entry(NONE if entry["power"] is None else f"{entry['power']:.0%}"),
                Entry({"as expected": "yes", "not as expected": "no"}.get(entry["expected"], NONE)),
                Entry(entry["verdict"] + (", interim" if entry["interim"] else "")),
            ]
        )
    head = ["number", "ours (n)", "paper", "95 % prediction interval", "90 % interval of the difference"]
    head += ["margin", "power", "expected", "verdict"]
    return Table("numbers", "Published numbers", head, body, list(NOTES)) if body else None
