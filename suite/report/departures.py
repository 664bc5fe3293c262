"""How these runs differ from the paper: what the table declares, and what follows from its settings. Nothing is typed twice."""

from __future__ import annotations

from suite.judging.judged import Judged
from suite.judging.published import load
from suite.judging.scale import scale


def departures(results: Judged) -> list[str]:
    """One sentence each, the declared ones first."""
    reproduction, profile, of = results.reproduction, results.experiment.settings, scale(results)
    found = [*reproduction.departures, *profile.departures]
    if of.name == "check":
        found.append(f"Data: {of.why}.")
    found += [deviation.sentence for deviation in of.deviations]
    runs = load(reproduction.published).runs
    if runs and results.seeds < runs:
        found.append(f"Seeds: {results.seeds}; the paper's numbers are over {runs} runs.")
    for held in dict.fromkeys(cell.setup.hold_out for cell in reproduction.cells if cell.setup.hold_out):
        found.append(f"Scored on {held:,} examples held out of the training set, which is that much smaller; the test set is not used.")
    for share in dict.fromkeys(cell.setup.validation for cell in reproduction.cells if cell.setup.validation):
        found.append(f"{share:.3g} of the training set is held out and scored beside the test set; no run trains on it.")
    return found


def render(results: Judged) -> str:
    """The list as Markdown, the content of departures.md."""
    from suite.report.text import escape

    lines = [f"- {escape(line)}" for line in departures(results)] or ["None."]
    return "\n".join((f"# Departures from the paper: {results.reproduction.id}, {results.profile} profile", "", *lines, ""))
