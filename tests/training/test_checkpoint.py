"""Checkpoints: whole or not there; what cannot be read is said and passed over."""

from __future__ import annotations

import logging

import pytest
import torch

from suite.base import checkpoint
from suite.base.errors import SuiteError

STATE = {"epoch": 3, "w": torch.arange(6.0).view(2, 3), "curves": {"loss": [0.5, float("nan")]}}


def test_round_trip(tmp_path):
    path = tmp_path / "new" / "run.pt"
    checkpoint.save(path, STATE)
    found = checkpoint.load(path)
    assert found["epoch"] == 3
    assert torch.equal(found["w"], STATE["w"])
    assert found["curves"]["loss"][0] == 0.5
    assert [p.name for p in path.parent.iterdir()] == ["run.pt"]


def test_channels_last_survives(tmp_path):
    w = torch.rand(2, 3, 4, 4).to(memory_format=torch.channels_last)
    checkpoint.save(tmp_path / "run.pt", {"w": w})
    assert checkpoint.load(tmp_path / "run.pt")["w"].stride() == w.stride()


def test_none_where_there_is_none(tmp_path, caplog):
    assert checkpoint.load(tmp_path / "run.pt") is None
    assert not caplog.records


def test_an_interrupted_save_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "run.pt"
    checkpoint.save(path, STATE)

    def half(state, target):
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(SuiteError, match="No space left"):
        checkpoint.save(path, {"epoch": 4})
    assert checkpoint.load(path)["epoch"] == 3
    assert [p.name for p in tmp_path.iterdir()] == ["run.pt"]


@pytest.mark.parametrize("damage", ["truncated", "empty", "text", "zeros", "other"])
def test_a_damaged_one_is_passed_over_with_a_warning(tmp_path, caplog, damage):
    path = tmp_path / "run.pt"
    checkpoint.save(path, STATE)
    whole = path.read_bytes()
    content = {"truncated": whole[: len(whole) // 2], "empty": b"", "text": b"not a checkpoint", "zeros": bytes(200)}
    if damage == "other":
        torch.save({"f": print}, path)  # a function: refused, since only tensors and plain data are loaded
    else:
        path.write_bytes(content[damage])
    with caplog.at_level(logging.WARNING):
        assert checkpoint.load(path) is None
    (record,) = caplog.records
    assert "run.pt" in record.message
    assert "starts anew" in record.message
