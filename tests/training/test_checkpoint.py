"""Checkpoints: whole or not there, of this run and this code or not used; what is newer in memory is not lost when a run is stopped."""

from __future__ import annotations

import logging
import random
from dataclasses import replace

import pytest
import torch

from suite.base import checkpoint
from suite.base.bound import Bound, copied
from suite.base.checkpoint import Checkpoint, to_the_end
from suite.base.errors import SuiteError

STATE = {"epoch": 3, "w": torch.arange(6.0).view(2, 3), "curves": {"loss": [0.5, float("nan")]}}


@pytest.fixture
def file(tmp_path):
    return Bound(tmp_path / "new" / "run.pt", key="0123456789abcdef", protocol=1, modules=("suite.theory.nearness",))


@pytest.fixture
def refused(caplog):
    """refused(file): why it is not taken, from the one line that says so."""

    def why(file) -> str:
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert file.load() is None
        (record,) = caplog.records
        assert "\n" not in record.message
        assert file.path.name in record.message
        assert record.message.endswith("the run starts anew")
        return record.message.partition("(")[2].rpartition(")")[0]

    return why


def test_round_trip(file):
    file.save(STATE)
    found = file.load()
    assert found["epoch"] == 3
    assert torch.equal(found["w"], STATE["w"])
    assert found["curves"]["loss"][0] == 0.5
    assert [p.name for p in file.path.parent.iterdir()] == ["run.pt"]
    assert torch.equal(torch.load(file.path, weights_only=True)["w"], STATE["w"]), "torch reads it too"


def test_channels_last_survives(file):
    w = torch.rand(2, 3, 4, 4).to(memory_format=torch.channels_last)
    file.save(copied({"w": w}))
    assert file.load()["w"].stride() == w.stride()


def test_a_copy_is_left_alone_by_later_changes():
    state = {"w": torch.zeros(2), "curves": {"loss": [1.0]}, "model": torch.nn.Linear(1, 1).state_dict()}
    found = copied(state)
    state["w"] += 1
    state["curves"]["loss"].append(2.0)
    assert found["w"].tolist() == [0, 0]
    assert found["curves"]["loss"] == [1.0]
    assert found["model"]._metadata == state["model"]._metadata


def test_none_where_there_is_none(file, caplog):
    assert file.load() is None
    assert not caplog.records


def test_an_interrupted_save_leaves_the_old_one(file, monkeypatch):
    file.save(STATE)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SuiteError, match="No space left"):
        file.save({"epoch": 4})
    assert file.load()["epoch"] == 3
    assert [p.name for p in file.path.parent.iterdir()] == ["run.pt"]


@pytest.mark.parametrize("damage", ["truncated", "empty", "text", "zeros", "other", "list"])
def test_a_damaged_one_is_passed_over_with_a_warning(file, refused, damage):
    file.save(STATE)
    whole = file.path.read_bytes()
    content = {"truncated": whole[: len(whole) // 2], "empty": b"", "text": b"not a checkpoint\n", "zeros": bytes(200), "list": b"\n[1]\n"}
    if damage == "other":
        torch.save({"f": print}, file.path)  # a function: refused, since only tensors and plain data are loaded
    else:
        file.path.write_bytes(content[damage])
    assert refused(file) == "it does not say whose it is"


def test_nothing_in_it_is_executed_whatever_its_digest(file, refused):
    file.save({"f": print})
    assert "UnpicklingError" in refused(file)


def test_a_bit_that_is_turned_anywhere_is_noticed(file, refused):
    file.save(STATE)
    whole = file.path.read_bytes()
    line = len(whole) - whole.rindex(b"\n", 0, -1)
    places = [random.Random(0).randrange(len(whole) - 1) for _ in range(60)] + [len(whole) - n for n in range(2, line)]
    for place in places:
        turned = bytearray(whole)
        turned[place] ^= 1 << (place % 8)
        file.path.write_bytes(turned)
        assert refused(file), place
    file.path.write_bytes(whole)
    assert file.load()["epoch"] == 3


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"key": "f" * 16}, "it is of another run"),
        ({"protocol": 2}, "it is of another protocol"),
        ({"modules": ("suite.training.program",)}, "it is of other code"),
        ({"key": "", "modules": ()}, "it is of another run and other code"),
    ],
)
def test_one_of_another_run_or_other_code_is_not_taken(file, refused, other, reason):
    replace(file, **other).save(STATE)
    assert refused(file) == reason


