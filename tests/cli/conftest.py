"""The command line in a process of its own, on a machine without data or a network, and stores made by hand."""

import os
import subprocess
import sys

import pytest
import torch
from click.testing import CliRunner
from made_records import made

from suite.app.catalogue import get
from suite.app.cli import main
from suite.records.store import Store


@pytest.fixture(scope="session")
def plot_cache(tmp_path_factory):
    return tmp_path_factory.mktemp("matplotlib")


@pytest.fixture
def environment(tmp_path, plot_cache):
    """Variables of a process that finds no data set and asks no network."""
    dropped = ("SUITE_DATA", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {"SUITE_OFFLINE": "1", "XDG_CACHE_HOME": str(tmp_path / "cache"), "MPLCONFIGDIR": str(plot_cache), "OMP_NUM_THREADS": "1"}


@pytest.fixture
def command(environment, tmp_path):
    """`command("plan", "table1")`: the finished process, with text in stdout and stderr, run in the empty folder tmp_path."""

    def run(*arguments, **more):
        line = [sys.executable, "-m", "suite", *map(str, arguments)]
        return subprocess.run(line, cwd=tmp_path, env=environment | more, capture_output=True, text=True, timeout=300)

    return run


@pytest.fixture
def started(environment, tmp_path):
    """As `command`, but the process is still running; what is left of it at the end of the test is killed."""
    running = []

    def start(*arguments):
        line = [sys.executable, "-m", "suite", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen(line, cwd=tmp_path, env=environment, **pipes)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    """`invoke("plan", "table1")`: the command in this process, which has imported everything; has exit_code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SUITE_OFFLINE", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("SUITE_DATA", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield lambda *arguments: CliRunner().invoke(main, list(map(str, arguments)), prog_name="suite")
    torch.set_flush_denormal(False)


@pytest.fixture
def stored(tmp_path):
    """`stored("dense", 0, test_error=0.6)`: the made-up record of a run of Table 1 in tmp_path/results/runs; gives its spec."""

    def write(row, seed, profile="smoke", status="done", out=tmp_path / "results" / "runs", **metrics):
        spec = next(line.run(seed) for line in get("table1").at(profile, seed + 1).lines if line.cell.row == row)
        Store.of(out, "sgl0/table1", profile).write(made(spec, profile, status, **metrics))
        return spec

    return write
