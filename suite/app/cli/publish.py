"""`publish` and `merge`: finished records into a folder that is kept, and those of another machine into one's own."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from suite.app.cli.group import REFERENCE, main, out_option, profile_option


@main.command(epilog="\b\nExample:\n  python -m suite publish table1 --profile paper")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@profile_option
@out_option
@click.option("--to", type=click.Path(path_type=Path), default=REFERENCE, show_default=True, help="Folder that they are published in.")
def publish(ids, profile, out, to) -> None:
    """Put finished runs into one runs.jsonl beside the reference records, and render their tables there."""
    from suite.app import catalogue
    from suite.app import publish as publishing

    tables = [catalogue.get(name) for name in ids]
    for table in tables:
        table.profile(profile)
    for table in tables:
        published = publishing.publish(table, profile, out, to)
        publishing.render(table, profile, to)
        click.echo(f"{table.id} {profile}: {published.text()}")


@main.command(
    epilog="""\b
Example:
  python -m suite merge second/results/runs third/sgl0/table1/paper

\b
Exit codes: 0 all records are here now; 1 some were refused or differ from those here (each is named); 2 wrong use."""
)
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...", type=click.Path(exists=True, file_okay=False, path_type=Path))
@out_option
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def merge(folders, out, as_json) -> None:
    """Take records that were computed elsewhere, each checked, and render their tables. Nothing that is here is overwritten.

    A FOLDER is one of results, as --out names it, or one table and profile in it.
    """
    from suite.app.merge import merge as merging

    merged = merging(folders, out)
    click.echo(json.dumps(merged.as_dict(), indent=2) if as_json else merged.text())
    sys.exit(0 if merged.whole else 1)
