"""The table of strengths tried and chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suite.experiment.reproduction import Selection
from suite.judging.judged import Judged
from suite.judging.selection import choices, chosen, strength
from suite.records.naming import group_label
from suite.report.cells import NONE, Entry, Table

if TYPE_CHECKING:
    pass

RULE = (
    "One-standard-error rule: of the strengths whose mean held-out error is at most the lowest plus one binomial standard error of it "
    "(by Agresti and Coull's share), the one with the smallest size; at equal size the larger strength. A strength with a diverged or "
    "failed run, or without one, is no candidate."
)


def selection(results: Judged) -> Table | None:
    """One line a strength: held-out error, size, the bound, and what the rule says."""
    found = choices(results)
    if not found:
        return None
    body = []
    for (_, method), choice in found.items():
        limit = NONE if choice.limit is None else f"{choice.limit:.2f}"
        for row in choice.rows:
            candidate, standing = choice.candidates.get(row.key), choice.standing(row)
            texts = [NONE, NONE] if candidate is None else [f"{candidate.error:.2f}", f"{candidate.size:.2f}"]
            line = [group_label(results, row), method, f"{strength(row):g}", *texts, limit, standing]
            body.append([Entry(text, bold=i > 1 and standing == "chosen") for i, text in enumerate(line)])
    rule = results.reproduction.selection or Selection()
    size = rule.size.replace("_", " ")
    head = ["data set", "method", "strength", "held-out error (%)", f"{size} (%)", "lowest error + SE (%)", "rule"]
    return Table("selection", "Strengths tried and chosen", head, body, [RULE], label=2)


def lines(results: Judged) -> list[str]:
    """What was chosen, one line a group."""
    texts: dict[str, list[str]] = {}
    for (group, method), value in chosen(results).items():
        texts.setdefault(group, []).append(f"{method} {value:g}")
    return [f"Chosen{f' on {group}' if group else ''}: {', '.join(parts)}" for group, parts in texts.items()]
