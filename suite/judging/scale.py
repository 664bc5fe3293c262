"""What a set of runs can speak about: whether anything can be held against the paper."""

from __future__ import annotations

from typing import Final

from suite.records.results import Results

NO_VERDICT: Final = "no verdict"


def why_no_result(results: Results) -> str:
    """One sentence on why nothing here can be held against the paper; empty for a result."""
    if results.is_result:
        return ""
    profile = results.experiment.settings
    used = profile.dataset or results.reproduction.stand_in
    named = [cell.dataset for cell in results.reproduction.cells if cell.dataset]
    meant = ", ".join(dict.fromkeys(name for name in named if name != used)) or used
    if not used or not named:
        return f"the {results.profile} profile is a check of the code"
    if results.stand_in and not profile.dataset:
        return f"{meant} was not to be had, so these runs are on {used}"
    return f"the {results.profile} profile runs on {used} in place of {meant}, as a check of the code"
