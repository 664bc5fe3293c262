"""`list` and `plan`: what there is and what it would take."""

from __future__ import annotations

import json
from contextlib import nullcontext, suppress

import click

from suite.app.cli import whole
from suite.app.cli.group import check_all, cores, data_option, hours_option, main, out_option, profile_option, seeds_option


@main.command("list", epilog="\b\nExamples:\n  python -m suite list --json\n  python -m suite list --options sgl0")
@click.option("--options", "of_method", metavar="METHOD", help="List this method's options: type, default, meaning.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def list_(of_method: str | None, as_json: bool) -> None:
    """List the reproductions and the methods, or the options of one method."""
    from suite import methods
    from suite.app import catalogue

    if of_method is not None:
        from suite.methods.options import listed, options

        found = methods.method_class(of_method)
        click.echo(json.dumps([o.as_dict() for o in options(found)], indent=2) if as_json else listed(found))
        return
    tables = [catalogue.get(name) for name in catalogue.ids()]
    if as_json:
        click.echo(json.dumps({"reproductions": [described(t) for t in tables], "methods": methods.names()}, indent=2))
        return
    for table in tables:
        click.echo(f"{table.id:<20} {table.title}\n{'':<20} {table.source}; profiles: {', '.join(table.settings)}; {len(table.cells)} rows")
    click.echo(f"\nmethods: {', '.join(methods.names())}")


def described(table) -> dict:
    rows = [cell.row for cell in table.cells]
    return {"id": table.id, "title": table.title, "source": table.source, "profiles": list(table.settings), "rows": rows}


@main.command(
    epilog="""\b
Examples:
  python -m suite plan table1 --profile paper --seeds 5
  python -m suite plan table1 --time
  python -m suite plan --all --profile paper
  python -m suite plan --all --profile paper --hours 5 --jobs 2

\b
With --hours the list of --all ends in commands: what decides most in that time, of published numbers and claims.
`python -m suite reproduce --all --hours 5` computes it."""
)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option("--all", "everything", is_flag=True, help="All tables that have the profile, a line each.")
@hours_option
@seeds_option(default=None, help="Seeds 0 to N - 1 (default: as many as the table asks for, 5 as a rule).")
@profile_option
@out_option
@data_option
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes for the estimate (default: one per core).")
@click.option("--time", "timed", is_flag=True, help="Time a few steps of every method on this machine first.")
@click.option("--device", default="auto", show_default=True, help="What --time times the steps on: cpu, cuda or auto.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def plan(ids, everything, hours, seeds, profile, out, data_root, jobs, timed, device, as_json) -> None:
    """Show the runs of a reproduction, which of them are done, and how long the rest will take. Computes nothing."""
    from suite.app import api, catalogue
    from suite.data import DataUnavailable
    from suite.runs import planning, timings

    check_all(ids, everything, hours)
    found = catalogue.having(profile) if everything else [catalogue.get(name) for name in ids]
    for table in found if timed else ():
        with suppress(DataUnavailable) if everything else nullcontext():
            one, absent = api.find_data(table.at(profile, 1), data_root)
            timings.measure([s for s in one.runs if s.dataset not in absent], out, data_root, api.choose_device(device))
    if everything:
        whole.show(profile, seeds, out, hours, jobs or cores(), as_json)
        return
    for table in found:
        planned = planning.plan(table.at(profile, seeds), out, jobs or cores())
        click.echo(json.dumps(planned.as_dict(), indent=2) if as_json else planned.text())
