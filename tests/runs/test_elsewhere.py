"""Where nothing was timed here, what the records of the reference took stands in, for as many examples an epoch."""

from dataclasses import replace

import pytest
from made_records import made

from suite.base import places
from suite.experiment.reproduction import Cell, Profile, Reproduction
from suite.methods import method
from suite.methods.schedule import Schedule
from suite.records.store import Store
from suite.runs import planning
from suite.runs.elsewhere import ELSEWHERE, HERE, of_reference, usable
from suite.runs.timings import Timing, add_timings, kind

PAPER = Schedule(10, epoch_steps=1000, batch_size=100)
CELLS = tuple(Cell.of("digits", "lenet_300_100", method(name)) for name in ("dense", "l1"))
TABLE = Reproduction(
    "demo/table",
    "A demonstration",
    "Some Paper",
    CELLS,
    {
        "paper": Profile(PAPER),
        "quick": Profile(replace(PAPER, epochs=2, epoch_steps=50)),
        "part": Profile(PAPER, cells={"n_train": 200}),
        "smoke": Profile(replace(PAPER, epoch_steps=1)),
    },
    columns=(),
    seeds=2,
)


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """`shipped("quick", 4.0)`: a record in the reference of each row's first seed in the profile, with that many seconds an epoch."""
    monkeypatch.setattr(places, "results", lambda: tmp_path / "project")

    def write(profile, seconds, device="cpu"):
        for spec in TABLE.at(profile, 1).runs:
            record = made(spec, profile)
            record["curves"]["seconds"] = [seconds] * record["epochs"]
            training = seconds * record["epochs"]
            record["cost"] |= {"wall_seconds": training + 7.0, "training_seconds": training}
            record["data"]["n_train"] = 1437
            record["environment"]["device"] = device
            Store.of(tmp_path / "project" / "reference", TABLE.id, profile).write(record)

    return write


def test_epochs_of_other_lengths_are_of_other_kinds():
    found = [kind(TABLE.at(profile, 1).runs[0]) for profile in ("paper", "quick", "part")]
    assert found == [f"digits{length}/lenet_300_100/dense" for length in ("x1000x100", "x50x100", ":200x1000x100")]


def test_seconds_are_those_of_as_many_examples(shipped):
    shipped("quick", 4.0)
    names = [kind(spec) for spec in TABLE.at("paper", 1).runs]
    assert of_reference(TABLE, "paper") == dict.fromkeys(names, Timing(80.0, 7.0))  # 1,000 steps in place of 50


def test_the_profiles_own_records_go_first(shipped):
    shipped("quick", 4.0)
    shipped("paper", 90.0)
    assert set(of_reference(TABLE, "paper").values()) == {Timing(90.0, 7.0)}
    assert set(of_reference(TABLE, "quick").values()) == {Timing(4.0, 7.0)}


def test_other_data_checks_and_gpus_say_nothing(shipped):
    shipped("part", 1.0)
    shipped("smoke", 1.0)
    shipped("quick", 1.0, device="cuda")
    assert of_reference(TABLE, "paper") == {}


def test_a_timing_of_this_machine_goes_first(shipped, tmp_path):
    shipped("quick", 4.0)
    experiment = TABLE.at("paper")
    assert usable(experiment, tmp_path)[1] == ELSEWHERE
    add_timings(tmp_path, {kind(experiment.runs[0]): Timing(1.0, 0.0)})
    assert usable(experiment, tmp_path) == ({kind(experiment.runs[0]): Timing(1.0, 0.0)}, HERE)


def test_a_plan_says_whose_timings_it_has(shipped, tmp_path):
    shipped("paper", 90.0)
    found = planning.plan(TABLE.at("paper"), tmp_path, jobs=2)
    assert found.seconds == pytest.approx(4 * (10 * 90 + 7) / 2)
    assert "about 30 minutes with 2 workers, from timings on the reference's machine (1 CPU-hours)" in found.text()
    assert "add --time" in found.text()
    assert found.as_dict()["timed_on"] == "the reference's machine"
