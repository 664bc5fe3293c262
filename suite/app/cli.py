"""The command line. Heavy modules are imported inside the commands that need them, so that help and lists come at once."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

import click

from suite import __version__
from suite.base.errors import SuiteError

OUT = Path("results", "runs")
REFERENCE = Path("results", "reference")

EXAMPLES = """\b
Examples:
  python -m suite list
  python -m suite plan table1 --profile paper
  python -m suite reproduce table1 --seeds 5
  python -m suite report table1 --out results/reference
"""


class Commands(click.Group):
    """Turns wrong use and the errors a user can mend into one line and exit code 2."""

    def main(self, *args, **kwargs):
        try:
            sys.exit(super().main(*args, **kwargs | {"standalone_mode": False}))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
        except SuiteError as error:
            click.echo(f"error: {error}", err=True)
        except click.ClickException as error:
            context = getattr(error, "ctx", None)
            remedy = f"see {context.command_path} --help" if context else ""
            click.echo(f"error: {SuiteError(error.format_message().rstrip('.'), remedy)}", err=True)
        sys.exit(2)

    def invoke(self, ctx: click.Context):
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted; the same command goes on from here", err=True)
            ctx.exit(130)


@click.group(cls=Commands, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="suite")
@click.option("-v", "--verbose", is_flag=True, help="Show informational log messages.")
def main(verbose: bool) -> None:
    """Re-run the tables and figures of sparse-training papers, with a verdict beside each published number and claim."""
    sys.path.insert(0, os.getcwd())
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.INFO if verbose else logging.WARNING)


profile_option = click.option(
    "--profile",
    default="quick",
    show_default=True,
    help="smoke, quick or paper: how long the runs train. With -bf16 added, as in paper-bf16, networks compute under autocast.",
)
out_option = click.option(
    "--out", type=click.Path(path_type=Path), default=OUT, show_default=True, help="Folder of the records and tables."
)
data_option = click.option("--data-root", help="Folder of the data sets (else SUITE_DATA, else a cache folder of the user).")


def seeds_option(**settings):
    return click.option("--seeds", type=click.IntRange(min=1), metavar="N", **settings)


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


@main.command(epilog="\b\nExamples:\n  python -m suite plan table1 --profile paper --seeds 5\n  python -m suite plan table1 --time")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@seeds_option(default=None, help="Seeds 0 to N - 1 (default: as many as the table asks for, 5 as a rule).")
@profile_option
@out_option
@data_option
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes for the estimate (default: one per core).")
@click.option("--time", "timed", is_flag=True, help="Time a few steps of every method on this machine first.")
@click.option("--device", default="auto", show_default=True, help="What --time times the steps on: cpu, cuda or auto.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def plan(ids, seeds, profile, out, data_root, jobs, timed, device, as_json) -> None:
    """Show the runs of a reproduction, which of them are done, and how long the rest will take. Computes nothing."""
    from suite.app import api, catalogue
    from suite.runs import planning, timings

    for name in ids:
        table = catalogue.get(name)
        if timed:
            one, absent = api.find_data(table.at(profile, 1), data_root)
            timings.measure([s for s in one.runs if s.dataset not in absent], out, data_root, api.choose_device(device))
        planned = planning.plan(table.at(profile, seeds), out, jobs or cores())
        click.echo(json.dumps(planned.as_dict(), indent=2) if as_json else planned.text())


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@main.command(
    epilog="""\b
Examples:
  python -m suite reproduce table1 --seeds 5
  python -m suite reproduce table1 --profile paper --method sgl0 --method group_lasso --jobs 2
  python -m suite reproduce table1 --profile smoke --quiet --json
  python -m suite reproduce table1 --profile paper --executor ray --address auto --gpus 0.25

