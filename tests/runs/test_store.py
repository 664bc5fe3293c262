"""One file a run, whole or not at all; failures apart."""

from __future__ import annotations

import json
import logging
import math
import os
from pathlib import Path

import pytest
from made_records import made
from small_tables import make_table

from suite.base.errors import SuiteError
from suite.records.store import Store, dumps, write_text

RECORD = made(make_table("dense", epochs=2).at("smoke", 1).runs[0], test_error=0.1 + 0.2) | {"label": "Müller"}
RECORD["curves"]["train_loss"] = [1e-300, 2.0]
KEY = RECORD["key"]


def test_a_record_reads_back_as_it_was(store):
    assert store.read(KEY) is None
    assert store.write(RECORD) == RECORD
    assert store.read(KEY) == RECORD
    assert store.path(KEY) == store.folder / "runs" / f"{KEY}.json"
    assert store.folder.parts[-3:] == ("fake", "table", "smoke")
    assert store.read_all([KEY, "f" * 16]) == {KEY: RECORD}


def test_numbers_that_json_lacks_are_null_and_what_is_given_back_is_what_is_stored(store):
    curves = {"train_loss": (1.0, math.nan, math.inf), "seconds": (1.0, 1.0, 1.0)}
    kept = store.write(RECORD | {"epochs": 3, "curves": curves, "filters": [[[[-math.inf]]]]})
    assert kept["curves"] == {"train_loss": [1.0, None, None], "seconds": [1.0, 1.0, 1.0]}
    assert kept["filters"] == [[[[None]]]]
    assert store.read(KEY) == kept


def test_text_is_json_with_a_field_a_line():
    text = dumps(RECORD)
    assert json.loads(text) == RECORD
    assert len(text.splitlines()) == len(RECORD) + 2
    assert "Müller" in text


@pytest.mark.parametrize("last_step", ["fsync", "replace"])
def test_a_crash_before_the_rename_leaves_no_record(store, monkeypatch, last_step):
    class Crash(BaseException):
        pass

    def crash(*arguments):
        raise Crash

    monkeypatch.setattr(os, last_step, crash)
    with pytest.raises(Crash):
        store.write(RECORD)
    monkeypatch.undo()
    assert store.read(KEY) is None
    assert not list(store.folder.rglob("*.json"))
    store.write(RECORD)
    assert store.read(KEY) == RECORD


def test_a_crash_keeps_the_record_that_was_there(store, monkeypatch):
    store.write(RECORD)

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(SuiteError, match="No space left on device"):
        store.write(RECORD | {"status": "diverged"})
    assert store.read(KEY) == RECORD
    assert [p.name for p in store.path(KEY).parent.iterdir()] == [f"{KEY}.json"]


@pytest.mark.parametrize("content", ['{"key": "0123456789abcdef", "sta', "", "[]", "\x00\x00", '{"key": "other", "status": "done"}'])
def test_a_damaged_record_is_none_with_a_warning(store, caplog, content):
    write_text(store.path(KEY), content)
    with caplog.at_level(logging.WARNING):
        assert store.read(KEY) is None
    assert len(caplog.records) == 1
    assert "computed again" in caplog.text


def test_failures_are_kept_apart_and_forgotten_on_success(store):
    store.write_failure(KEY, {"error": "ValueError: no", "traceback": "line 1\nline 2"})
    assert store.read(KEY) is None
    assert store.read_failure(KEY) == {"key": KEY, "error": "ValueError: no", "traceback": "line 1\nline 2"}
    store.write(RECORD)
    assert store.read_failure(KEY) is None


def test_forgetting_leaves_nothing_of_a_run(store):
    store.write(RECORD)
    store.write_failure(KEY, {"error": ""})
    others = [store.folder / folder / f"{KEY}.pt" for folder in ("checkpoints", "weights")]
    for path in others:
        write_text(path, "")
    store.forget(KEY)
    store.forget(KEY)
    assert not [path for path in store.folder.rglob("*") if path.is_file()]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    blocked = tmp_path / "results"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(SuiteError) as caught:
        Store.of(blocked, "fake/table", "smoke").check_writable()
    assert str(blocked) in str(caught.value)
    assert "--out" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_checking_leaves_no_file(store):
    store.check_writable()
    assert list(store.folder.iterdir()) == []


def test_the_checkpoint_goes_only_when_the_record_is_stored(store, monkeypatch):
    """A disk that is full when the record is written costs at most the time since the checkpoint."""
    store.checkpoint(KEY).parent.mkdir(parents=True)
    store.checkpoint(KEY).write_bytes(b"state")

    def full(self, *arguments, **options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        with pytest.raises(SuiteError, match="No space left"):
            store.write(RECORD)
    assert store.checkpoint(KEY).exists()
    store.write(RECORD)
    assert not store.checkpoint(KEY).exists()
