"""What `plan --all` prints: every table of a profile in a line, and what the next hours should compute."""

from __future__ import annotations

import json
import math
import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from suite.app.cli.group import OUT

if TYPE_CHECKING:
    from suite.app.commands import Command
    from suite.app.known import Tally
    from suite.app.survey import Counted
    from suite.experiment.reproduction import Reproduction

HEAD: tuple[str, ...] = ("table", "runs", "there", "reference", "missing", "core-hours", "numbers tested", "claims decided")


def show(profile: str, seeds: int | None, out: Path, hours: float | None, jobs: int, as_json: bool) -> None:
    """Print it. hours: of so many workers that the agenda fills; None for no agenda."""
    from suite.app.commands import chosen
    from suite.app.known import tally
    from suite.app.survey import survey

    found = survey(profile, seeds, out)
    tallies = [tally(one.experiment.reproduction, out) for one in found]
    commands = None if hours is None else chosen(found, out, hours * jobs)
    if as_json:
        tables = [as_dict(one, counts) for one, counts in zip(found, tallies, strict=True)]
        agenda = {} if commands is None else {"agenda": [one.as_dict() | {"command": one.line(profile)} for one in commands]}
        click.echo(json.dumps({"profile": profile, "tables": tables, **agenda}, indent=2))
        return
    click.echo(overview(profile, out, found, tallies))
    if commands is not None:
        click.echo(f"\n{listed(profile, out, commands, hours or 0.0, jobs, sum(len(one.shipped) for one in found))}")


def work(
    profile: str, seeds: int | None, out: Path, hours: float | None, jobs: int | None, rows: Sequence[str], force: bool, quiet: bool
) -> Iterator[tuple[Reproduction, tuple[str, ...], int | None]]:
    """What `reproduce --all` computes, one after the other: table, rows (empty: all) and seeds. Says on standard error where it is."""
    from suite.app.catalogue import get, having
    from suite.app.commands import chosen
    from suite.app.survey import survey, take

    if rows:
        raise click.UsageError("--method is for a table that is named")
    if hours is not None and (force or not jobs):
        raise click.UsageError("--hours is for what is missing: leave out --force" if force else "--hours on a cluster needs --jobs")
    found = [] if force else survey(profile, seeds, out)
    said = []
    if taken := take(found, out):
        said.append(f"{taken} runs that were computed already are taken over from the reference")
    asked: list[tuple[Reproduction, tuple[str, ...], int | None]] = [(table, (), seeds) for table in having(profile)]
    if hours is not None and jobs:
        commands = chosen(found, out, hours * jobs)
        said.append(listed(profile, out, commands, hours, jobs))
        asked = [(get(one.table), one.rows, one.seeds) for one in commands]
    for number, (table, of, some) in enumerate(asked, 1):
        said.append(f"[{number} of {len(asked)}] {table.id}" + (f": {', '.join(of)}" if of else ""))
        if not quiet:
            click.echo("\n".join(said), err=True)
        said = []
        yield table, of, some
    if said and not quiet:
        click.echo("\n".join(said), err=True)


def as_dict(one: Counted, counts: Tally) -> dict:
    from dataclasses import asdict

    hours = None if math.isinf(one.left) else one.left
    runs = {"runs": one.runs, "there": one.there, "reference": len(one.shipped), "missing": len(one.hours)}
    return {"id": one.id, **runs, "core_hours": hours, "timed_on": one.timed_on, **asdict(counts)}


def overview(profile: str, out: Path, found: Sequence[Counted], tallies: Sequence[Tally]) -> str:
    """A line a table, and the sum."""
    lines = [HEAD, *((one.id, *cells([one], [counts])) for one, counts in zip(found, tallies, strict=True))]
    lines += [("all", *cells(found, tallies))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [f"Profile {profile}; there: in {out}, reference: shipped with the project; numbers and claims at the paper's scale, in both"]
    for first, *rest in lines:
        others = (f"{cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=True))
        text.append("  ".join((f"{first:<{widths[0]}}", *others)).rstrip())
    notes = {"*": "from timings on the reference's machine, in part at least", "?": "runs that were never timed"}
    shown = "".join(cell for line in lines for cell in line[5])
    return "\n".join(text + [f"{sign} {note}" for sign, note in notes.items() if sign in shown])


def cells(found: Sequence[Counted], tallies: Sequence[Tally]) -> tuple[str, ...]:
    """What the tables have together, a cell a column."""
    counts = [sum(of) for of in zip(*((one.runs, one.there, len(one.shipped), len(one.hours)) for one in found), strict=True)]
    numbers, claims = (
        f"{sum(getattr(of, part) for of in tallies)} of {whole}" if (whole := sum(getattr(of, all_) for of in tallies)) else ""
        for part, all_ in (("tested", "published"), ("decided", "claims"))
    )
    return (*map(str, counts), core_hours(found), numbers, claims)


def core_hours(found: Sequence[Counted]) -> str:
    """Of what is missing: what is known of it, with a sign for other machines' timings and one for runs that nothing is known of."""
    from suite.runs.elsewhere import HERE
    from suite.runs.timings import amount

    every = [hours for one in found for hours in one.hours.values()]
    known = [hours for hours in every if math.isfinite(hours)]
    guessed = any(one.timed_on != HERE for one in found if one.hours)
    parts = [amount(math.fsum(known)) + "*" * guessed] if known else []
    return " + ".join(parts + ["?"] * (len(known) < len(every)))


def listed(profile: str, out: Path, commands: Sequence[Command], hours: float, jobs: int, shipped: int = 0) -> str:
    """The agenda as commands, each with what it takes and decides; before them what takes over the runs that only the reference has."""
    from suite.base.places import reference
    from suite.runs.timings import amount, workers

    used = math.fsum(one.hours for one in commands)
    more = (["--out", str(out)] if out != OUT else []) + ["--jobs", str(jobs)]
    text = [f"The next {hours:g} hours of {workers(jobs)}: {amount(used)} of {amount(hours * jobs)} core-hours"]
    if shipped and commands:
        taking = ["python", "-m", "suite", "merge", os.path.relpath(reference()), *more[:-2]]
        text.append(f"{shlex.join(taking)}\n    {shipped} runs that count as there; `reproduce --all` takes them over itself")
    for one in commands:
        text.append(f"{one.line(profile, *more)}\n    {amount(one.hours)} core-hours: {one.words}")
    if not commands:
        text.append("nothing that can be decided in this time")
    return "\n".join(text)
