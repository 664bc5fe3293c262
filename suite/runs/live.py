"""A table in the terminal that fills as runs end, with a bar over all epochs below it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Container, Iterator, Sequence

from rich import live
from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from suite.runs.sweep import METRICS, Sweep, Tally

REFRESHES = 1.0
"""A second. One takes some ten milliseconds of a core."""
AROUND = 4
"""Lines that are no row: the title, the head, the bar, and one to spare."""
WIDTH = 100
"""Columns that are taken where there are more."""
BESIDE = 4
"""Columns that stay free for the ^C that a terminal writes at the cursor: in the last column it would begin a line, and shift all."""


class LiveTable:
    """Shows a sweep where standard error is a terminal. What is logged or printed there meanwhile comes above it, and stays."""

    def __init__(self, sweep: Sweep, title: str, console: Console | None = None) -> None:
        self.sweep = sweep
        self.console = console or Console(file=sys.stderr, force_terminal=True, markup=False, highlight=False, emoji=False)
        self.live = live.Live(
            Picture(sweep, title), console=self.console, refresh_per_second=REFRESHES, redirect_stdout=sys.stdout.isatty()
        )
        self.moved: list[logging.StreamHandler] = []

    def start(self) -> None:
        before = sys.stderr
        self.live.start(refresh=True)
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is before:
                handler.setStream(sys.stderr)
                self.moved.append(handler)

    def say(self, text: str) -> None:
        self.console.print(Text(text), soft_wrap=True)

    def ended(self, line: str, well: bool) -> None:
        if not well:
            self.say(line)

    def news(self) -> None:
        """Nothing: the table is drawn anew by the clock."""

    def stop(self) -> None:
        """The table goes when all runs have ended, since what they gave is shown by then; else it stays."""
        self.live.transient = not self.sweep.left
        self.live.stop()
        for handler in self.moved:
            handler.setStream(sys.stderr)
        self.moved.clear()


class Picture:
    """The table, its title and its bar, no larger than the terminal is when they are drawn."""

    def __init__(self, sweep: Sweep, title: str) -> None:
        self.sweep, self.title = sweep, title

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        sweep, width = self.sweep, min(options.max_width - BESIDE, WIDTH)
        yield Text(f"{self.title}: {sweep.ended} of {sweep.total} runs", style="bold", no_wrap=True, overflow="ellipsis")
        yield rows(sweep, console.size.height - AROUND, width)
        yield bar(sweep, width)


def rows(sweep: Sweep, room: int, width: int) -> Table:
    """A line for each row of the table, as many as there is room for."""
    table = Table(box=None, pad_edge=False, expand=True, width=width, header_style="dim")
    table.add_column("row", ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column("runs", justify="right", no_wrap=True)
    table.add_column("epoch", ratio=2, no_wrap=True, overflow="ellipsis")
    for title in METRICS.values():
        table.add_column(title.rpartition(" ")[2], justify="right", no_wrap=True)
    epochs: dict[str, list[str]] = {}
    for run in list(sweep.running.values()):
        epochs.setdefault(run.tally.row, []).append(f"{run.epoch}/{run.epochs}")
    tallies = list(sweep.tallies.values())
    shown = chosen(tallies, epochs.keys(), room)
    for tally in shown:
        means = ("" if (value := tally.mean(metric)) is None else f"{value:.2f}" for metric in METRICS)
        troubles = [f"{count} {word}" for word, count in (("failed", tally.failed), ("diverged", tally.diverged)) if count]
        state = Text(", ".join(epochs.get(tally.row, [])))
        state.append((", " if state and troubles else "") + ", ".join(troubles), style="red")
        table.add_row(Text(tally.row), f"{tally.ended}/{tally.runs}", state, *means)
    if hidden := len(tallies) - len(shown):
        complete = sum(tally.ended == tally.runs for tally in tallies) - sum(tally.ended == tally.runs for tally in shown)
        table.add_row(Text(f"... {hidden} more, {complete} of them complete", style="dim"))
    return table


def chosen(tallies: Sequence[Tally], at_work: Container[str], room: int) -> list[Tally]:
    """The rows that are shown, in the order of the table: where not all fit, first those at work, then those with runs missing."""
    if len(tallies) <= room:
        return list(tallies)

    def rank(place: int) -> tuple[bool, bool, int]:
        tally = tallies[place]
        return tally.row not in at_work, tally.ended == tally.runs, place

    return [tallies[place] for place in sorted(sorted(range(len(tallies)), key=rank)[: max(1, room - 1)])]


def bar(sweep: Sweep, width: int) -> Table:
    """The epochs of all runs, and the time that is left."""
    line = Table.grid(padding=(0, 2, 0, 0), expand=True)
    line.width = width
    line.add_column(ratio=1)
    line.add_column(no_wrap=True)
    line.add_column(no_wrap=True)
    line.add_row(ProgressBar(max(1, sweep.epochs), sweep.epochs_done), f"{sweep.epochs_done}/{sweep.epochs} epochs", sweep.time_left())
    return line
