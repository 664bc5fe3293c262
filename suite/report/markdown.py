"""The page of a reproduction in Markdown."""

from __future__ import annotations

from suite.judging.judged import Judged
from suite.report import tables
from suite.report.banner import banner
from suite.report.cells import Entry, Table
from suite.report.departures import departures
from suite.report.facts import header
from suite.report.matched import matched
from suite.report.numbers import numbers
from suite.report.ranks import ranks
from suite.report.selection import selection
from suite.report.text import escape

WITHOUT_RUNS = ("Source", "Again")
"""The facts about a figure that needs no runs."""


def page(results: Judged) -> str:
    """Facts, tables and departures, in that order; of a figure that needs no runs its files in place of the tables."""
    from tabulate import tabulate

    reproduction = results.reproduction
    parts = [f"# {escape(reproduction.id)}: {escape(reproduction.title)}"]
    if reproduction.cells:
        parts.append(f"> {escape(banner(results))}")
    facts = [[name, escape(content)] for name, content in header(results).items() if reproduction.cells or name in WITHOUT_RUNS]
    parts.append(tabulate(facts, headers=["", ""], tablefmt="pipe", disable_numparse=True))
    if not reproduction.cells:
        parts.append(_figures(results))
    for table in _tables(results) if reproduction.cells else ():
        parts += _section(table)
    parts += ["## Departures from the paper", "\n".join(f"- {escape(line)}" for line in departures(results)) or "None."]
    return "\n\n".join(parts) + "\n"


def _tables(results: Judged) -> list[Table]:
    found = [tables.main(results), numbers(results), ranks(results), selection(results), *matched(results), tables.claims(results)]
    found += [tables.compared(results), tables.further(results), tables.intervals(results)]
    return [table for table in found if table is not None]


def _figures(results: Judged) -> str:
    several = len(results.reproduction.figures) > 1
    names = [f"figure{number if several else ''}" for number, _ in enumerate(results.reproduction.figures, 1)]
    images = [f"![{escape(results.reproduction.title)}]({name}.png)" for name in names]
    files = ", ".join(f"`{name}.png`" for name in names)
    return "\n\n".join([*images, f"Drawn without any run: {files}; beside each a PDF and, as CSV, its points."])


def _section(table: Table) -> list[str]:
    from tabulate import tabulate

    body = [[_cell(cell) for cell in line] for line in table.body]
    grid = tabulate(body, headers=[escape(h) for h in table.head], tablefmt="pipe", disable_numparse=True)
    notes = "\n".join(f"- {escape(note)}" for note in table.notes)
    return [f"## {escape(table.title) if table.name else 'Table'}", grid, *([notes] if notes else [])]


def _cell(cell: Entry) -> str:
    text = escape(cell.text + cell.spread + cell.difference)
    text = (f"**{text}**" if cell.bold else text) + escape(cell.remark)
    return f"{text} → {cell.verdict}" if cell.verdict else text
