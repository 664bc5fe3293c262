"""Hours of a core and of a GPU from timed steps; a step that would take long is timed on a part of its batch."""

from dataclasses import replace
from functools import partial

import pytest

from suite.experiment.reproduction import Cell, Profile, Reproduction
from suite.experiment.spec import RunSpec
from suite.methods import method
from suite.methods.schedule import Schedule
from suite.runs import planning
from suite.runs.progress import Progress
from suite.runs.timings import Timing, add_timings, duration, forecast, kind, measure, read_timings
from suite.training import program

METHODS = [method("group_lasso", lam=lam) for lam in (0.1, 1.0)] + [method("sgl0", lam=0.1, ratio=25.0), method("dense")]
TABLE = Reproduction(
    "demo/sweep",
    "A demonstration",
    "Some Paper",
    tuple(Cell.of("digits", "wrn_10_1", m) for m in METHODS),
    {"paper": Profile(Schedule(10, batch_size=64)), "quick": Profile(Schedule(10, batch_size=64), cells={"n_train": 200})},
    columns=(),
)


def plan(out, profile="paper"):
    return planning.plan(TABLE.at(profile, 2), out, jobs=4)


def test_runs_that_differ_in_strength_alone_are_of_one_kind():
    kinds = [kind(spec) for spec in TABLE.at("paper", 1).runs]
    assert kinds == ["digits/wrn_10_1/" + name for name in ("group_lasso", "group_lasso", "sgl0[ratio=25.0]", "dense")]
    assert kind(TABLE.at("quick", 1).runs[0], "cuda") == "cuda digits:200/wrn_10_1/group_lasso"


def test_hours_of_one_core_and_of_one_gpu(tmp_path):
    assert plan(tmp_path).hours == {"cpu": None, "cuda": None}
    assert "no timing on this machine yet" in plan(tmp_path).text()
    specs = TABLE.at("paper", 1).runs
    add_timings(tmp_path, {kind(spec, "cuda"): Timing(36.0, 0.0) for spec in specs})
    found = plan(tmp_path)
    assert found.hours == {"cpu": None, "cuda": pytest.approx(8 * 10 * 36 / 3600)}
    assert found.seconds is None
    assert "about 0.8 GPU-hours, one run at a time" in found.text()
    assert "no timing" not in found.text()
    add_timings(tmp_path, {kind(spec): Timing(3600.0, 1800.0) for spec in specs})
    found = plan(tmp_path)
    assert found.hours["cpu"] == pytest.approx(8 * 10.5)
    assert found.seconds == pytest.approx(8 * 10.5 * 3600 / 4)
    assert duration(100 * 24 * 3600) == "100 days"
    assert "about 21.0 hours with 4 workers, from timings on this machine (84 CPU-hours)" in found.text()
    assert found.as_dict()["cuda_hours"] == pytest.approx(0.8)
    assert plan(tmp_path, "quick").hours["cpu"] is None  # fewer examples an epoch: another kind


def test_every_kind_is_timed_once(tmp_path, monkeypatch):
    timed = []

    def timing(spec, data_root, steps, device):
        timed.append((kind(spec), device))
        return 1.0, 0.0

    monkeypatch.setattr(program, "timing", timing)
    measure(TABLE.at("paper", 1).runs, tmp_path, None)
    assert timed == [(f"digits/wrn_10_1/{name}", "cpu") for name in ("group_lasso", "sgl0[ratio=25.0]", "dense")]
    assert plan(tmp_path).hours["cpu"] == pytest.approx(80 / 3600)


@pytest.fixture
def expected(tmp_path, capsys):
    """`expected(specs, jobs)`: what is said of how long they will take, after what was said while kinds of them were timed."""

    def ask(specs, jobs=1, device="cpu"):
        watcher = Progress(TABLE.at("paper", 2), jobs, device, partial(forecast, out=tmp_path, data_root=None, device=device))
        watcher.plan(specs, {})
        return capsys.readouterr().err.splitlines()[1:]

    return ask


def test_a_forecast_times_what_nothing_is_known_of(expected, tmp_path, monkeypatch):
    timed = []

    def timing(spec, data_root, steps, device):
        timed.append(spec.method.name)
        return 6.0, 0.0

    monkeypatch.setattr(program, "timing", timing)
    specs = TABLE.at("paper", 2).runs
    add_timings(tmp_path, {kind(specs[0]): Timing(6.0, 0.0)})
    saying = "timing a few steps of {} to tell how long they take ..."
    assert expected(specs, 2) == [saying.format("2 kinds of runs,"), "about 4 minutes with 2 workers"]
    assert timed == ["sgl0", "dense"]
    assert expected(specs[:1], 2) == ["about 60 seconds with 2 workers"]
    assert timed == ["sgl0", "dense"]
    assert expected(specs, 1, "cuda:1") == [saying.format("3 kinds of runs,"), "about 8 minutes of the GPU, one run at a time"]


def test_a_forecast_takes_some_seconds_but_looks_at_every_network(expected, tmp_path, monkeypatch):
    monkeypatch.setattr(program, "timing", lambda spec, *of: (6.0 if spec.model == "wrn_10_1" else 600.0, 0.0))
    monkeypatch.setattr("suite.runs.timings.time.monotonic", iter(range(0, 1000, 4)).__next__)
    cells = (*TABLE.cells, *(replace(cell, setup=replace(cell.setup, model="wrn_16_1")) for cell in TABLE.cells))
    specs = replace(TABLE, cells=cells).at("paper", 1).runs
    assert expected(specs)[-1] == "about 6.7 hours with 1 worker"
    assert list(read_timings(tmp_path)) == ["digits/wrn_10_1/group_lasso", "digits/wrn_16_1/group_lasso"]


def test_a_run_that_cannot_be_timed_stops_no_sweep(expected, monkeypatch):
    def timing(spec, data_root, steps, device):
        if spec.method.name == "sgl0":
            raise RuntimeError("no such thing")
        return 6.0, 0.0

    monkeypatch.setattr(program, "timing", timing)
    specs = TABLE.at("paper", 1).runs
    assert [line for line in expected([specs[2]]) if "timing" not in line] == []
    assert expected(specs)[-1] == "about 4 minutes with 1 worker"  # what was timed before it is kept


def test_a_slow_step_is_timed_on_a_part_of_its_batch(monkeypatch):
    parts = []

    def stepped(run, x, y, part, clock):
        parts.append(part)
        return 0.5 + 0.4 * part

    monkeypatch.setattr(program, "stepped", stepped)
    spec = RunSpec.of("digits", "wrn_10_1", method("group_lasso"), Schedule(10, batch_size=64))
    epoch, rest = program.timing(spec, None, steps=3)
    assert parts == [2, 2, 4]  # to warm up, then 1.3 s and 2.1 s
    step, steps, tests = 0.5 + 0.4 * 64, 23, 360 / 64  # 1,437 training images
    assert epoch == pytest.approx(step * (steps + tests / 3))
    assert rest == pytest.approx(step * 3 * tests / 3, rel=0.3)  # three passes over the test images, and building
