"""MLflow shows finished runs; without it nothing is lost."""

from __future__ import annotations

import logging
import os
import sys

import pytest

from suite.experiment.spec import RunSpec
from suite.experiment.task import Task
from suite.methods import method
from suite.methods.schedule import Schedule
from suite.runs.executors import Result
from suite.runs.tracking import Tracker, parameters


@pytest.fixture(scope="module")
def failed(sgl0_result):
    task = sgl0_result.task
    spec = RunSpec.of("digits", "lenet_300_100", method("l1", lam=2.0), task.spec.schedule, seed=3)
    failure = {"error": "ArithmeticError: out of luck", "traceback": ""}
    return Result(Task(spec, "smoke", task.folder), failure=failure)


@pytest.fixture(scope="module")
def database(tmp_path_factory, sgl0_result, failed):
    """Two calls of a table: one whose runs all end, one with a failure; and what the first printed."""
    root = tmp_path_factory.mktemp("tracking") / "out"
    before = dict(os.environ), os.getcwd(), logging.getLogger("alembic").level
    for results in ([sgl0_result], [failed, sgl0_result]):
        tracker = Tracker(root, "fake/table", "smoke")
        tracker.plan([result.task.spec for result in results], dict.fromkeys(range(7)))
        for result in results:
            tracker.epoch(result.task.spec.key, 1, 10.0)
            tracker.result(result)
        tracker.close()
        tracker.tell({"scale": "check", "banner": "x" * 2000})
    assert (dict(os.environ), os.getcwd(), logging.getLogger("alembic").level) == before
    return root


