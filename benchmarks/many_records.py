"""Lists, plans and reports over a store of many records: python benchmarks/many_records.py [--records 100000]

Fills a temporary store with copies of real records under the keys of runs that a table asks for, and times the commands in processes
of their own, in seconds of the clock and of the processor:

another    the records are those of other runs in the folder of the table (other settings, other tables that share it), and the table
           has its five seeds there: what a store looks like after years
its own    the table has that many runs itself, of thousands of seeds

The first `plan` of records that came from elsewhere opens each and writes what it found into index.json beside them; a sweep that
computes as many writes it at its end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from suite.app.catalogue import get
from suite.experiment.spec import RunSpec
from suite.records.store import Store, dumps

TABLE, PROFILE, SEEDS = "sgl0/table1", "paper", 5


def timed(*arguments: str) -> tuple[float, float]:
    """Seconds of the clock and of the processor of a command."""
    before, start = os.times(), time.perf_counter()
    subprocess.run([sys.executable, "-m", "suite", *arguments], capture_output=True, check=True)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, cpu


def fill(store: Store, wanted: dict[str, RunSpec | None], template: dict) -> None:
    """Records under these keys, each of its run; those without one are of runs that nobody asks for."""
    folder = store.folder / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    metrics = {name: value for name, value in template["metrics"].items() if name != "test_error"}
    for number, (key, spec) in enumerate(wanted.items()):
        error = 0.7 + (number * 7919 % 1000) / 2000
        record = template | {"key": key, "metrics": {"test_error": error} | metrics}
        if spec:
            record |= {"method": spec.method.row, "seed": spec.seed, "spec": spec.identity()}
        (folder / f"{key}.json").write_text(dumps(record))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--records", default=100_000, show_default=True)
@click.option("--report/--no-report", default=True, show_default=True, help="Also the report of a table that has them all as its own.")
def main(records: int, report: bool) -> None:
    """Time `list`, `plan` and `report` over a store of many records."""
    table = get(TABLE)
    seeds = -(-records // len(table.cells))
    reference = Store.of(Path(__file__).parents[1] / "results" / "reference", TABLE, "quick")
    template = next(iter(reference.read_all().values())) | {"profile": PROFILE}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("another", "its own"):
            out = Path(folder, name)
            own = SEEDS if name == "another" else seeds
            wanted: dict[str, RunSpec | None] = dict(table.at(PROFILE, own).specs)
            if name == "another":
                wanted |= {f"{n:016x}": None for n in range(records - len(wanted))}
            fill(Store.of(out, TABLE, PROFILE), wanted, template)
            options = [TABLE, "--profile", PROFILE, "--out", str(out)]
            commands = {
                "list": ["list"],
                "plan": ["plan", *options, "--seeds", str(own)],
                "plan again": ["plan", *options, "--seeds", str(own)],
            }
            if report or name == "another":
                commands["report"] = ["report", *options]
            click.echo(f"{len(wanted)} records, {name}: {own} seeds of {len(table.cells)} rows")
            for title, line in commands.items():
                clock, cpu = timed(*line)
                click.echo(f"  {title:<12} {clock:6.1f} s, {cpu:6.1f} s of CPU")
            shutil.rmtree(out)


if __name__ == "__main__":
    main()
