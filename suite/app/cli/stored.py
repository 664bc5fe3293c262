"""`report`, `verify` and `compare`: what reads stored runs and never trains."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from suite.app.cli.group import REFERENCE, main, out_option, profile_option, seeds_option
from suite.app.cli.show import exit_code, show


@main.command(
    epilog="\b\nExamples:\n  python -m suite report table1\n  python -m suite report table1 --out results/reference --profile quick"
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@seeds_option(default=None, help="Seeds 0 to N - 1 (default: all there are).")
@profile_option
@out_option
@click.option("--format", "format_", type=click.Choice(["terminal", "markdown", "latex", "csv"]), default="terminal", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print counts and verdicts instead of a table.")
@click.option("--strict", is_flag=True, help="Exit with 3 when a number is not reproduced or a claim does not hold.")
def report(ids, seeds, profile, out, format_, as_json, strict) -> None:
    """Render tables, figures and verdicts from stored runs. Never trains; what is missing is shown as missing."""
    from suite.app import catalogue
    from suite.app.known import said
    from suite.app.results import Results

    codes = []
    for name in ids:
        results = Results.there(catalogue.get(name), profile, out, seeds)
        results.write()
        if as_json:
            show(results, as_json=True)
        else:
            click.echo(results.table(format_))
            if format_ == "terminal" and (more := said(results.reproduction, profile, out, whole=True)):
                click.echo(f"{more}\n")
            click.echo(f"files in {results.folder}", err=True)
        codes.append(exit_code(results, strict) if strict else 0)
    sys.exit(max(codes))


@main.command(epilog="\b\nExample:\n  python -m suite verify table1 --profile smoke")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@profile_option
@out_option
@click.option("--reference", type=click.Path(path_type=Path), default=REFERENCE, show_default=True, help="Folder of the reference records.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def verify(ids, profile, out, reference, as_json) -> None:
    """Compare your runs with the reference records, run by run: exit code 3 when a number has moved.

    On the machine of the reference no number may differ; on another each by what other machines were measured to differ by.
    """
    from suite.app import catalogue
    from suite.judging.verify import verify as compare_stored

    moved = False
    for name in ids:
        table = catalogue.get(name)
        found = compare_stored(table, profile, out, reference)
        moved |= bool(found.lines)
        if as_json:
            click.echo(json.dumps({"table": table.id, "profile": profile, **found.as_dict()}, indent=2))
        else:
            for line in found.lines:
                click.echo(line.text())
            click.echo(f"{table.id} {profile}: {found.text()}")
    sys.exit(3 if moved else 0)


@main.command(epilog="\b\nExample:\n  python -m suite compare results/reference/sgl0/table1/quick results/runs/sgl0/table1/quick")
@click.argument("a", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("b", type=click.Path(exists=True, file_okay=False, path_type=Path))
def compare(a: Path, b: Path) -> None:
    """Compare two folders of records, row by row: differences with 95 % intervals, of pairs where equal seeds are of the same runs."""
    from suite.judging.folders import compare_folders

    click.echo(compare_folders(a, b))