@pytest.fixture(scope="module")
def shown(database):
    """(client, runs above, runs below), oldest first."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow.tracking import MlflowClient

        client = MlflowClient(tracking_uri=f"sqlite:///{database / 'mlflow.db'}")
        experiment = client.get_experiment_by_name("fake/table")
        runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time"])
    below = [run for run in runs if "mlflow.parentRunId" in run.data.tags]
    return client, [run for run in runs if run not in below], below


def test_one_run_for_each_call_and_one_below_it_for_each_result(shown):
    _, above, below = shown
    assert sorted(run.info.status for run in above) == ["FAILED", "FINISHED"]
    assert {run.info.run_name for run in above} == {"fake/table smoke"}
    assert {run.data.tags["reused"] for run in above} == {"7"}
    children = {
        run.info.run_id: [c.data.tags["status"] for c in below if c.data.tags["mlflow.parentRunId"] == run.info.run_id] for run in above
    }
    assert sorted(map(sorted, children.values())) == [["done"], ["done", "failed"]]
    assert {run.info.status for run in above + below} == {"FINISHED", "FAILED"}


def test_what_is_told_of_the_results_stands_in_tags_of_the_call(shown):
    _, above, _ = shown
    assert [(run.data.tags["scale"], len(run.data.tags["banner"])) for run in above] == [("check", 1000)] * 2


def test_tags_parameters_and_final_metrics(shown, sgl0_result):
    run = next(run for run in shown[2] if run.data.tags["status"] == "done")
    spec, record = sgl0_result.task.spec, sgl0_result.record
    expected = {"method": "sgl0", "seed": "0", "key": spec.key, "profile": "smoke", "status": "done"}
    assert expected.items() <= run.data.tags.items()
    assert run.info.run_name == "sgl0 seed 0"
    assert {
        "schedule.epochs": "2",
        "method": "sgl0",
        "method.beta": "2.5",
        "dataset": "digits",
        "seed": "0",
    }.items() <= run.data.params.items()
    for name, value in record["metrics"].items():
        assert name == "architecture" or run.data.metrics[name] == pytest.approx(value)
    assert run.data.metrics["V/test_error"] == pytest.approx(record["views"]["V"]["metrics"]["test_error"])
    assert run.data.metrics["cost/wall_seconds"] == pytest.approx(record["cost"]["wall_seconds"])


def test_one_value_an_epoch(shown, sgl0_result):
    client, _, below = shown
    run = next(run for run in below if run.data.tags["status"] == "done")
    for name, values in sgl0_result.record["curves"].items():
        history = client.get_metric_history(run.info.run_id, f"epoch/{name}")
        assert sorted((m.step, m.value) for m in history) == [(i + 1, pytest.approx(v)) for i, v in enumerate(values)]
    final = client.get_metric_history(run.info.run_id, "test_error")
    assert [m.step for m in final] == [2]


def test_a_failure_is_shown_without_metrics(shown):
    (run,) = (run for run in shown[2] if run.data.tags["status"] == "failed")
    assert run.info.status == "FAILED"
    assert run.data.metrics == {}
    assert run.data.tags["error"] == "ArithmeticError: out of luck"
    assert (run.data.tags["method"], run.data.params["method.lam"]) == ("l1[lam=2.0]", "2.0")


def test_a_diverged_run_leaves_out_what_is_no_number(database, sgl0_result):
    nan = float("nan")
    record = {**sgl0_result.record, "status": "diverged", "metrics": {}, "views": {}, "epochs": 1}
    record["curves"] = {name: [nan if name == "train_loss" else 1.0] for name in record["curves"]}
    tracker = Tracker(database, "fake/diverged", "smoke")
    tracker.plan([sgl0_result.task.spec], {})
    tracker.result(Result(sgl0_result.task, record=record))
    tracker.close()
    (run,) = tracker.client.search_runs([tracker.experiment], "tags.status = 'diverged'")
    assert "epoch/train_loss" not in run.data.metrics
    assert run.data.metrics["epoch/test_error"] == 1.0
    assert not tracker.broken


def test_the_database_is_left_alone_where_nothing_is_computed(tmp_path):
    tracker = Tracker(tmp_path / "out", "fake/table", "smoke")
    tracker.plan([], {})
    tracker.close()
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_elsewhere(database, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tracker = Tracker(database, "fake/other", "smoke")
    tracker.plan([RunSpec.of("digits", "lenet_300_100", method("dense"), Schedule(1))], {})
    tracker.close()
    assert not tracker.broken
    assert list(tmp_path.iterdir()) == []
    assert {path.name for path in database.iterdir()} == {"mlflow.db", ".mlflow.db.lock"}


@pytest.mark.parametrize("damage", ["text", "folder", "file for a root", "no mlflow"])
def test_runs_go_on_without_mlflow_after_one_warning(damage, tmp_path, table, compute_table, caplog, monkeypatch, capsys):
    root = tmp_path / "tracking"
    if damage == "file for a root":
        root.write_text("a file")
    else:
        root.mkdir()
    if damage == "text":
        (root / "mlflow.db").write_text("this is no database" * 1000)
    if damage == "folder":
        (root / "mlflow.db").mkdir()
    if damage == "no mlflow":
        monkeypatch.setitem(sys.modules, "mlflow", None)
        monkeypatch.setitem(sys.modules, "mlflow.tracking", None)
    with caplog.at_level(logging.WARNING):
        results = compute_table(table("dense", "l1"), watchers=[Tracker(root, "fake/table", "smoke")])
    assert results.counts["computed"] == 2
    (record,) = caplog.records
    assert "their records are complete" in record.message
    assert "\n" not in record.message
    assert capsys.readouterr() == ("", "")


def test_a_database_that_breaks_while_runs_finish_costs_none(table, compute_table, database, caplog, monkeypatch):
    tracker = Tracker(database, "fake/table", "smoke")

    def locked(*arguments, **options):
        raise RuntimeError("database is locked\n(Background on this error)")

    plan = tracker.plan

    def plan_then_break(*arguments):
        plan(*arguments)
        monkeypatch.setattr(tracker.client, "log_batch", locked)

    tracker.plan = plan_then_break
    results = compute_table(table("dense", "l1"), watchers=[tracker])
    assert results.counts == {"computed": 2, "reused": 0, "failed": 0, "diverged": 0}
    assert [r.message for r in caplog.records if r.levelno >= logging.WARNING] == [
        "MLflow shows nothing of these runs (RuntimeError: database is locked); their records are complete"
    ]


def test_every_field_is_a_parameter():
    spec = RunSpec.of(
        "mnist", "lenet5_caffe", method("magnitude", like=method("sgl0", grow="all")), Schedule(4, milestones=(1, 2)), 3, hold_out=9
    )
    found = parameters(spec)
    expected = {"dataset": "mnist", "seed": "3", "hold_out": "9", "schedule.epochs": "4", "schedule.milestones": "(1, 2)"}
    expected |= {"method": "magnitude", "method.scope": "global", "method.like": "sgl0", "method.like.grow": "all"}
    assert expected.items() <= found.items()
    assert len(found) <= 100
