"""`plan --all` and `reproduce --all`: all tables of a profile, and what decides most in the hours that there are."""

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace

import pytest

from suite.app import catalogue
from suite.app.cli import main
from suite.app.quotes import root
from suite.base import places
from suite.experiment.claims import higher
from suite.experiment.metrics import column
from suite.experiment.reproduction import Profile, Reproduction, grid
from suite.methods import method
from suite.methods.schedule import Schedule
from suite.records.store import Store
from suite.runs.timings import Timing, add_timings

CELLS = grid(dataset="digits", model="lenet_300_100", method=[method(name) for name in ("dense", "l1", "group_lasso", "sgl0")])
TABLE = Reproduction(
    "demo/table",
    "A demonstration",
    "Some Paper",
    CELLS,
    {"paper": Profile(Schedule(1, batch_size=500)), "smoke": Profile(Schedule(1, batch_size=500))},
    columns=(column("weight_sparsity"),),
    claims=(higher("group_lasso", "dense", "weight_sparsity"), higher("l1", "dense", "weight_sparsity")),
    seeds=2,
)
SHARING = replace(TABLE, id="demo/sharing", cells=CELLS[:2], claims=(), runs_in="demo/table", seeds=3)


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Two small tables in place of all, an empty reference, and timings by which a run takes a quarter of an hour."""
    tables = {table.id: table for table in (SHARING, TABLE)}
    monkeypatch.setattr(catalogue, "ids", lambda: list(tables))
    monkeypatch.setattr(catalogue, "get", tables.__getitem__)
    monkeypatch.setattr(places, "results", lambda: tmp_path / "project")
    add_timings(tmp_path / "results" / "runs", {"digits/lenet_300_100/dense": Timing(800.0, 100.0)})


@pytest.fixture
def planned_for(invoke):
    def read(*arguments):
        result = invoke("plan", "--all", "--profile", "paper", "--json", *arguments)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return read


def stored_rows(tmp_path, out="results/runs"):
    """Rows and seeds of the records in a store of the small tables."""
    records = Store.of(tmp_path / out, "demo/table", "paper").read_all()
    return sorted((record["method"], record["seed"]) for record in records.values())


def test_runs_that_tables_share_count_once_in_their_home(small, planned_for):
    home, sharing = planned_for()["tables"]
    assert (home["id"], home["runs"], home["missing"]) == ("demo/table", 8, 8)
    assert (sharing["id"], sharing["runs"]) == ("demo/sharing", 2)  # seed 2 of two rows
    assert home["core_hours"] == pytest.approx(2.0)
    assert (home["timed_on"], home["claims"], home["decided"]) == ("this machine", 2, 0)


def test_what_is_in_the_reference_is_told_apart(small, planned_for, invoke, tmp_path):
    dense, _, _, sgl0 = (line.keys for line in TABLE.at("paper").lines)
    for out, some in (("project/reference", [*dense, sgl0[0]]), ("results/runs", sgl0)):
        for key in some:
            Store.of(tmp_path / out, "demo/table", "paper").write({"key": key, "status": "diverged"})
    home = planned_for()["tables"][0]
    assert (home["there"], home["reference"], home["missing"]) == (2, 2, 4)
    text = invoke("plan", "--all", "--profile", "paper", "--hours", "1", "--jobs", "1").stdout
    assert "python -m suite merge project/reference\n    2 runs that count as there" in text
    assert "--method group_lasso --method l1 --seeds 2" in text  # of the dense row and of others is there what the claims need


def test_the_list_fills_the_hours_of_the_workers(small, planned_for):
    """A claim takes four runs, the second one two more, as the dense row is theirs together."""
    assert planned_for("--hours", "0.4", "--jobs", "2")["agenda"] == []
    (first,) = planned_for("--hours", "1", "--jobs", "1")["agenda"]
    assert (first["rows"], first["seeds"], first["runs"]) == (["dense", "group_lasso"], 2, 4)
    assert first["core_hours"] == pytest.approx(1.0)
    (both,) = planned_for("--hours", "1", "--jobs", "2")["agenda"]
    assert (both["rows"], both["runs"]) == (["dense", "group_lasso", "l1"], 6)
    assert both["decides"] == {"test of a number": 0, "verdict on a number": 0, "verdict on a claim": 2}
    assert planned_for("--hours", "1", "--jobs", "2", "--seeds", "1")["agenda"] == []  # a claim takes two


def test_text_is_a_line_a_table_and_commands_to_paste(small, invoke):
    text = invoke("plan", "--all", "--profile", "paper", "--hours", "1", "--jobs", "1").stdout
    lines = [line.split() for line in text.splitlines()]
    assert ["demo/table", "8", "0", "0", "8", "2", "0", "of", "2"] in lines
    assert ["all", "10", "0", "0", "10", "2.5", "0", "of", "2"] in lines
    command = "python -m suite reproduce demo/table --profile paper --method dense --method group_lasso --seeds 2 --jobs 1"
    assert f"{command}\n    1 core-hours: verdicts on 1 claim" in text


def test_computing_follows_the_list(small, invoke, no_latency, tmp_path):
    computing = ("reproduce", "--all", "--profile", "paper", "--hours", "1", "--jobs", "1", "--no-tracking")
    first = invoke(*computing)
    assert first.exit_code == 0, first.output
    assert "[1 of 1] demo/table: dense, group_lasso" in first.stderr
    assert stored_rows(tmp_path) == [(row, seed) for row in ("dense", "group_lasso") for seed in (0, 1)]
    assert invoke(*computing).exit_code == 0
    assert stored_rows(tmp_path) == [(row, seed) for row in ("dense", "group_lasso", "l1") for seed in (0, 1)]
    last = invoke(*computing)
    assert last.exit_code == 0
    assert "nothing that can be decided in this time" in last.stderr


def test_all_takes_over_what_the_reference_has_and_computes_the_rest(small, invoke, no_latency, tmp_path):
    first = invoke("reproduce", "demo/table", "--profile", "paper", "--method", "l1", "--jobs", "1", "--out", "project/reference")
    assert first.exit_code == 0, first.output
    result = invoke("reproduce", "--all", "--profile", "paper", "--jobs", "1", "--no-tracking", "--json")
    assert result.exit_code == 0, result.output
    assert "2 runs that were computed already are taken over from the reference" in result.stderr
    assert '"computed": 6' in result.stdout
    assert len(stored_rows(tmp_path)) == 10
    kept, taken = (Store.of(tmp_path / out, "demo/table", "paper").read_all() for out in ("project/reference", "results/runs"))
    assert kept.items() <= taken.items()


def test_a_table_without_its_data_is_left_out(small, invoke, monkeypatch, no_latency, tmp_path):
    elsewhere = replace(TABLE, id="demo/mnist", cells=grid(dataset="mnist", model="lenet_300_100", method=[method("dense")]), claims=())
    tables = {table.id: table for table in (replace(elsewhere, stand_in="digits"), replace(TABLE, cells=CELLS[:1], claims=(), seeds=1))}
    monkeypatch.setattr(catalogue, "ids", lambda: list(tables))
    monkeypatch.setattr(catalogue, "get", tables.__getitem__)
    result = invoke("reproduce", "--all", "--profile", "paper", "--jobs", "1", "--no-tracking", "--quiet")
    assert result.exit_code == 1
    assert "demo/mnist is left out: " in result.stderr
    assert stored_rows(tmp_path) == [("dense", 0)]
    assert not (tmp_path / "results" / "runs" / "demo" / "mnist").exists()


def test_the_tables_of_the_project(planned_for):
    """At the paper's scale: the count is that of README, and what is decided fits into the hours and goes no further than is planned."""
    found = planned_for("--hours", "5", "--jobs", "2")
    tables = {table["id"]: table for table in found["tables"]}
    assert set(tables) == {id for id in catalogue.ids() if catalogue.get(id).cells and "paper" in catalogue.get(id).settings}
    assert all(table["there"] + table["reference"] + table["missing"] == table["runs"] for table in tables.values())
    tested, published = (sum(table[word] for table in tables.values()) for word in ("tested", "published"))
    assert f"**{tested} of {published}**" in (root() / "README.md").read_text()
    agenda = found["agenda"]
    assert 0 < sum(command["core_hours"] for command in agenda) <= 10
    for command in agenda:
        assert sum(command["decides"].values()) > 0
        assert command["seeds"] <= catalogue.get(command["id"]).seeds
        words = shlex.split(command["command"])
        assert words[:4] == ["python", "-m", "suite", "reproduce"]
        main.commands["reproduce"].make_context("reproduce", words[4:])
        catalogue.get(command["id"]).with_methods(command["rows"])


