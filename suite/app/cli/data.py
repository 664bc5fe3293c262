"""`data`: the data sets."""

from __future__ import annotations

import click

from suite.app.cli.group import data_option, main


@main.group(epilog="\b\nExample:\n  python -m suite data prepare mnist")
def data() -> None:
    """The data sets."""


@data.command("list", epilog="\b\nExample:\n  python -m suite data list --data-root ~/data")
@data_option
def data_list(data_root) -> None:
    """Show which data sets are there."""
    from suite import data

    click.echo(f"data root: {data.data_root(data_root)}")
    for name, where in data.available(data_root).items():
        click.echo(f"  {name:<15} {where or 'not there'}")


@data.command("prepare", epilog="\b\nExample:\n  python -m suite data prepare mnist --data-root ~/data")
@click.argument("names", nargs=-1, required=True)
@data_option
def data_prepare(names, data_root) -> None:
    """Download data sets and write them as <root>/<name>.npz."""
    from suite import data

    for name in names:
        click.echo(data.prepare(name, data_root))
