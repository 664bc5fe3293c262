"""Metrics that runs lack, from their final weights: the same as the run itself would have recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner

from suite.app.cli import main
from suite.app.results import Results
from suite.base.errors import SuiteError
from suite.experiment.reproduction import Cell
from suite.runs.rescore import rescore

METRIC = "recalibrated_test_error"


@pytest.fixture
def computed(table, compute_table, store):
    """A table of wide residual networks, and its records as computed and as they were before there was the metric."""
    wanted = table("group_lasso", "hard_concrete", epochs=1)
    cells = tuple(replace(cell, setup=replace(cell.setup, model="wrn_10_1", n_train=60, n_test=40)) for cell in wanted.cells)
    wanted = replace(wanted, cells=(*cells, Cell.of("digits", "lenet_300_100", cells[0].method)))
    records = compute_table(wanted).records
    for record in records.values():
        store.write(record | {"metrics": {name: value for name, value in record["metrics"].items() if name != METRIC}})
    return wanted, records


def test_what_is_lacking_is_what_the_run_would_have_recorded(computed, store, tmp_path):
    table, records = computed
    residual = {key for key, record in records.items() if record["model"] == "wrn_10_1"}
    assert {key for key, record in records.items() if METRIC in record["metrics"]} == residual
    assert rescore(Results.there(table, "smoke", tmp_path), tmp_path, str(tmp_path / "data"), "cpu") == {key: [METRIC] for key in residual}
    for key, record in records.items():
        found = store.read(key)
        assert found["metrics"] == record["metrics"]
        assert [note["metrics"] for note in found.pop("rescored", [])] == [[METRIC]] * (key in residual)
        assert found == record
    assert rescore(Results.there(table, "smoke", tmp_path), tmp_path, str(tmp_path / "data"), "cpu") == {}


def test_a_record_keeps_what_was_added_before(computed, store, tmp_path):
    table, records = computed
    for key in records:
        store.write(store.read(key) | {"rescored": [{"metrics": ["older"]}]})
    for key in rescore(Results.there(table, "smoke", tmp_path), tmp_path, str(tmp_path / "data"), "cpu"):
        assert [note["metrics"] for note in store.read(key)["rescored"]] == [["older"], [METRIC]]


def test_without_the_final_weights_the_remedy_is_to_compute_again(computed, store, tmp_path):
    for path in (store.folder / "weights").iterdir():
        path.unlink()
    with pytest.raises(SuiteError, match=r"the final weights of .* are gone; compute it again with reproduce --force"):
        rescore(Results.there(computed[0], "smoke", tmp_path), tmp_path, str(tmp_path / "data"), "cpu")


def test_a_run_without_weights_to_keep_is_passed_over(table, compute_table, tmp_path, monkeypatch):
    compute_table(table("dense"))
    from suite.theory.program import rescored

    monkeypatch.setattr("suite.training.program.rescored", rescored)
    assert rescore(Results.there(table("dense"), "smoke", tmp_path), tmp_path, None, "cpu") == {}


def test_the_command_says_what_it_added(tmp_path):
    line = ["--profile", "smoke", "--out", str(tmp_path)]
    nothing = CliRunner().invoke(main, ["rescore", "figure1", *line])
    assert nothing.exit_code == 2
    assert "error: no runs of sgl0/figure1 (smoke)" in nothing.output
    rows = ["--method", "0/dense", "--seeds", "1", "--jobs", "1", "--no-tracking", "--quiet"]
    assert CliRunner().invoke(main, ["reproduce", "figure1", *line, *rows]).exit_code == 0
    assert CliRunner().invoke(main, ["rescore", "figure1", *line]).output == "sgl0/figure1 smoke: nothing added to 0 runs\n"
