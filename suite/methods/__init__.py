"""How a penalty enters training: subgradient, proximal map, variable splitting, gates, pruning.

`method("sgl0", growth="all")` makes a method by the name of its file, in `suite/proposed/` or `baselines/`; a new method is one file there.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
from functools import cache
from pathlib import Path
from typing import Any

from suite.base.errors import SuiteError
from suite.methods.anypenalty import WEIGHTS, AnyPenalty
from suite.methods.base import Context, Method, View
from suite.methods.subgradient import Regularised

PACKAGES = ("suite.proposed", "baselines")


def names() -> list[str]:
    """Every method's name: the files of `suite/proposed/` and `baselines/` but those that begin with "_", which methods share."""
    found = []
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        for folder in spec.submodule_search_locations or [] if spec else []:
            found += [path.stem for path in sorted(Path(folder).glob("*.py")) if not path.stem.startswith("_")]
    return found


@cache
def method_class(name: str) -> type[Method]:
    """The class in the file called `name`; SuiteError with the nearest names when there is none."""
    for package in PACKAGES:
        if name.isidentifier() and not name.startswith("_") and importlib.util.find_spec(f"{package}.{name}"):
            module = importlib.import_module(f"{package}.{name}")
            (found,) = (
                c for _, c in inspect.getmembers(module, inspect.isclass) if issubclass(c, Method) and c.__module__ == module.__name__
            )
            return found
    near = difflib.get_close_matches(name, names(), n=3) or names()
    raise SuiteError(f"unknown method {name!r}", f"did you mean {', '.join(near)}?")


def method(name: str, **options) -> Method:
    """The method called `name` with the given options; a wrong option is a SuiteError naming those there are.

    What has a shorter spelling is that: `method("proximal", penalty="l1")` is `method("l1_proximal")`, with its key.
    """
    found = method_class(name)
    try:
        made = found.made(**options)
        return shortest(made, options) if isinstance(made, AnyPenalty) else made
    except TypeError as error:
        raise SuiteError(f"method {name!r}: {error}", f"its options are {', '.join(found.options()) or 'none'}") from None
    except ValueError as error:
        raise SuiteError(f"method {name!r}: {error}") from None


def shortest(general: AnyPenalty, options: dict[str, Any]) -> Method:
    """The method with a name of its own that trains as `general` does, or `general`.

    One of the same kind (its only base) that has nothing of its own but the penalty, the same in every layer, on weights.
    """
    if general.on != WEIGHTS:
        return general
    (kind,) = (base for base in type(general).__bases__ if base is not AnyPenalty and issubclass(base, Method))
    penalty, given = general.regulariser, {name: value for name, value in options.items() if name != "penalty"}
    for short in (c for c in map(method_class, names()) if c.__bases__ == (kind,) and issubclass(c, Regularised)):
        if type(short().regularizer(0, 2)) is type(penalty):
            own = {name: getattr(penalty, name) for name in short.options() if name not in kind.options() and hasattr(penalty, name)}
            made = short(**given, **own)
            if made.regularizer(0, 2) == made.regularizer(1, 2) == penalty:
                return made
    return general


__all__ = ["Context", "Method", "View", "method", "method_class", "names"]
