"""`reproduce` from the outside: runs on the embedded digits, the first of a kind in a process of its own."""

import json

import pytest

from suite.app.catalogue import get
from suite.records.store import Store

SMOKE = ("reproduce", "table1", "--profile", "smoke", "--seeds", "1")
STANDS_IN = ("reproduce", "table1", "--seeds", "1", "--method", "dense", "--jobs", "1")


@pytest.mark.slow
def test_without_mnist_and_network_it_runs_on_digits_and_says_so_and_again_computes_nothing(command, invoke, sketched, tmp_path):
    """Again in another process, so that no key depends on the one it was made in."""
    first = command(*STANDS_IN)
    assert first.returncode == 0, first.stderr
    assert "mnist is missing" in first.stderr
    assert "Running on digits instead: NOT A RESULT" in first.stderr
    assert "NOT A RESULT" in first.stdout.splitlines()[0]
    (row,) = (text for text in first.stdout.splitlines() if text.startswith("dense"))
    assert "digits" in row
    assert "computed 1, reused 0, failed 0" in first.stdout
    assert (tmp_path / "results/runs/mlflow.db").stat().st_size
    folder = tmp_path / "results/runs/sgl0/table1/quick/runs"
    records = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(records) == 1

    again = invoke(*STANDS_IN)
    assert again.exit_code == 0, again.output
    assert "computed 0, reused 1, failed 0" in again.stdout
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == records

    found = json.loads(invoke(*STANDS_IN, "--jobs", "2", "--json", "--strict", "--no-tracking").stdout)
    assert found["counts"] == {"computed": 0, "reused": 1, "failed": 0, "diverged": 0}
    assert found["result"] is False
    assert {v["verdict"] for kind in ("numbers", "claims") for v in found["verdicts"][kind]} <= {"no verdict"}


@pytest.mark.slow
def test_a_run_that_fails_is_kept_apart_and_tried_again(invoke, no_latency, sketched, tmp_path):
    """A file where the weights' folder should be: training works, keeping its weights does not."""
    store = Store.of(tmp_path / "results" / "runs", "rvscgd/table1", "smoke")
    store.folder.mkdir(parents=True)
    obstacle = store.folder / "weights"
    obstacle.write_text("")
    line = ("reproduce", "rvscgd/table1", *SMOKE[2:], "--method", "networks/base", "--jobs", "1", "--no-tracking")
    failed = invoke(*line)
    assert failed.exit_code == 1
    assert "computed 0, reused 0, failed 1" in failed.stdout
    assert "failed: rvscgd[lam=0.0,beta=0.0] seed 0: " in failed.stderr
    (path,) = (store.folder / "failures").iterdir()
    assert "Traceback" in json.loads(path.read_text())["traceback"]
    assert "Traceback" not in failed.stderr
    assert not list(store.folder.glob("runs/*"))

    obstacle.unlink()
    kept = invoke(*line, "--keep-failures")
    assert (kept.exit_code, "computed 0, reused 0, failed 1" in kept.stdout) == (1, True)
    mended = invoke(*line)
    assert mended.exit_code == 0, mended.output
    assert "computed 1, reused 0, failed 0" in mended.stdout
    assert not path.exists()


def test_a_diverged_run_is_reused_and_shown_with_exit_code_1(invoke, sketched, stored):
    stored("dense", 0)
    stored("group_lasso", 0, status="diverged")
    result = invoke(*SMOKE, "--method", "dense", "--method", "group_lasso", "--jobs", "2", "--no-tracking", "--quiet")
    assert result.exit_code == 1
    assert "computed 0, reused 2, failed 0, diverged 1" in result.stdout


def test_several_tables_at_once_share_the_worst_exit_code(invoke, sketched, stored):
    """The same table twice, by its short and its full name."""
    stored("dense", 0)
    line = ("reproduce", "table1", "sgl0/table1", *SMOKE[2:], "--method", "dense", "--jobs", "2", "--no-tracking", "--quiet")
    result = invoke(*line)
    assert result.exit_code == 0
    assert [text.partition(";")[0] for text in result.stdout.splitlines()] == ["computed 0, reused 1, failed 0"] * 2
    assert result.stderr == ""


def test_an_unknown_second_table_stops_before_the_first_is_computed(invoke, tmp_path):
    result = invoke("reproduce", "table1", "nosuch", "--profile", "smoke")
    assert result.exit_code == 2
    assert not (tmp_path / "results").exists()


def test_a_method_brings_the_runs_it_builds_on(invoke, sketched, stored):
    """Pruning builds on the dense run and on that of the method whose sparsity it takes."""
    cell = next(c for c in get("table1").cells if c.method.name == "magnitude")
    for row in (cell.row, *(m.row for m in cell.method.needs())):
        stored(row, 0)
    result = invoke(*SMOKE, "--method", cell.row, "--jobs", "2", "--no-tracking", "--json")
    assert json.loads(result.stdout)["counts"]["reused"] == 3
