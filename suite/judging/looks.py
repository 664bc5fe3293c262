"""How many seeds were planned, and at how many numbers of seeds the verdicts were looked at: kept beside the table, at paper scale."""

from __future__ import annotations

import json
from typing import Any

from suite.base.files import write_text
from suite.base.reading import read_json
from suite.records.results import Results

NAME = "looks.json"


def planned(results: Results) -> int:
    """The seeds that the table asks for; before that a verdict is interim."""
    return results.reproduction.seeds


def matter(verdicts: dict[str, Any]) -> bool:
    """Whether looks at results with these verdicts count: where published numbers are tested at the paper's scale."""
    return verdicts["scale"]["name"] == "paper" and bool(verdicts["scale"]["published"])


def read(results: Results) -> dict[str, list[int]]:
    """By row, the numbers of seeds at which it was looked at before; nothing where no look is on record."""
    try:
        found = read_json(results.folder / NAME)
        return {str(row): [int(n) for n in looks] for row, looks in found["looks"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return {}


def counted(results: Results, row: str, n: int) -> int:
    """Looks at a row since the planned number of seeds was there, the one at `n` included; 1 before."""
    least = planned(results)
    return max(1, len({look for look in (*read(results).get(row, []), n) if least <= look <= n}))


def record(results: Results) -> None:
    """Write down that the rows are looked at with the runs they have now. SuiteError for a folder that cannot be written to."""
    before = read(results)
    now = {row.key: sorted({*before.get(row.key, []), len(row.runs)}) for row in results.all_rows if row.runs}
    content: dict[str, Any] = {"planned": planned(results), "looks": before | now}
    write_text(results.folder / NAME, json.dumps(content, indent=1) + "\n")
