"""What lies where a record should and is none is named with the reason, left aside, and computed again; the rest is shown."""

from __future__ import annotations

import json
import logging
import random
from pathlib import Path

import pytest
from broken_records import BROKEN, PLACES
from made_records import made
from small_tables import make_table

from suite.records import lines
from suite.records.aside import left_aside
from suite.records.check import checked
from suite.records.store import FINISHED, Store
from suite.runs.executors import Result
from suite.runs.orchestrate import Options, compute_missing

TABLE = make_table("dense", epochs=2)
FIRST, SECOND = (made(spec) for spec in TABLE.at("smoke", 2).runs)
KEY, OTHER = FIRST["key"], SECOND["key"]
REFERENCE = Path(__file__).parents[2] / "results" / "reference"


class Ready:
    """An executor that has every record at hand."""

    def run(self, tasks, on_epoch):
        while task := tasks():
            yield Result(task, record=made(task.spec))


@pytest.fixture(autouse=True)
def nothing_said_yet():
    left_aside.cache_clear()
    lines.look_through.cache_clear()


def said(caplog) -> list[str]:
    found = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    caplog.clear()
    return found


@pytest.mark.parametrize("name", BROKEN)
def test_it_is_named_and_left_aside_and_computed_again(store, tmp_path, caplog, name):
    make, reason = BROKEN[name]
    store.write(SECOND)
    make(store.path(KEY), FIRST)
    assert store.read_all() == store.read_all([KEY, OTHER]) == {OTHER: SECOND}
    (line,) = said(caplog)
    assert line.startswith(f"{store.path(KEY)} is left aside (")
    assert reason in line
    assert "\n" not in line
    assert store.states([KEY, OTHER])[KEY] in (*FINISHED, "missing")
    results = compute_missing(TABLE.at("smoke", 2), Ready(), Options(tmp_path), [])
    assert (results.counts["computed"], results.counts["reused"], results.counts["failed"]) == (1, 1, 0)
    assert store.read_all() == {KEY: FIRST, OTHER: SECOND}
    assert said(caplog) == [], "the reason was said before"


@pytest.mark.parametrize("name", sorted(BROKEN.keys() - PLACES.keys()))
def test_a_line_that_is_no_record_leaves_the_others(store, tmp_path, caplog, name):
    BROKEN[name][0](broken := tmp_path / "broken", FIRST)
    content = broken.read_bytes().replace(b"\n", b" ")
    store.folder.mkdir(parents=True)
    (store.folder / lines.FILE).write_bytes(content + b"\n" + lines.dumps(SECOND).encode())
    assert store.read_all() == {OTHER: SECOND}
    assert store.read_all([KEY, OTHER]) == {OTHER: SECOND}
    assert len(said(caplog)) == 1
    store.forget(OTHER)
    left = list(lines.every(store.folder))
    assert left == ([(1, content)] if content else []), "forgetting one does not touch the others"


@pytest.mark.parametrize("name", PLACES)
def test_there_may_be_anything_in_the_place_of_the_file_of_lines(store, caplog, name):
    PLACES[name][0](store.folder / lines.FILE, FIRST)
    store.write(FIRST)
    assert store.read_all() == {KEY: FIRST}
    assert store.states([KEY, OTHER]) == {KEY: "done", OTHER: "missing"}
    assert len(said(caplog)) <= 1


def test_any_change_of_the_bytes_gives_a_whole_record_or_none(store):
    """Bytes are exchanged, put in and taken out at random; what is then believed is a record in all that is checked."""
    store.write(FIRST)
    whole, draw = store.path(KEY).read_bytes(), random.Random(0)
    believed = 0
    for _ in range(1500):
        text = bytearray(whole)
        for _ in range(draw.choice([1, 1, 1, 2, 10])):
            place, length = draw.randrange(len(text)), draw.choice([0, 1, 1, 5, 50])
            text[place : place + length] = draw.choice([b"", draw.randbytes(length), bytes(draw.choices(b'0123456789-+.eE"{}[],: ', k=2))])
        store.path(KEY).write_bytes(text)
        if found := store.read(KEY):
            believed += 1
            for name in ("key", "method", "seed", "dataset", "model", "spec"):
                assert found[name] == FIRST[name]
            assert found["status"] in FINISHED
            assert all(value is None or 0 <= value <= 100 for name, value in found["metrics"].items() if name in FIRST["metrics"])
            assert store.write(found) == found
        store.status(KEY)
    assert 0 < believed < 1500


KEPT = sorted(REFERENCE.glob("*/*/*/runs.jsonl"))


@pytest.mark.parametrize("file", KEPT, ids=lambda file: "/".join(file.parts[-4:-1]))
def test_every_committed_record_is_whole(file):
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        record = json.loads(line)
        assert checked(record, record["key"]) is record, f"line {number}"
    assert len(Store(file.parent).read_all()) == number


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (b"", False), (b"[]", False), (b"7", False), (b"{", False), (b"[" * 10**5, False), (b"\xff", False), (b"NaN", False),
        (b'{"key": "other"}', False), (b'{"key": "KEY", "error": "\\ud800"}', False), (b'{"key": "KEY", "error": "memory"}', True),
    ],
)  # fmt: skip
def test_what_is_no_failure_counts_as_none(store, caplog, content, kept):
    path = store.failure(KEY)
    path.parent.mkdir(parents=True)
    path.write_bytes(content.replace(b"KEY", KEY.encode()))
    assert (store.read_failure(KEY) is not None) == kept
    assert len(said(caplog)) == (not kept)
    store.write(FIRST)
    assert not path.exists()


@pytest.mark.parametrize("name", PLACES)
def test_a_failure_may_be_anything(store, tmp_path, name):
    PLACES[name][0](store.failure(KEY), FIRST)
    results = compute_missing(TABLE.at("smoke", 1), Ready(), Options(tmp_path, retry_failed=False), [])
    assert results.counts["computed"] == 1
    assert not store.failure(KEY).exists()
