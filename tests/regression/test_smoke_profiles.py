"""The smoke profile of every reproduction, computed anew and held against results/reference. Deselected unless asked for by its mark."""

import subprocess
import sys
from pathlib import Path

import pytest

from suite.reproduction import get, ids

ROOT = Path(__file__).parents[2]
SEEDS = "5"


@pytest.mark.regression
@pytest.mark.parametrize("name", [name for name in ids() if "smoke" in get(name).settings])
def test_numbers_have_not_moved(name, tmp_path):
    def suite(command, *more):
        line = [sys.executable, "-m", "suite", command, name, "--profile", "smoke", "--out", str(tmp_path), *more]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True)

    computed = suite("reproduce", "--seeds", SEEDS, "--no-tracking")
    assert computed.returncode == 0, computed.stderr
    verified = suite("verify")
    print(verified.stdout, verified.stderr)
    assert verified.returncode == 0
