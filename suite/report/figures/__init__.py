"""The figures of a reproduction: one module a kind, each with `canvas` (a matplotlib figure) and `points` (the data, as CSV)."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from suite.base.errors import SuiteError
from suite.base.files import replaced, write_text
from suite.judging.judged import Judged

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

FORMATS = ("png", "pdf", "svg", "csv")


def draw(results: Judged, path: Path, *more: str) -> list[Path]:
    """Draw every figure; the ending of `path` (png, pdf, svg, or csv for the points) gives the format, png without one.

    more    further formats of the same drawing, beside it

    Several figures get numbers: figure1.png, figure2.png. The same records give the same file. SuiteError for another ending and
    for a file that cannot be written.
    """
    forms = (path.suffix.removeprefix(".") or "png", *more)
    for form in forms:
        if form not in FORMATS:
            raise SuiteError(f"unknown figure format {form!r}", f"choose from {', '.join(FORMATS)}")
    figures = results.reproduction.figures
    paths: list[Path] = []
    for number, figure in enumerate(figures, 1):
        drawer = importlib.import_module(f"suite.report.figures.{figure.drawer}")
        files = {form: path.with_name(f"{path.stem}{number if len(figures) > 1 else ''}.{form}") for form in forms}
        paths += files.values()
        if "csv" in files:
            write_text(files.pop("csv"), drawer.points(results, figure))
        if files:
            made = drawer.canvas(results, figure)
            for form, file in files.items():
                _save(made, file, form)
    return paths


def _save(made: Canvas, path: Path, form: str) -> None:
    import matplotlib

    undated = {"png": {"Software": None}, "pdf": {"CreationDate": None, "Producer": None, "Creator": None}, "svg": {"Date": None}}
    with replaced(path) as scratch, matplotlib.rc_context({"svg.hashsalt": "suite"}):  # names in the file that would be random
        made.savefig(scratch, format=form, dpi=200, metadata=undated[form])
