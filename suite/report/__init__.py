"""What a reader sees of stored runs: tables, verdicts, departures and figures. Nothing here trains, and nothing depends on the day."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suite.base.errors import SuiteError

if TYPE_CHECKING:
    from suite.judging.judged import Judged


FORMATS = ("markdown", "latex", "csv", "terminal")


def render(results: Judged, format: str = "markdown") -> str:
    """The tables as text; the same records give the same text. SuiteError for a format that there is not.

    markdown   the whole page: facts, main table, ranks, strengths, matched levels, claims, comparison with the baseline, further
               measurements, intervals, departures
    latex      the tables as floats that need booktabs only
    csv        one line a row and metric, with every number
    terminal   main table, ranks, matched levels and claims in plain text, 130 columns wide

    Where there is nothing to tabulate, a figure that needs no runs, the page names the figure's files, and the others say as much.
    """
    if format == "markdown":
        from suite.report.markdown import page

        return page(results)
    if format == "latex":
        from suite.report.latex import floats

        return floats(results)
    if format == "csv":
        from suite.report.long import lines

        return lines(results)
    if format == "terminal":
        from suite.report.terminal import screen

        return screen(results)
    raise SuiteError(f"unknown format {format!r}", f"choose from {', '.join(FORMATS)}")


def write(results: Judged) -> list[Path]:
    """Write table.md, table.tex, table.csv, verdicts.json, departures.md and the figures into the folder of the records.

    The same records give the same text files, byte for byte. SuiteError for a folder that cannot be written to.
    """
    from suite.base.files import write_text
    from suite.judging import looks
    from suite.report.departures import render as departures
    from suite.report.figures import draw

    if looks.matter(results.verdicts):
        looks.record(results)
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
