"""How far a rerun on another machine is from the reference: python benchmarks/noise.py [ID ...] [--profile smoke] [--check]

Computes the runs with seed 0 of each table again, on this machine as it is and with its vector instructions taken away, which changes the
order of every sum as another processor does. The largest difference of each metric over the rows goes into `noise.json` beside the
reference's records, a line for each machine and setting; lines of other machines stay. `suite.judging.verify` allows what these lines
say, times its FACTOR. Run it where the code is known to be that of the reference: what it sees counts as noise.

--check computes nothing: each line is left out in turn, and the metrics are counted that the others would have called moved.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "regression"))
import first_steps

from suite.app.catalogue import get, ids
from suite.base.files import write_text
from suite.experiment.reproduction import Reproduction
from suite.judging.verify import FACTOR, Noise, distance, pairs
from suite.metrics import savings
from suite.records.store import Store
from suite.runs.environment import processor, processor_kind

REFERENCE = Path(__file__).parents[1] / "results" / "reference"
SETTINGS = {
    "as it is": {},
    "ATen without vectors": {"ATEN_CPU_CAPABILITY": "default"},
    "no vectors": {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE", "ONEDNN_MAX_CPU_ISA": "SSE41"},
}


def places() -> dict[str, tuple[Reproduction, Path]]:
    """The tables with runs of their own, and where their references are."""
    tables = {name: (get(name), REFERENCE) for name in ids() if not get(name).runs_in}
    return tables | {first_steps.TABLE.id: (first_steps.TABLE, first_steps.REFERENCE)}


def compute(name: str, profile: str, out: Path) -> None:
    """The runs with seed 0, without the timing of the compact networks."""
    savings._latencies = lambda networks, batch: [1.0] * len(networks)
    first_steps.compute(out, places()[name][0], profile)


def largest(own: dict[str, dict], reference: dict[str, dict]) -> dict[str, float | None]:
    """By metric the largest difference of the runs that both have; None where texts differ."""
    found: dict[str, float] = {}
    for key in own.keys() & reference.keys():
        for metric, (a, b) in pairs(own[key], reference[key]).items():
            found[metric] = max(found.get(metric, 0.0), distance(a, b))
    return {metric: None if apart == float("inf") else float(f"{apart:.3g}") for metric, apart in sorted(found.items()) if apart}


def measure(name: str, profile: str, chosen: list[str], kept: Path | None) -> None:
    """Add this machine's lines to `noise.json`."""
    table, root = places()[name]
    folder = Store.of(root, table.home, profile)
    path = folder.folder / "noise.json"
    lines = json.loads(path.read_text(encoding="utf-8"))["measured"] if path.exists() else []
    with tempfile.TemporaryDirectory() as scratch:
        for setting in chosen:
            out = (kept or Path(scratch)) / setting.replace(" ", "-")
            command = [sys.executable, __file__, name, "--profile", profile, "--into", str(out)]
            if not Store.of(out, table.home, profile).keys() >= set(table.at(profile, 1).keys):
                subprocess.run(command, env=os.environ | SETTINGS[setting], check=True)
            found = largest(Store.of(out, table.home, profile).read_all(), folder.read_all())
            line = {"cpu": processor(), "cpu_kind": processor_kind(), "setting": setting}
            lines = [old for old in lines if {k: old[k] for k in line} != line] + [line | {"largest": found}]
            click.echo(f"{name} {profile}, {setting}: {len(found)} metrics differ")
    write_text(path, '{\n"measured": [\n' + ",\n".join(map(json.dumps, lines)) + "\n]\n}\n")


def check(name: str, profile: str) -> None:
    """What each machine or setting would have been told by the others."""
    table, root = places()[name]
    folder = Store.of(root, table.home, profile).folder
    lines, step = json.loads((folder / "noise.json").read_text(encoding="utf-8"))["measured"], Noise.beside(folder).steps
    if len(lines) < 2:
        return
    for line in lines:
        others = [other["largest"] for other in lines if other is not line]
        moved = []
        for metric, apart in line["largest"].items():
            known = [other[metric] for other in others if metric in other]
            if None not in known and (apart is None or apart > FACTOR * max(step.get(metric, 0.0), *known, 0.0)):
                moved.append(metric)
        click.echo(f"{name:24} {line['cpu_kind']}, {line['setting']}: {len(moved)} of {len(line['largest'])} metrics: {', '.join(moved)}")


@click.command()
@click.argument("names", nargs=-1, metavar="ID...")
@click.option("--profile", default="smoke", show_default=True)
@click.option("--setting", "settings", multiple=True, type=click.Choice(list(SETTINGS)), help="Which settings (default: all).")
@click.option("--kept", type=click.Path(path_type=Path), help="Keep the runs in this folder, and take those that are there.")
@click.option("--check", "checked", is_flag=True, help="Leave each line out in turn.")
@click.option("--into", type=click.Path(path_type=Path), hidden=True)
def main(names, profile, settings, kept, checked, into) -> None:
    for name in names or [name for name, (table, _) in places().items() if profile in table.settings]:
        if into:
            compute(name, profile, into)
        elif checked:
            check(name, profile)
        else:
            measure(name, profile, list(settings or SETTINGS), kept)


if __name__ == "__main__":
    main()
