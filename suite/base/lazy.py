"""Heavy modules that are imported on first use, so that `--help`, `list` and `plan` answer without them.

`from suite.base.lazy import torch` gives a stand-in for the module: the first attribute read from it imports the real one. Files that
declare penalties, methods and reproductions use it; files that train import the real module.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any


class LazyModule:
    """A stand-in that imports the module `name` when an attribute is first read, and keeps what it was asked for."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(importlib.import_module(self.__name__), attribute)
        setattr(self, attribute, value)
        return value


if TYPE_CHECKING:
    import torch
else:
    torch = LazyModule("torch")

__all__ = ["LazyModule", "torch"]
