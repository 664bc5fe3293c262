"""`reproduce` and `rescore`: what computes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from suite.app.cli import whole
from suite.app.cli.duration import DURATION
from suite.app.cli.group import (
    STOPPED,
    check_all,
    cores,
    data_option,
    hours_option,
    main,
    out_option,
    profile_option,
    say_stopped,
    seeds_option,
)
from suite.app.cli.show import exit_code, show
from suite.base.stopping import TimeLimit

if TYPE_CHECKING:
    from suite.experiment.reproduction import Reproduction


@main.command(
    epilog="""\b
Examples:
  python -m suite reproduce table1 --seeds 5
  python -m suite reproduce table1 --profile paper --method sgl0 --method group_lasso --jobs 2
  python -m suite reproduce table1 --profile smoke --quiet --json
  python -m suite reproduce table1 --profile paper --time-limit 2h30m
  python -m suite reproduce table1 --profile paper --executor ray --address auto --gpus 0.25
  python -m suite reproduce --all --hours 5 --profile paper

\b
Exit codes: 0 done; 1 some runs failed or diverged (the others are kept and shown); 2 wrong use;
3 with --strict, a verdict fell short; 4 stopped at the time limit or by SIGTERM or SIGHUP, where
the same command goes on; 130 Ctrl-C, likewise."""
)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option("--all", "everything", is_flag=True, help="All tables that have the profile; runs of the reference are taken over first.")
@hours_option
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
@click.option("--time-limit", type=DURATION, help="End in this time, such as 2h30m, 90s or Slurm's forms; the same command goes on.")
@click.option("--force", is_flag=True, help="Compute again what is already there.")
@click.option("--keep-failures", is_flag=True, help="Do not try again the runs that failed before.")
@click.option("--no-tracking", is_flag=True, help="Do not write the runs to MLflow.")
@click.option("--quiet", is_flag=True, help="No progress and no table.")
@click.option("--json", "as_json", is_flag=True, help="Print a machine-readable summary.")
@click.option("--strict", is_flag=True, help="Exit with 3 when a number is not reproduced or a claim does not hold.")
def reproduce(
    ids,
    everything,
    hours,
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
    time_limit,
    force,
    keep_failures,
    no_tracking,
    quiet,
    as_json,
    strict,
) -> None:
    """Compute the missing runs of one or more reproductions, or of all, and show their tables with verdicts.

    With --hours only those that decide most in that time, in the order of `plan --all --hours`. It chooses, and stops nothing.
    """
    from suite.app import api, catalogue
    from suite.app.survey import lacking

    check_all(ids, everything, hours)
    workers = jobs or (cores() if executor == "local" else None)
    work: Iterable[tuple[Reproduction, Sequence[str], int | None]]
    if everything:
        work = whole.work(profile, seeds, out, hours, workers, methods, force, quiet)
    else:
        tables = [catalogue.get(name) for name in ids]
        for table in tables:
            table.profile(profile)
        work = [(table, methods, seeds) for table in tables]
    codes, limit = [0], time_limit and TimeLimit(time_limit)
    for table, rows, some in work:
        if everything and (reason := lacking(table.at(profile, 1), data_root)):
            click.echo(f"{table.id} is left out: {reason}", err=True)
            codes.append(1)
            continue
        results = api.reproduce(
            table,
            methods=rows,
            seeds=some,
            profile=profile,
            jobs=workers,
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
            early=not as_json,
            time_limit=limit,
        )
        show(results, as_json, quiet)
        if results.stopped:
            say_stopped(results.stopped)
            sys.exit(STOPPED)
        codes.append(exit_code(results, strict))
    sys.exit(1 if 1 in codes else max(codes))


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
