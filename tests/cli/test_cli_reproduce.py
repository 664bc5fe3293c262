"""`reproduce` from the outside: runs on the embedded digits, in processes of their own."""

import json

import pytest

from suite.reproduction import get
from suite.runs.store import Store

SMOKE = ("reproduce", "table1", "--profile", "smoke", "--seeds", "1")
TWO = (*SMOKE, "--method", "dense", "--method", "group_lasso", "--jobs", "1")


@pytest.fixture
def store(tmp_path):
    return Store.of(tmp_path / "results" / "runs", "sgl0/table1", "smoke")


@pytest.mark.slow
def test_the_same_command_again_computes_nothing(command, invoke, store, tmp_path):
    first = command(*TWO)
    assert first.returncode == 0, first.stderr
    assert "computed 2, reused 0, failed 0" in first.stdout
    assert "group lasso" in first.stdout
    assert "NOT A RESULT" in first.stdout
    assert (tmp_path / "results/runs/mlflow.db").stat().st_size
    records = {path.name: path.read_bytes() for path in (store.folder / "runs").iterdir()}
    assert len(records) == 2

    again = command(*TWO)
    assert again.returncode == 0, again.stderr
    assert "computed 0, reused 2, failed 0" in again.stdout
    assert {path.name: path.read_bytes() for path in (store.folder / "runs").iterdir()} == records

    quiet = invoke(*TWO, "--jobs", "2", "--quiet", "--no-tracking")
    (line,) = quiet.stdout.splitlines()
    assert line.startswith("computed 0, reused 2, failed 0")
    assert quiet.stderr == ""

    found = json.loads(invoke(*TWO, "--jobs", "2", "--json", "--no-tracking").stdout)
    assert found["counts"] == {"computed": 0, "reused": 2, "failed": 0, "diverged": 0}
    assert found["result"] is False
    assert {v["verdict"] for kind in found["verdicts"].values() for v in kind} <= {"no verdict"}


@pytest.mark.slow
def test_without_mnist_and_network_the_table_runs_on_digits_and_says_so(command, invoke):
    line = ("reproduce", "table1", "--seeds", "1", "--method", "dense", "--jobs", "2", "--no-tracking")
    done = command(*line)
    assert done.returncode == 0, done.stderr
    assert "mnist is missing" in done.stderr
    assert "Running on digits instead: NOT A RESULT" in done.stderr
    assert "NOT A RESULT" in done.stdout.splitlines()[0]
    (row,) = (text for text in done.stdout.splitlines() if text.startswith("dense"))
    assert "digits" in row
    found = json.loads(invoke(*line, "--strict", "--json").stdout)
    assert found["result"] is False
    assert {v["verdict"] for kind in found["verdicts"].values() for v in kind} <= {"no verdict"}


@pytest.mark.slow
def test_a_run_that_fails_is_kept_apart_and_tried_again(command, invoke, store):
    """A file where the weights' folder should be: training works, keeping its weights does not."""
    store.folder.mkdir(parents=True)
    obstacle = store.folder / "weights"
    obstacle.write_text("")
    line = (*SMOKE, "--method", "dense", "--jobs", "2", "--no-tracking")
    failed = command(*line)
    assert failed.returncode == 1
    assert "computed 0, reused 0, failed 1" in failed.stdout
    assert "failed: dense seed 0: " in failed.stderr
    (path,) = (store.folder / "failures").iterdir()
    assert "Traceback" in json.loads(path.read_text())["traceback"]
    assert "Traceback" not in failed.stderr
    assert not list(store.folder.glob("runs/*"))

    obstacle.unlink()
    kept = invoke(*line, "--keep-failures")
    assert (kept.exit_code, "computed 0, reused 0, failed 1" in kept.stdout) == (1, True)
    mended = command(*line)
    assert mended.returncode == 0, mended.stderr
    assert "computed 1, reused 0, failed 0" in mended.stdout
    assert not path.exists()


def test_a_diverged_run_is_reused_and_shown_with_exit_code_1(invoke, stored):
    stored("dense", 0)
    stored("group_lasso", 0, status="diverged")
    result = invoke(*TWO, "--jobs", "2", "--no-tracking", "--quiet")
    assert result.exit_code == 1
    assert "computed 0, reused 2, failed 0, diverged 1" in result.stdout


def test_several_tables_at_once_share_the_worst_exit_code(invoke, stored):
    """The same table twice, by its short and its full name."""
    stored("dense", 0)
    line = ("reproduce", "table1", "sgl0/table1", *SMOKE[2:], "--method", "dense", "--jobs", "2", "--no-tracking", "--quiet")
    result = invoke(*line)
    assert result.exit_code == 0
    assert result.stdout.count("computed 0, reused 1, failed 0") == 2


def test_an_unknown_second_table_stops_before_the_first_is_computed(invoke, tmp_path):
    result = invoke("reproduce", "table1", "nosuch", "--profile", "smoke")
    assert result.exit_code == 2
    assert not (tmp_path / "results").exists()


def test_a_method_brings_the_runs_it_builds_on(invoke, stored):
    """Pruning builds on the dense run and on that of the method whose sparsity it takes."""
    cell = next(c for c in get("table1").cells if c.method.name == "magnitude")
    for row in (cell.row, *(m.row for m in cell.method.needs())):
        stored(row, 0)
    result = invoke(*SMOKE, "--method", cell.row, "--jobs", "2", "--no-tracking", "--json")
    assert json.loads(result.stdout)["counts"]["reused"] == 3