def test_a_profile_that_tests_no_paper_has_no_agenda(invoke):
    result = invoke("plan", "--all", "--profile", "smoke", "--hours", "5")
    assert result.exit_code == 0
    assert "nothing that can be decided in this time" in result.stdout
    assert re.search(r"^sgl0/table1 +\d+ ", result.stdout, re.MULTILINE)
    assert "flip-side/figure1_distances" not in result.stdout  # has no such profile


def test_the_answer_comes_soon(environment, tmp_path):
    """What trains is not imported, and the best of three tries takes less than 6 s of the processor: three times what it takes alone."""
    code = """
import sys
from suite.app.cli import main
try:
    main(["plan", "--all", "--profile", "paper", "--hours", "5", "--jobs", "2"])
except SystemExit as end:
    assert not end.code, end.code
found = [name for name in ("torch", "pandas", "sklearn", "mlflow", "matplotlib", "joblib") if name in sys.modules]
sys.exit(f"imported {found}" if found else 0)
"""
    tries = []
    for _ in range(3):
        before = os.times()
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
        after = os.times()
        assert done.returncode == 0, done.stderr
        tries.append(after.children_user + after.children_system - before.children_user - before.children_system)
        if tries[-1] < 6:
            return
    pytest.fail(f"seconds of the processor: {tries}")