\b
Exit codes: 0 done; 1 some runs failed or diverged (the others are kept and shown); 2 wrong use;
3 with --strict, a verdict fell short."""
)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@seeds_option(default=None, help="Seeds 0 to N - 1 (default: as many as the table asks for, 5 as a rule).")
@profile_option
@click.option("--method", "methods", multiple=True, metavar="NAME", help="Only these rows (repeatable).")
@click.option("--jobs", type=click.IntRange(min=1), help="Runs at a time (default: one per core; with Ray, what the nodes take).")
@click.option("--device", default="auto", show_default=True, help="cpu, cuda or auto.")
@click.option("--executor", type=click.Choice(["local", "ray"]), default="local", show_default=True, help="This machine or a Ray cluster.")
@click.option("--address", default="auto", show_default=True, help="With Ray: HOST:PORT of its head; auto on one of its nodes.")
@click.option("--cpus", type=click.IntRange(min=1), default=1, show_default=True, help="With Ray: cores, and threads, of a run.")
@click.option("--gpus", type=click.FloatRange(min=0), help="With Ray: GPUs of a run, or a share of one (default: 1 on cuda).")
@out_option
@data_option
@click.option("--force", is_flag=True, help="Compute again what is already there.")
@click.option("--keep-failures", is_flag=True, help="Do not try again the runs that failed before.")
@click.option("--no-tracking", is_flag=True, help="Do not write the runs to MLflow.")
@click.option("--quiet", is_flag=True, help="No progress bar and no table.")
@click.option("--json", "as_json", is_flag=True, help="Print a machine-readable summary.")
@click.option("--strict", is_flag=True, help="Exit with 3 when a number is not reproduced or a claim does not hold.")
def reproduce(
    ids,
    seeds,
    profile,
    methods,
    jobs,
    device,
    executor,
    address,
    cpus,
    gpus,
    out,
    data_root,
    force,
    keep_failures,
    no_tracking,
    quiet,
    as_json,
    strict,
) -> None:
    """Compute the missing runs of one or more reproductions and show their tables with verdicts."""
    from suite.app import api, catalogue

    tables = [catalogue.get(name) for name in ids]
    for table in tables:
        table.profile(profile)
    codes = []
    for table in tables:
        results = api.reproduce(
            table,
            methods=methods,
            seeds=seeds,
            profile=profile,
            jobs=jobs or (cores() if executor == "local" else None),
            device=device,
            executor=executor,
            address=address,
            cpus=cpus,
            gpus=gpus,
            out=out,
            data_root=data_root,
            force=force,
            retry_failed=not keep_failures,
            track=not no_tracking,
            progress=not quiet,
        )
        show(results, as_json, quiet)
        codes.append(exit_code(results, strict))
    sys.exit(1 if 1 in codes else max(codes))


def show(results, as_json: bool, quiet: bool = False) -> None:
    """Print the table, the failures and the summary line; as JSON, counts and verdicts in one object."""
    counts = results.counts
    if as_json:
        summary = {
            "id": results.reproduction.id,
            "profile": results.profile,
            "seeds": results.seeds,
            "folder": str(results.folder),
        }
        summary |= {"result": results.is_result, "counts": counts, "verdicts": results.verdicts}
        click.echo(json.dumps(summary, indent=2))
        return
    if not quiet:
        click.echo(results.table("terminal"))
    for key, failure in results.failures.items():
        click.echo(f"failed: {failure.get('method')} seed {failure.get('seed')}: {failure.get('error')} (failures/{key}.json)", err=True)
    if counts:
        more = f", diverged {counts['diverged']}" if counts.get("diverged") else ""
        click.echo(f"computed {counts['computed']}, reused {counts['reused']}, failed {counts['failed']}{more}; files in {results.folder}")


def exit_code(results, strict: bool) -> int:
    """0, 1 when runs failed or diverged, 3 when strict and a verdict fell short."""
    if results.failures or results.counts.get("diverged"):
        return 1
    short = {"not reproduced", "does not hold"}
    found = {v.get("verdict") for kind in results.verdicts.values() for v in kind}  # comparisons at a level have none
    return 3 if strict and short & found else 0


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
    from suite.app.results import Results

    codes = []
    for name in ids:
        results = Results.there(catalogue.get(name), profile, out, seeds)
        results.write()
        if as_json:
            show(results, as_json=True)
        else:
            click.echo(results.table(format_))
            click.echo(f"files in {results.folder}", err=True)
        codes.append(exit_code(results, strict) if strict else 0)
    sys.exit(max(codes))


@main.command(epilog="\b\nExample:\n  python -m suite rescore figure1 --profile quick")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@profile_option
@out_option
@data_option
@click.option("--device", default="auto", show_default=True, help="cpu, cuda or auto.")
def rescore(ids, profile, out, data_root, device) -> None:
    """Add metrics to runs that are older than the metrics, from their final weights. Never trains, and changes no number there is."""
    from suite.app import api, catalogue
    from suite.app.results import Results
    from suite.runs.rescore import rescore as add

    for name in ids:
        table = catalogue.get(name)
        added = add(Results.there(table, profile, out), out, data_root, api.choose_device(device))
        Results.load(table, profile, out).write()
        names = sorted({metric for metrics in added.values() for metric in metrics})
        click.echo(f"{table.id} {profile}: {', '.join(names) or 'nothing'} added to {len(added)} runs")


@main.command(epilog="\b\nExample:\n  python -m suite verify table1 --profile smoke")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@profile_option
@out_option
@click.option("--reference", type=click.Path(path_type=Path), default=REFERENCE, show_default=True, help="Folder of the reference records.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def verify(ids, profile, out, reference, as_json) -> None:
    """Compare your runs with the reference records: exit code 3 when accuracy or sparsity has moved."""
    from suite.app import catalogue
    from suite.judging.verify import verify as compare_stored

    moved = False
    for name in ids:
        table = catalogue.get(name)
        found = compare_stored(table, profile, out, reference)
        moved |= any(line.moved for line in found)
        if as_json:
            click.echo(json.dumps([line.as_dict() for line in found], indent=2))
        else:
            for line in found:
                click.echo(line.text())
            click.echo(f"{table.id} {profile}: {sum(line.moved for line in found)} of {len(found)} numbers have moved")
    sys.exit(3 if moved else 0)


@main.command(epilog="\b\nExample:\n  python -m suite compare results/reference/sgl0/table1/quick results/runs/sgl0/table1/quick")
@click.argument("a", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("b", type=click.Path(exists=True, file_okay=False, path_type=Path))
def compare(a: Path, b: Path) -> None:
    """Compare two folders of records, row by row: differences with 95 % intervals."""
    from suite.judging.verify import compare_folders

    click.echo(compare_folders(a, b))


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
