"""Docstrings as Markdown: lists of `name    meaning` become lists, formulas stay as they are written, and no sign means emphasis."""

from __future__ import annotations

import re
from typing import Any

import griffe

from suite.methods.options import ENTRY

CODE = re.compile(r"(`[^`]*`)")
SIGNS = re.compile(r"([\\*_\[\]])")


def escaped(text: str) -> str:
    """Prose in which the signs of formulas mean themselves; what stands between backquotes is code."""
    plain = (part if part.startswith("`") else SIGNS.sub(r"\\\1", part).replace("<", "&lt;") for part in CODE.split(text))
    return "".join(plain)


def as_markdown(docstring: str) -> str:
    """Entries as list items, indented blocks below prose as code, the rest as prose."""
    lines: list[str] = []
    inside = False
    for line in docstring.splitlines():
        if entry := ENTRY.fullmatch(line):
            lines += [] if inside else [""]
            lines.append(f"- `{entry[1]}`: {escaped(entry[2])}")
            inside = True
        elif line.startswith(" ") and inside:
            lines.append(f"  {escaped(line.strip())}")
        elif line.startswith("    ") or not line.strip():
            lines.append(line)
            inside = False
        else:
            lines += [""] if inside else []
            lines.append(escaped(line))
            inside = False
    return "\n".join(lines)


class Docstrings(griffe.Extension):
    """Turns every docstring of the package into Markdown when it is loaded."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring:
            obj.docstring.value = as_markdown(obj.docstring.value)
