"""What a set of runs can speak about, derived from how its profile differs from the profile `paper`.

paper     nothing that changes what is estimated differs: verdicts on published numbers and on claims
reduced   shorter, weaker, stronger, smaller, on part of the data: differences and orders are shown, nothing of the paper is tested
check     smoke runs and stand-in data: a check of the code
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal

from suite.experiment.reproduction import Experiment, Reproduction
from suite.records.results import Results
from suite.stats.record import Record

NO_VERDICT: Final = "no verdict"
NOT_TESTED: Final = "not tested at this scale"
PAPER = "paper"
"""Name of the profile with the paper's own settings."""

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
    "dataset": "data set",
    "model": "network",
    "method": "methods",
    "n_train": "training examples, of every class its share and the same for every seed",
    "n_test": "test examples, of every class its share",
    "crop": "pixels of the border out of which training images are cropped",
    "flip": "mirrored training images",
    "normalise": "mean and standard deviation taken out of the inputs",
    "precision": "precision of the network's passes and of its errors (weights, penalties and steps are float32)",
}
ALL = {"n_train": "all", "n_test": "all"}
"""What 0 means."""


@dataclass(frozen=True)
class Deviation(Record):
    """One setting that is not the paper's, in words; `groups` where it is not so in all of them.

    estimand    whether it changes what is estimated: a smaller sample does not
    """

    setting: str
    ours: str
    papers: str
    groups: tuple[str, ...] = ()
    estimand: bool = True

    @property
    def sentence(self) -> str:
        where = f"{', '.join(self.groups)}: " if self.groups else ""
        return f"{where}{self.setting[0].upper()}{self.setting[1:]}: {self.ours}; the profile paper has {self.papers}."

    @property
    def short(self) -> str:
        """For a banner, without the explanation that the setting may carry."""
        where = f" ({', '.join(self.groups)})" if self.groups else ""
        return f"{self.setting.partition(' (')[0].partition(', ')[0]} {self.ours} in place of {self.papers}{where}"


@dataclass(frozen=True)
class Scale:
    """name: "paper", "reduced" or "check"; why: one sentence where it is a check; deviations from the profile `paper`."""

    name: Literal["paper", "reduced", "check"]
    deviations: tuple[Deviation, ...] = ()
    why: str = ""

    @property
    def tests(self) -> bool:
        """Whether the paper can be tested."""
        return self.name == "paper"

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "deviations": [deviation.as_dict() for deviation in self.deviations]}


def scale(results: Results) -> Scale:
    """The scale of stored runs."""
    found = tuple(deviations(results.experiment))
    if not results.is_result:
        return Scale("check", found, why_no_result(results))
    if PAPER not in results.reproduction.settings and results.reproduction.cells:
        return Scale("reduced", found, "there is no profile with a paper's settings")
    return Scale("reduced" if any(deviation.estimand for deviation in found) else "paper", found)


def testing(table: Reproduction) -> list[str]:
    """The profiles of a table with which its paper can be tested."""
    if PAPER not in table.settings or not table.cells:
        return []
    return [name for name in table.settings if scale(Results(table.at(name, 1), Path(), {})).tests]


def deviations(experiment: Experiment) -> list[Deviation]:
    """Where the settings of the profile are not those of the profile `paper`; nothing where there is no such profile."""
    if PAPER not in experiment.reproduction.settings or (experiment.profile == PAPER and not experiment.stand_in):
        return []
    return _schedule(experiment) + _setups(experiment)


def _schedule(experiment: Experiment) -> list[Deviation]:
    ours, papers = experiment.settings, experiment.reproduction.settings[PAPER]
    groups, differing = experiment.reproduction.groups, dict[tuple[str, str, str, bool], list[str]]()
    for name in (f.name for f in fields(papers.schedule)):
        for group in groups:
            here, there = (getattr(p.groups.get(group, p.schedule), name) for p in (ours, papers))
            sampled = all(name in cell.method.drawn for cell in experiment.reproduction.cells if cell.group == group)
            if here != there:
                differing.setdefault((WORDS.get(name, name.replace("_", " ")), _show(here), _show(there), not sampled), []).append(group)
    return [
        Deviation(setting, here, there, () if len(where) == len(groups) else tuple(where), estimand)
        for (setting, here, there, estimand), where in differing.items()
    ]


def _setups(experiment: Experiment) -> list[Deviation]:
    """Where data set, network, methods, number of examples and the like are not those of the profile `paper`."""
    ours, papers, found = experiment.settings, experiment.reproduction.settings[PAPER], []
    stand_in = experiment.reproduction.stand_in if experiment.stand_in else None
    setups = [(ours.of(c, stand_in).setup, papers.of(c).setup) for c in experiment.reproduction.cells]
    for name in (f.name for f in fields(setups[0][0])) if setups else ():
        pairs = [(getattr(here, name), getattr(there, name)) for here, there in setups]
        if any(here != there for here, there in pairs):
            here, there = (" and ".join(dict.fromkeys(_cell(name, pair[i]) for pair in pairs if pair[0] != pair[1])) for i in (0, 1))
            found.append(Deviation(WORDS.get(name, name.replace("_", " ")), here, there))
    return found


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


def _cell(name: str, value: Any) -> str:
    if name in ALL:
        return f"{value:,}" if value else ALL[name]
    return {False: "no", True: "yes"}[value] if isinstance(value, bool) else _show(value)


def _show(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_show, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(getattr(value, "label", value))
