"""Main table, ranks, matched levels and claims in plain text, for the end of a run."""

from __future__ import annotations

import textwrap
from itertools import accumulate

from suite.judging.judged import Judged
from suite.report import tables
from suite.report.banner import banner
from suite.report.cells import Entry, Table
from suite.report.facts import header
from suite.report.matched import matched
from suite.report.numbers import LEGEND, sign
from suite.report.numbers import numbers as tabulated
from suite.report.ranks import ranks
from suite.report.selection import lines as strengths

WIDTH = 130
FACTS = ("Profile", "Runs", "Data", "Device")


def screen(results: Judged) -> str:
    """No line is longer than 130 columns."""
    facts = header(results)
    lines = [f"{results.reproduction.id}: {results.reproduction.title}", *(f"{name}: {facts[name]}" for name in FACTS)]
    if not results.reproduction.cells:
        return f"{lines[0]}\nA figure that needs no runs; there is no table.\n"
    lines.insert(0, banner(results))
    lines = [part for line in lines for part in textwrap.wrap(line, WIDTH)]
    main = tables.main(results)
    legend = "* best mean"
    if any(cell.verdict for line in main.body for cell in line):
        legend += f"; beside the paper's number: {LEGEND}"
    grid = _grid(main)
    fits = max(map(len, grid.splitlines())) <= WIDTH
    if fits and any(cell.difference for line in main.body for cell in line):
        legend += "; in brackets ours minus the paper's number, which is not tested at this scale"
    lines += ["", grid if fits else _grid(main, differences=False), legend]
    tested = numbers(results)
    lines += ["", tested] if tested else []
    ranked = ranks(results)
    lines += ["", _grid(ranked), "average ranks, 1 is best; * best"] if ranked else []
    for table in matched(results):
        lines += ["", table.title, _grid(table), "* best mean", *(part for note in table.notes for part in textwrap.wrap(note, WIDTH))]
    chosen = [part for line in strengths(results) for part in textwrap.wrap(line, WIDTH)]
    lines += ["", *chosen] if chosen else []
    for claim in results.verdicts["claims"] if results.is_result else []:
        indent = " " * 17
        said = claim["verdict"] + (" (interim)" if claim["interim"] else "")
        text = textwrap.fill(claim["text"], WIDTH, initial_indent=indent, subsequent_indent=indent)
        lines += ["", f"{said:<16} {text[17:]}"] if len(said) <= 16 else ["", said, text]
        lines += textwrap.wrap(claim["reason"], WIDTH, initial_indent=indent, subsequent_indent=indent)
    return "\n".join(lines) + "\n"


def numbers(results: Judged) -> str:
    """The published numbers that are tested, one by one; "" where none is."""
    found = tabulated(results)
    return f"{found.title}\n{_grid(found)}" if found else ""


def _grid(table: Table, differences: bool = True) -> str:
    from tabulate import tabulate

    k = table.label
    body = [[_cell(cell, differences) for cell in line] for line in table.once()]
    heads = ["\n".join(textwrap.wrap(head, 14, break_long_words=False)) for head in table.head]
    widths = [max(*(2 + len(part) for part in head.split("\n")), *map(len, column)) for head, *column in zip(heads, *body, strict=True)]
    room = max(16, WIDTH - (sum(widths) - widths[k]) - 2 * (len(heads) - 1))  # tabulate makes a column two wider than its head
    body = [[*line[:k], "\n".join(textwrap.wrap(line[k], room)), *line[k + 1 :]] for line in body]
    lines = tabulate(body, headers=heads, tablefmt="simple", disable_numparse=True).split("\n")
    ends = list(accumulate((1 + line[k].count("\n") for line in body), initial=2 + max(head.count("\n") for head in heads)))
    for start in reversed(table.starts()):
        lines.insert(ends[start], "")
    return "\n".join(lines)


def _cell(cell: Entry, differences: bool) -> str:
    text = cell.text + (cell.difference if differences else "") + ("*" if cell.bold else "")
    return f"{text} {sign(cell.verdict)}" if cell.verdict else text
