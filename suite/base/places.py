"""Where the project's own files lie."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from suite.base.errors import SuiteError


def reproductions() -> Path:
    """The folder of the reproduction modules: in the checkout, or where the project was installed to."""
    spec = importlib.util.find_spec("reproductions")
    if spec is None or not spec.submodule_search_locations:
        raise SuiteError("the package `reproductions` is not installed", "install the project with `pip install -e .`")
    return Path(next(iter(spec.submodule_search_locations)))


def results() -> Path:
    """The folder of what is committed of results: `published` numbers and the `reference` records."""
    return reproductions().parent / "results"


def reference() -> Path:
    """The folder of the reference records."""
    return results() / "reference"
