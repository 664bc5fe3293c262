"""`publish`: finished records into a folder that is kept."""

from __future__ import annotations

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
