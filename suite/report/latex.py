"""The tables in LaTeX: floats with booktabs rules, no other package."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from functools import cache

from pylatexenc.latexencode import UnicodeToLatexEncoder

from suite.judging.judged import Judged
from suite.report import tables
from suite.report.banner import banner
from suite.report.cells import Entry, Table, within
from suite.report.facts import header, plural
from suite.report.matched import matched
from suite.report.numbers import LEGEND as numbers_legend
from suite.report.numbers import numbers, sign
from suite.report.ranks import ranks

OWN = {  # pylatexenc has text signs for them, or none; ± and ℓ would be taken for letters below
    "|": "$|$",
    "±": r"$\pm$",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
    "→": r"$\rightarrow$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "—": "---",
    "\N{EN DASH}": "--",
    "\N{SCRIPT SMALL L}": r"$\ell$",
}
SIGNS = {"=": "$^{=}$", "≠": r"$^{\neq}$", "~": r"$^{\sim}$", "!": "$^{!}$", "?": "$^{?}$"}
SIZE = [{"selector": "scriptsize", "props": ":{};"}, {"selector": r"setlength{\tabcolsep}", "props": ":{3pt};"}]
LEGEND = r"Paper's numbers: " + ", ".join(f"{SIGNS[part[0]]}{part[1:]}" for part in numbers_legend.split(", ")) + "."


def floats(results: Judged) -> str:
    """Main table, ranks, matched levels, comparison with the baseline and further measurements, below a comment on where they come from.

    The comment alone where there are no rows, for a figure that needs no runs.
    """
    facts = [f"{name}: {' '.join(content.split())}" for name, content in header(results).items()]
    comment = [f"% {results.reproduction.id}: {' '.join(results.reproduction.title.split())}", *(f"% {fact}" for fact in facts)]
    if results.reproduction.cells:
        comment.insert(0, f"% {banner(results)}")
    comment.append(r"% Needs \usepackage{booktabs}.")
    found = _tables(results) if results.reproduction.cells else []
    return "\n".join(comment) + "\n" + "\n".join(_float(results, table) for table in found)


def _tables(results: Judged) -> list[Table]:
    found = [tables.main(results), numbers(results), ranks(results), *matched(results), tables.compared(results), tables.further(results)]
    return [table for table in found if table is not None]


def _float(results: Judged, table: Table) -> str:
    import pandas as pd

    heads = [_stacked(head) for head in table.head]
    frame = pd.DataFrame([[_cell(cell) for cell in line] for line in table.once()], columns=range(len(heads)))
    styler = frame.style.hide(axis="index").format_index(heads.__getitem__, axis="columns").set_table_styles(SIZE)
    text = styler.to_latex(
        environment="table*",
        position="t",
        position_float="centering",
        column_format="l" * table.label + r"p{0.2\textwidth}" + "r" * (len(heads) - table.label - 1),
        hrules=True,
        caption=_caption(results, table),
        label="-".join(part for part in (f"tab:{results.reproduction.id.replace('/', '-')}", table.name) if part),
    )
    return _ruled(text, table.starts())


def _ruled(text: str, starts: list[int]) -> str:
    """A rule above each of these lines of the body; every line of it stands on one line of the text."""
    lines = text.split("\n")
    first = lines.index(r"\midrule") + 1
    for start in reversed(starts):
        lines.insert(first + start, r"\midrule")
    return "\n".join(lines)


def _caption(results: Judged, table: Table) -> str:
    facts = header(results)
    what = results.reproduction.title if not table.name else f"{results.reproduction.title}: {table.title}"
    runs = f"Profile {facts['Profile']}; {plural(results.seeds, 'seed')} ({facts['Runs']}); {facts['Data']}; {facts['Device']}."
    parts = [escape(f"{banner(results)} {what.removesuffix('.')}. {results.reproduction.source.removesuffix('.')}. {runs}")]
    if not table.name:
        parts.append(escape(f"Mean ± SD over the seeds; bold: best mean{within(results)}."))
    if any(cell.verdict for line in table.body for cell in line):
        parts.append(LEGEND)
    if table.name == "ranks":
        parts.append(escape("Rank 1 is best; F and p: Iman and Davenport; critical difference: Nemenyi, at .05."))
    if table.name == "compared":
        parts.append(
            escape(f"Difference of the means with Welch's 95 % interval; p: permutation test, Holm over the column{within(results)}.")
        )
    if table.name.startswith("matched"):
        parts += map(escape, table.notes)
    return " ".join(parts)


def _cell(cell: Entry) -> str:
    text = escape(cell.text + cell.spread + cell.difference).replace(r" $\pm$ ", r"$\pm$")
    return (rf"\textbf{{{text}}}" if cell.bold else text) + (SIGNS[sign(cell.verdict)] if cell.verdict else "")


def _stacked(head: str) -> str:
    """A head of several words on several lines, so that it is not wider than the numbers below it."""
    arrow = head[-2:] if head[-1] in "↑↓" else ""
    lines = textwrap.wrap(head.removesuffix(arrow), 13, break_long_words=False) or [""]
    lines[-1] += arrow
    text = r"\\".join(escape(line) for line in lines)
    return rf"\shortstack{{{text}}}" if len(lines) > 1 else text


def escape(text: str) -> str:
    """Text that LaTeX prints as it is; a letter that pdflatex does not know becomes the nearest that it does."""
    return "".join(map(_escaped, re.sub(r"\s+", " ", text)))


@cache
def _escaped(c: str) -> str:
    if c in OWN:
        return OWN[c]
    if 0x80 <= ord(c) < 0x180:
        return c
    nearest = "".join(x for x in unicodedata.normalize("NFKD", c) if ord(x) < 0x80) or "?"
    if c.isalnum() and not unicodedata.name(c, "").startswith("GREEK"):
        return nearest
    encoder = UnicodeToLatexEncoder(
        replacement_latex_protection="braces-after-macro", unknown_char_policy=lambda _: nearest, unknown_char_warning=False
    )
    return re.sub(r"^\\ensuremath\{(.*)\}$", r"$\1$", encoder.unicode_to_latex(c))
