"""One sentence or two above everything that is shown of a set of runs: their scale, and how much of the paper they test."""

from __future__ import annotations

from typing import Any

from suite.judging.judged import Judged
from suite.judging.looks import planned
from suite.judging.scale import Deviation
from suite.report.facts import plural

MOST = 3
"""Deviations that are named; the list of departures has them all."""


def banner(results: Judged) -> str:
    """The same in a terminal, on a page, in a caption, above a figure, in JSON and in MLflow; "" for a figure that needs no runs."""
    if not results.reproduction.cells:
        return ""
    of: dict[str, Any] = results.verdicts["scale"]
    return f"{_scale(of)}. {_tested(results, of)}".strip()


def _scale(of: dict[str, Any]) -> str:
    if of["name"] == "check":
        return f"NOT A RESULT: {of['why']}"
    if of["name"] == "paper":
        return "Paper scale"
    differences = [Deviation(**entry).short for entry in of["deviations"]]
    more = [f"{len(differences) - MOST} more"] if len(differences) > MOST else []
    named = "; ".join([*differences[:MOST], *more]) or of["why"]
    return f"REDUCED SCALE, no test of the paper: {named}"


def _tested(results: Judged, of: dict[str, Any]) -> str:
    """How many published numbers were tested, and with what outcome."""
    if not of["published"]:
        return ""
    text = f"{of['tested']} of {plural(of['published'], 'published number')} tested"
    if not of["tested"]:
        return f"{text}."
    seen = [f"{of[word]} {word}" for word in ("as expected", "not as expected") if of[word]]
    judged = [f"{of[word]} {word}" for word in ("reproduced", "not reproduced", "open") if of[word]]
    interim = f" ({of['interim']} of them interim, before the planned {planned(results)} seeds)" if of["interim"] else ""
    return f"{text}{interim}: {'; '.join(', '.join(part) for part in (seen, judged) if part)}."