def test_one_without_marks_is_taken_only_where_old_ones_are(file, refused):
    file.path.parent.mkdir()
    torch.save(STATE, file.path)
    assert refused(file) == "it does not say whose it is"
    assert replace(file, old=True).load()["epoch"] == 3


class Counter:
    """A run whose state is the number of its epochs; it is stopped in one of them, before or after it was told to others."""

    device = "cpu"

    def __init__(self, stop_in=None):
        self.epoch, self.stop_in = 0, stop_in
        self.w = torch.zeros(2)

    def advance(self):
        if self.stop_in == self.epoch + 1:
            self.w += 0.5  # the epoch is half done
            raise KeyboardInterrupt
        self.w += 1
        self.epoch += 1
        return True

    def last_error(self):
        return 0.0

    def state_dict(self):
        return {"epoch": self.epoch, "w": self.w}

    def load_state_dict(self, state):
        self.epoch = state["epoch"]
        self.w.copy_(state["w"])


def stop_at(wanted):
    def on_epoch(epoch, error):
        if epoch == wanted:
            raise BrokenPipeError

    return on_epoch


@pytest.fixture
def always_copied(monkeypatch):
    monkeypatch.setattr(checkpoint, "COPY_SECONDS", -1.0)


def test_a_run_that_is_stopped_leaves_its_last_epoch(file, always_copied):
    """In an epoch, or by whoever is told of one."""
    with pytest.raises(KeyboardInterrupt):
        to_the_end(Counter(stop_in=4), 9, Checkpoint(file))
    assert (file.load()["epoch"], file.load()["w"].tolist()) == (3, [3, 3])
    with pytest.raises(BrokenPipeError):
        to_the_end(Counter(), 9, Checkpoint(file), stop_at(6))
    assert file.load()["epoch"] == 6
    seen = []
    assert to_the_end(Counter(), 9, Checkpoint(file), lambda epoch, error: seen.append(epoch)) == "done"
    assert seen == [7, 8, 9]
    assert file.load()["epoch"] == 9, "what comes after the last epoch can be stopped, too"


def test_a_short_run_writes_and_copies_nothing(file, monkeypatch):
    monkeypatch.setattr(checkpoint, "COPY_SECONDS", 30.0)
    monkeypatch.setattr(checkpoint, "copied", lambda state: pytest.fail("copied"))
    assert to_the_end(Counter(), 9, Checkpoint(file)) == "done"
    assert not file.path.exists()


def test_a_disk_that_is_full_does_not_hide_what_stopped_a_run(file, always_copied, monkeypatch, caplog):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(KeyboardInterrupt):
        to_the_end(Counter(stop_in=2), 9, Checkpoint(file))
    assert "No space left" in caplog.text


@pytest.mark.parametrize("state", [{"epoch": 3}, {"epoch": 3, "w": torch.ones(5)}, {"w": torch.ones(2)}, {"epoch": 3, "w": torch.ones(2)}])
def test_a_state_that_does_not_fit_leaves_the_run_as_it_was(file, caplog, state):
    """Something is missing, has another shape, or (the last) says nothing of what it has cost."""
    file.save(state)
    run, seen = Counter(), []
    to_the_end(run, 2, Checkpoint(file), lambda epoch, error: seen.append((epoch, run.w.tolist())))
    assert seen == [(1, [1, 1]), (2, [2, 2])]
    assert "the run starts anew" in caplog.text
