"""What is known of a table at the paper's scale, for a reader who looks at runs of another."""

from __future__ import annotations

from pathlib import Path

from suite.base.places import results
from suite.experiment.reproduction import Reproduction
from suite.judging.judged import Judged
from suite.judging.scale import PAPER
from suite.records.results import Results


def at_paper_scale(table: Reproduction, *folders: Path) -> Judged | None:
    """The runs at the paper's scale in the first of the folders, or the reference, that has some; None where none has."""
    if PAPER not in table.settings or not table.cells:
        return None
    stored = (Results.load(table, PAPER, folder) for folder in (*folders, results() / "reference"))
    return next((Judged.of(found) for found in stored if found.records), None)


def said(table: Reproduction, profile: str, out: Path, whole: bool = False) -> str:
    """That in words, as an addition to a profile of another scale: the banner, or the published numbers one by one; "" for none."""
    from suite.report.banner import banner
    from suite.report.terminal import numbers

    known = None if profile == PAPER else at_paper_scale(table, out)
    if known is None or not known.verdicts["scale"]["published"]:
        return ""
    return f"Known from other runs ({known.folder}): {banner(known)}\n{numbers(known) if whole else ''}".strip()
