"""The group of all commands, the options they share, and how errors are shown. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

from suite.base.errors import SuiteError
from suite.base.stopping import Stopped, stoppable

OUT = Path("results", "runs")
REFERENCE = Path("results", "reference")

STOPPED = 4
"""The exit code of a command that was stopped by a signal or at its time limit."""

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
            with stoppable():
                return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            stopped = isinstance(stop, Stopped)
            say_stopped(": ".join([str(stop) if stopped else "interrupted", *getattr(stop, "__notes__", [])]))
            ctx.exit(STOPPED if stopped else 130)


def say_stopped(what: str) -> None:
    """What stopped a command, and how far it came."""
    click.echo(f"{what}; the same command goes on from here", err=True)


@click.group(cls=Commands, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="suite", prog_name="suite")
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


hours_option = click.option(
    "--hours",
    type=click.FloatRange(min=0, min_open=True),
    metavar="H",
    help="With --all: only what decides most in so many hours of the workers.",
)


def check_all(ids: tuple[str, ...], everything: bool, hours: float | None) -> None:
    """UsageError unless either tables are named or all are meant; hours are for all."""
    if bool(ids) == everything:
        raise click.UsageError("--all takes no ids" if ids else "Missing argument 'ID...': name tables, or add --all")
    if hours is not None and not everything:
        raise click.UsageError("--hours chooses from all tables: add --all")


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
