"""What a reader sees of stored runs: tables, verdicts, departures and figures. Nothing here trains, and nothing depends on the day."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from suite.results import Results


def write(results: Results) -> list[Path]:
    """Write table.md, table.tex, table.csv, verdicts.json, departures.md and the figures into the folder of the records.

    The same records give the same text files, byte for byte. SuiteError for a folder that cannot be written to.
    """
    from suite.files import write_text
    from suite.report.departures import render as departures
    from suite.report.figures import draw
    from suite.report.tables import render

    files = {
        "table.md": render(results, "markdown"),
        "table.tex": render(results, "latex"),
        "table.csv": render(results, "csv"),
        "verdicts.json": json.dumps(rounded(results.verdicts), indent=1, ensure_ascii=False) + "\n",
        "departures.md": departures(results),
    }
    paths = []
    for name, text in files.items():
        write_text(results.folder / name, text)
        paths.append(results.folder / name)
    return paths + draw(results, results.folder / "figure.png", "pdf", "csv")


def rounded(value: Any) -> Any:
    """Plain data with six significant digits, so that rounding errors of another machine do not show in a file."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(v) for v in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
