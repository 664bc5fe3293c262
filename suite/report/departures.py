"""How these runs differ from the paper: what the table declares, and what follows from its settings. Nothing is typed twice."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from suite.judging.judged import Judged
from suite.judging.published import load
from suite.judging.scale import why_no_result

WORDS = {
    "epochs": "epochs",
    "batch_size": "batch size",
    "learning_rate": "initial learning rate",
    "milestones": "epochs at which the learning rate drops",
    "decay": "factor on the learning rate at each drop",
    "epoch_steps": "steps an epoch (0: one pass over the training set)",
    "penalty_factor": "factor on every penalty strength",
    "rate_factor": "factor on every learning rate",
    "linear_from": "share of the epochs after which the learning rate falls on a line to 0",
    "epsilon": "epsilon of Adam",
    "model": "network",
    "n_train": "training examples, of every class its share and the same for every seed",
    "n_test": "test examples, of every class its share",
    "crop": "pixels of the border out of which training images are cropped",
    "flip": "mirrored training images",
    "normalise": "mean and standard deviation taken out of the inputs",
    "precision": "precision of the network's passes and of its errors (weights, penalties and steps are float32)",
}
ALL = {"n_train": "all", "n_test": "all"}
"""What 0 means."""


def departures(results: Judged) -> list[str]:
    """One sentence each, the declared ones first."""
    reproduction, profile = results.reproduction, results.experiment.settings
    found = [*reproduction.departures, *profile.departures]
    if not results.is_result:
        found.append(f"Data: {why_no_result(results)}.")
    found += _settings(results) + _cells(results)
    runs = load(reproduction.published).runs
    if runs and results.seeds < runs:
        found.append(f"Seeds: {results.seeds}; the paper's numbers are over {runs} runs.")
    for held in dict.fromkeys(cell.setup.hold_out for cell in reproduction.cells if cell.setup.hold_out):
        found.append(f"Scored on {held:,} examples held out of the training set, which is that much smaller; the test set is not used.")
    for share in dict.fromkeys(cell.setup.validation for cell in reproduction.cells if cell.setup.validation):
        found.append(f"{share:.3g} of the training set is held out and scored beside the test set; no run trains on it.")
    return found


def _settings(results: Judged) -> list[str]:
    """Where the schedule of this profile is not the paper's, with the groups of which that is true unless it is of all."""
    reproduction, profile = results.reproduction, results.experiment.settings
    if "paper" not in reproduction.settings:
        return []
    paper = reproduction.settings["paper"]
    differing: dict[str, list[str]] = {}
    groups = reproduction.groups
    for name in (f.name for f in fields(paper.schedule)):
        for group in groups:
            ours, theirs = (getattr(p.groups.get(group, p.schedule), name) for p in (profile, paper))
            if ours != theirs:
                words = WORDS.get(name, name.replace("_", " "))
                text = f"{words[0].upper()}{words[1:]}: {_show(ours)}; the profile paper has {_show(theirs)}."
                differing.setdefault(text, []).append(group)
    return [text if len(where) == len(groups) else f"{', '.join(where)}: {text}" for text, where in differing.items()]


def _cells(results: Judged) -> list[str]:
    """Where network, number of examples and the like are not those of the profile paper."""
    reproduction, profile = results.reproduction, results.experiment.settings
    if "paper" not in reproduction.settings:
        return []
    paper, found = reproduction.settings["paper"], []
    for name in ["model", *profile.cells] if profile.models else profile.cells:
        cells = [cell for cell in reproduction.cells if cell.dataset]
        ours, theirs = (list(dict.fromkeys(_cell(name, getattr(p.of(cell).setup, name)) for cell in cells)) for p in (profile, paper))
        if ours != theirs:
            words = WORDS.get(name, name.replace("_", " "))
            found.append(f"{words[0].upper()}{words[1:]}: {' and '.join(ours)}; the profile paper has {' and '.join(theirs)}.")
    return found


def _cell(name: str, value: Any) -> str:
    if name in ALL:
        return f"{value:,}" if value else ALL[name]
    return {False: "no", True: "yes"}[value] if isinstance(value, bool) else _show(value)


def render(results: Judged) -> str:
    """The list as Markdown, the content of departures.md."""
    from suite.report.text import escape

    lines = [f"- {escape(line)}" for line in departures(results)] or ["None."]
    return "\n".join((f"# Departures from the paper: {results.reproduction.id}, {results.profile} profile", "", *lines, ""))


def _show(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_show, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
