"""The options of a method as data: the fields of its dataclass, with the meaning that its docstring or a base class's gives each."""

from __future__ import annotations

import inspect
import re
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

from suite.methods.base import Method, option

ENTRY = re.compile(r"(\w+(?:, \w+)*)\s{2,}(\S.*)")
"""A docstring's line on one or several options, `name, other    meaning`; lines that are indented below it go on with the meaning."""


@dataclass(frozen=True)
class Option:
    """One option of a method; `type` is written as in the code."""

    name: str
    type: str
    default: Any
    meaning: str

    def as_dict(self) -> dict[str, Any]:
        """Plain data; a default that JSON does not know (a method) as it is spelled."""
        plain = self.default is None or isinstance(self.default, bool | int | float | str | tuple)
        return {"name": self.name, "type": self.type, "default": self.default if plain else str(self.default), "meaning": self.meaning}


def options(method: type[Method]) -> list[Option]:
    """The options in the order of the fields; the meaning is the nearest class's that gives one, "" where none does."""
    meanings: dict[str, str] = {}
    for base in reversed(method.__mro__):
        meanings |= entries(base.__doc__ or "")
    return [
        Option(option(f), str(f.type), default(f), meanings.get(option(f), ""))
        for f in fields(method)  # type: ignore[arg-type]  # a class without options of its own is none to mypy
    ]


def default(field: Field) -> Any:
    """The default of an option; None where it has none."""
    if field.default_factory is not MISSING:
        return field.default_factory()
    return None if field.default is MISSING else field.default


def entries(docstring: str) -> dict[str, str]:
    """What a docstring says of each name that it lists."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in inspect.cleandoc(docstring).splitlines():
        if entry := ENTRY.fullmatch(line):
            names = entry[1].split(", ")
            found |= dict.fromkeys(names, entry[2])
        elif line.startswith(" ") and names:
            found |= {name: f"{found[name]} {line.strip()}" for name in names}
        else:
            names = []
    return found


def listed(method: type[Method]) -> str:
    """The options as a reader sees them in a terminal, one or two lines each."""
    found = options(method)
    if not found:
        return f"{method.title} has no options"
    return "\n".join(f"{o.name} ({o.type}, default {o.default!r})\n    {o.meaning}" for o in found)
