"""The smoke profile of every reproduction, and the first steps of every method, computed anew and held against their references.

Deselected unless asked for by its mark. One seed each: runs are compared with the same runs, so that more would see what one sees.
What these tests notice: `python benchmarks/mutations.py`.
"""

from pathlib import Path

import first_steps
import pytest
import torch
from click.testing import CliRunner

from suite.app.catalogue import get, ids
from suite.app.cli import main
from suite.experiment.reproduction import Reproduction
from suite.judging.verify import verify
from suite.records.store import Store

REFERENCE = Path(__file__).parents[2] / "results" / "reference"
TABLES = [table for table in map(get, ids()) if "smoke" in table.settings and not table.runs_in]
"""Those that keep runs of their own; the others show the same runs."""


def seconds(table: Reproduction) -> float:
    """What the runs of the reference that are computed again took."""
    records = Store.of(REFERENCE, table.id, "smoke").read_all().values()
    return sum(record["cost"]["cpu_seconds"] for record in records if not record["seed"])


def in_turns(tables: list[Reproduction]) -> list[Reproduction]:
    """Longest, shortest, second longest, the rest: pytest-xdist deals two tests at a time, and what comes last evens the workers out."""
    first, second, *rest = sorted(tables, key=seconds, reverse=True)
    return [first, *rest[-1:], second, *rest[:-1]]


@pytest.fixture
def suite(untimed):
    """`suite("verify", "sgl0/table1")`: the command in this process, where a second table finds everything imported.

    Without the timing of the compact networks, which takes longer than a smoke run trains and which nothing compares.
    """
    yield lambda *arguments: CliRunner().invoke(main, [*map(str, arguments)], prog_name="suite")
    torch.set_flush_denormal(False)


@pytest.mark.regression
@pytest.mark.parametrize("name", [table.id for table in in_turns(TABLES)])
def test_numbers_have_not_moved(suite, name, tmp_path):
    options = ("--profile", "smoke", "--out", tmp_path)
    computed = suite("reproduce", name, *options, "--seeds", 1, "--jobs", "1", "--no-tracking", "--quiet")
    assert computed.exit_code == 0, computed.output
    verified = suite("verify", name, *options, "--reference", REFERENCE)
    print(verified.output)
    assert verified.exit_code == 0


@pytest.mark.regression
def test_the_first_steps_have_not_moved(untimed, tmp_path):
    first_steps.compute(tmp_path)
    torch.set_flush_denormal(False)
    verified = verify(first_steps.TABLE, "smoke", tmp_path, first_steps.REFERENCE)
    assert not verified.lines, "\n".join(line.text() for line in verified.lines)
    assert verified.runs == len(first_steps.TABLE.cells)
