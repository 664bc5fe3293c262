"""The smoke profile of every reproduction, computed anew and held against results/reference. Deselected unless asked for by its mark."""

import subprocess
import sys
from pathlib import Path

import pytest

from suite.reproduction import get, ids

SEEDS = {"sgl0/table1": 3}
"""Of those of the reference, 1 where nothing is said: enough to see a number move, in the time that CI has."""
ROOT = Path(__file__).parents[2]
TABLES = [table for table in map(get, ids()) if "smoke" in table.settings and not table.runs_in]
"""Those that keep runs of their own; the others show the same runs."""


@pytest.mark.regression
@pytest.mark.parametrize("name", [table.id for table in TABLES])
def test_numbers_have_not_moved(name, tmp_path):
    def suite(command, *more):
        line = [sys.executable, "-m", "suite", command, name, "--profile", "smoke", "--out", str(tmp_path), *more]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True)

    computed = suite("reproduce", "--seeds", str(SEEDS.get(name, 1)), "--no-tracking")
    assert computed.returncode == 0, computed.stderr
    verified = suite("verify")
    print(verified.stdout, verified.stderr)
    assert verified.returncode == 0
