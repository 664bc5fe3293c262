"""`plan`: the state of every run from the files of a store, and an estimate once steps were timed."""

import json

import pytest

from suite.app.catalogue import get
from suite.records.store import Store
from suite.runs.timings import Timing, add_timings


@pytest.fixture
def store(tmp_path):
    return Store.of(tmp_path / "results" / "runs", "sgl0/table1", "smoke")


@pytest.fixture
def states(invoke):
    """States of Table 1's smoke runs by row, as `plan --json` gives them."""

    def read(seeds=3):
        result = invoke("plan", "table1", "--profile", "smoke", "--seeds", seeds, "--json")
        assert result.exit_code == 0
        return json.loads(result.stdout)["states"]

    return read


def key(row, seed):
    (found,) = (s.key for s in get("table1").at("smoke", seed + 1).runs if s.method.row == row and s.seed == seed)
    return found


def test_everything_is_missing_at_first(invoke):
    found = json.loads(invoke("plan", "table1", "--seeds", "5", "--json").stdout)
    rows = len(get("table1").cells)
    assert found["runs"] == found["missing"] == 5 * rows
    assert found["seconds"] > 0
    assert found["timed_on"] == "the reference's machine"
    assert {state for row in found["states"].values() for state in row} == {"missing"}


def test_states_follow_the_files(stored, store, states):
    stored("dense", 0)
    stored("l1", 1, status="diverged")
    store.write_failure(key("cges", 2), {"error": "made up", "traceback": ""})
    checkpoint = store.folder / "checkpoints" / f"{key('sgl0', 0)}.pt"
    checkpoint.parent.mkdir()
    checkpoint.write_bytes(b"")
    found = states()
    assert found["dense"] == ["done", "missing", "missing"]
    assert found["l1"] == ["missing", "diverged", "missing"]
    assert found["cges"] == ["missing", "missing", "failed"]
    assert found["sgl0"] == ["resumable", "missing", "missing"]


def test_a_damaged_record_counts_as_missing(stored, store, states):
    spec = stored("dense", 0)
    store.path(spec.key).write_text('{"key": ')
    assert states(1)["dense"] == ["missing"]


def test_the_record_of_another_run_counts_as_missing(stored, store, states):
    spec = stored("dense", 0)
    store.path(key("l1", 0)).write_text(store.path(spec.key).read_text())
    assert states(1)["l1"] == ["missing"]


def test_text_counts_what_is_there(invoke, stored):
    stored("dense", 0)
    stored("dense", 1)
    text = invoke("plan", "table1", "--profile", "smoke", "--seeds", "2").stdout
    total = 2 * len(get("table1").cells)
    assert f"{total} runs, 2 there, {total - 2} to compute" in text
    assert "##" in text
    assert "--time" in text


def test_plan_reads_another_store_with_out(invoke, stored, tmp_path):
    stored("dense", 0, out=tmp_path / "elsewhere")
    text = invoke("plan", "table1", "--profile", "smoke", "--seeds", "1", "--out", "elsewhere").stdout
    assert " 1 there" in text


def test_estimate_divides_the_work_by_the_workers(invoke, tmp_path):
    """10 s an epoch and 5 s beside them, for every run: epochs count once, runs that train nothing (pruning) cost the 5 s."""
    cells = get("table1").cells
    timings = {f"digits/lenet5_caffe/{cell.method.row}": Timing(10.0, 5.0) for cell in cells if not cell.method.needs()}
    add_timings(tmp_path / "results" / "runs", timings)
    epochs = get("table1").profile("smoke").schedule.epochs
    trained = len(timings)
    work = 2 * (trained * (10 * epochs + 5) + (len(cells) - trained) * 5)
    for jobs in (1, 4):
        found = json.loads(invoke("plan", "table1", "--profile", "smoke", "--seeds", "2", "--jobs", jobs, "--json").stdout)
        assert found["seconds"] == pytest.approx(work / jobs)


def test_finished_runs_are_not_estimated(invoke, stored, tmp_path):
    add_timings(tmp_path / "results" / "runs", {"digits/lenet5_caffe/dense": Timing(10.0, 5.0)})
    before = json.loads(invoke("plan", "table1", "--profile", "smoke", "--jobs", "1", "--seeds", "1", "--json").stdout)
    stored("dense", 0)
    after = json.loads(invoke("plan", "table1", "--profile", "smoke", "--jobs", "1", "--seeds", "1", "--json").stdout)
    epochs = get("table1").profile("smoke").schedule.epochs
    assert before["seconds"] - after["seconds"] == pytest.approx(10 * epochs + 5)
    assert before["epochs"] - after["epochs"] == epochs


def test_a_damaged_file_of_timings_is_no_timing(invoke, tmp_path):
    path = tmp_path / "results" / "runs" / "timings.json"
    path.parent.mkdir(parents=True)
    path.write_text("[1, 2]")
    result = invoke("plan", "table1", "--profile", "smoke")
    assert result.exit_code == 0
    assert "no timing on this machine yet" in result.stdout


@pytest.mark.slow
def test_timed_steps_give_an_estimate_that_later_plans_reuse(invoke, no_latency):
    first = invoke("plan", "flip-side/table1", "--profile", "smoke", "--time", "--json")
    assert first.exit_code == 0, first.output
    found = json.loads(first.stdout)
    assert found["seconds"] > 0
    again = json.loads(invoke("plan", "flip-side/table1", "--profile", "smoke", "--json").stdout)
    assert again["seconds"] == pytest.approx(found["seconds"])
    assert "about " in invoke("plan", "flip-side/table1", "--profile", "smoke").stdout
