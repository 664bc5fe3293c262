"""Numbers in the documentation, written from the committed records: `python -m suite.app.docs`, or with `--check` only compared.

A page marks each number with the expression that gives it, and with a check what else must be true of the records:

    <!-- let: c = table("sgl0/figure1") -->
    <!-- check: c.verdict("CGES is the sparsest") == "holds" -->
    CGES removes up to <!-- c["0.5/cges", "weight_sparsity"] :.1f -->14.6<!--/--> %.

An expression is Python over the words of `suite.app.quotes` and what the page named before it by `let`. A format after " :" turns a
number into text, by default ".2f". Text stays as it is: an expression may give a whole table. None leaves the page as it is. Markers in
code are left alone.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from suite.app.quotes import NAMES, root

CODE = r"(?P<code>^```.*?^```|`[^`\n]*`)"
ORDER = r"<!-- (?P<word>let|check): (?P<about>.*?) -->"
NUMBER = r"(?P<before>^[ ]*)?<!-- (?P<expression>(?:(?!-->).)*?)(?: :(?P<format>[^\s:]+))? -->(?P<shown>(?:(?!<!--).)*)<!--/-->"
PARTS = re.compile("|".join((CODE, ORDER, NUMBER)), re.DOTALL | re.MULTILINE)


def pages() -> list[Path]:
    return [root() / "README.md", root() / "CONTRIBUTING.md", *sorted((root() / "docs").rglob("*.md"))]


def filled(text: str, name: str = "page") -> tuple[str, list[str]]:
    """The page with today's numbers, and what was wrong with it: stale numbers, checks that fail, expressions without a value."""
    wrong: list[str] = []
    known: dict[str, Any] = dict(NAMES)

    def part(found: re.Match) -> str:
        place = f"{name}:{text.count(chr(10), 0, found.start()) + 1}"
        asked = found["about"] or found["expression"]
        try:
            if found["word"] == "let":
                target, _, asked = asked.partition(" = ")
                known[target] = eval(f"({asked})", known)
            elif found["word"] == "check":
                wrong.extend([] if eval(f"({asked})", known) else [f"{place}: no longer true: {asked}"])
            elif found["expression"]:
                return number(found, eval(f"({asked})", known), place)
        except Exception as error:
            wrong.append(f"{place}: {asked}: {type(error).__name__}: {error}")
        return found[0]

    def number(found: re.Match, value: Any, place: str) -> str:
        shown = found["shown"]
        now = shown if value is None else value if isinstance(value, str) else format(value, found["format"] or ".2f")
        if now != shown:
            wrong.append(f"{place}: {found['expression']} is {now.strip()}, the page says {shown.strip()}")
        if found["before"] is not None and "\n" not in now:
            wrong.append(f"{place}: a number may not begin a line, where Markdown takes a comment for a paragraph of its own")
        return found[0][: found.start("shown") - found.start()] + now + "<!--/-->"

    return PARTS.sub(part, text), wrong


def main(arguments: list[str]) -> int:
    """Fill every page; with --check change none. 1 where a page is wrong, or after filling still is."""
    failed = False
    for page in pages():
        text, name = page.read_text(encoding="utf-8"), page.relative_to(root()).as_posix()
        now, wrong = filled(text, name)
        if "--check" not in arguments:
            page.write_text(now, encoding="utf-8")
            wrong = filled(now, name)[1]
        failed |= bool(wrong)
        for line in wrong:
            print(line)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
