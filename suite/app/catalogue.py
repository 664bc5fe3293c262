"""Which reproductions there are, and the one with a given id."""

from __future__ import annotations

import difflib
import importlib
from functools import cache

from suite.base.errors import SuiteError
from suite.base.places import reproductions
from suite.experiment.checks import check
from suite.experiment.reproduction import Reproduction
from suite.judging.published import check_published

DEFAULT_PAPER = "sgl0"
"""A bare item such as `table1` means this paper's."""


def ids() -> list[str]:
    """Every reproduction's id, from the file names: reproductions/<paper>/<item>.py, where "_" stands for "-" in the paper's name."""
    files = sorted(reproductions().glob("*/*.py"))
    return [f"{path.parent.name.replace('_', '-')}/{path.stem}" for path in files if not path.stem.startswith("_")]


@cache
def get(name: str) -> Reproduction:
    """The reproduction called `paper/item` (or `item` of the default paper); SuiteError with the nearest ids otherwise."""
    full = name if "/" in name else f"{DEFAULT_PAPER}/{name}"
    if full not in ids():
        near = difflib.get_close_matches(full, ids(), n=3, cutoff=0.4) or ids()
        raise SuiteError(f"unknown reproduction {name!r}", f"did you mean {', '.join(near)}?")
    paper, _, item = full.partition("/")
    module = importlib.import_module(f"reproductions.{paper.replace('-', '_')}.{item}")
    table = getattr(module, "TABLE", None)
    if not isinstance(table, Reproduction):
        raise SuiteError(f"{module.__name__} declares no reproduction", "it needs TABLE = Reproduction(...)")
    if table.runs_in and table.runs_in not in ids():
        raise SuiteError(f"{full}: runs_in names {table.runs_in!r}", f"there are {', '.join(ids())}")
    check_published(check(table))
    return table


def having(profile: str) -> list[Reproduction]:
    """Every reproduction with this profile, each after the one in whose folder its runs are; SuiteError where none has it."""
    found = [table for table in map(get, ids()) if has(table, profile)]
    if not found:
        raise SuiteError(f"no reproduction has a profile {profile!r}", "there are smoke, quick and paper")
    return sorted(found, key=lambda table: (table.home, bool(table.runs_in)))


def has(table: Reproduction, profile: str) -> bool:
    try:
        return bool(table.profile(profile))
    except SuiteError:
        return False
