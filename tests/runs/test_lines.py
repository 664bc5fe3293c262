"""A folder's records in one file, a line each, are read as single files are."""

from __future__ import annotations

import json
import logging
import pickle

import pytest

from suite.records import lines
from suite.records.store import Store

RECORDS = {
    key: {
        "schema": 1,
        "key": key,
        "seed": seed,
        "status": status,
        "text": '"key": "c"\n\u2028',
        "metrics": {"test_error": 0.1 + seed / 3},
    }
    for seed, (key, status) in enumerate({"a": "done", "b": "diverged", "f0": "done"}.items())
}


@pytest.fixture
def gathered(store):
    for key in ("f0", "a", "b"):
        store.write(RECORDS[key])
    store.write_failure("a", {"error": "earlier"})
    store.gather(RECORDS.values())
    return store


def test_records_are_gathered_into_one_file_sorted_by_key(gathered):
    assert [path.name for path in gathered.folder.iterdir()] == ["runs.jsonl"]
    text = (gathered.folder / "runs.jsonl").read_bytes().decode()
    assert text.endswith("}\n")
    assert [json.loads(line) for line in text[:-1].split("\n")] == list(RECORDS.values())
    assert text.startswith('{"schema": 1, "key": "a", "seed": 0, ')


def test_lines_read_back_exactly_and_in_either_form_alike(gathered):
    assert gathered.read_all() == gathered.read_all(["a", "b", "f0", "none"]) == RECORDS
    assert [list(record) for record in gathered.read_all().values()] == [list(record) for record in RECORDS.values()]
    assert gathered.read("none") is None
    assert [gathered.has(key) for key in ("a", "b", "none")] == [True, True, False]
    assert gathered.states(["a", "b", "c"]) == {"a": "done", "b": "diverged", "c": "missing"}
    assert pickle.loads(pickle.dumps(gathered)).read("b") == RECORDS["b"]


def test_a_record_outweighs_a_failure(gathered):
    gathered.write_failure("a", {"error": "later"})
    assert gathered.states(["a"]) == {"a": "done"}


def test_a_file_goes_before_the_line_of_the_same_run(gathered):
    newer = gathered.write(RECORDS["a"] | {"status": "diverged"})
    assert gathered.read("a") == newer
    assert gathered.read_all() == RECORDS | {"a": newer}
    assert gathered.states(RECORDS) == {"a": "diverged", "b": "diverged", "f0": "done"}
    gathered.path("a").write_text("{")
    assert gathered.read("a") is None
    assert gathered.states(["a"]) == {"a": "missing"}


def test_states_are_known_without_parsing_a_record(gathered, monkeypatch):
    record = {"key": "c", "spec": {"status": "inner", "key": "inner"}, "status": "diverged"}
    gathered.gather([*RECORDS.values(), record])
    parsed = []
    monkeypatch.setattr(lines.json, "loads", lambda text: parsed.append(text) or record)
    monkeypatch.setattr(Store, "read", None)
    assert gathered.states(["a", "b", "c"]) == {"a": "done", "b": "diverged", "c": "diverged"}
    assert len(parsed) == 1, "only the one whose words are not enough"


def test_a_file_is_looked_through_once_while_it_stays_the_same(gathered):
    lines.look_through.cache_clear()
    for _ in range(3):
        gathered.states(RECORDS)
        gathered.read_all()
        Store(gathered.folder).has("a")
    assert lines.look_through.cache_info().misses == 1
    gathered.gather([RECORDS["b"]])
    assert gathered.read_all() == {"b": RECORDS["b"]}


@pytest.mark.parametrize("broken", ['{"key": "b", "status": "done', "[]", "", '{"key": "b"}', "\x00", "7"])
def test_a_damaged_line_is_none_with_a_warning(gathered, caplog, broken):
    good = lines.dumps(RECORDS["a"])
    (gathered.folder / "runs.jsonl").write_text(good + broken + "\n" + lines.dumps(RECORDS["f0"]))
    with caplog.at_level(logging.WARNING):
        assert gathered.read_all() == {key: RECORDS[key] for key in ("a", "f0")}
    assert len(caplog.records) == 1
    assert "line 2 of runs.jsonl" in caplog.text


def test_a_last_line_that_was_cut_is_no_record(gathered):
    file = gathered.folder / "runs.jsonl"
    file.write_bytes(file.read_bytes()[:-2])
    assert gathered.states(RECORDS) == {"a": "done", "b": "diverged", "f0": "missing"}


def test_of_equal_keys_the_last_line_counts(gathered):
    with (gathered.folder / "runs.jsonl").open("a") as file:
        file.write(lines.dumps(RECORDS["a"] | {"status": "diverged"}))
    assert gathered.read("a")["status"] == "diverged"
    assert gathered.states(["a"]) == {"a": "diverged"}


def test_forgetting_takes_the_line_out_and_leaves_the_others_as_they_are(gathered):
    before = (gathered.folder / "runs.jsonl").read_text().split("\n")
    gathered.forget("b", "none")
    assert (gathered.folder / "runs.jsonl").read_text().split("\n") == [before[0], *before[2:]]
    gathered.forget("a", "f0")
    assert list(gathered.folder.iterdir()) == []


def test_a_crash_keeps_the_lines_and_the_files_that_were_there(gathered, monkeypatch):
    class Crash(BaseException):
        pass

    def crash(*arguments):
        raise Crash

    gathered.write(RECORDS["a"] | {"status": "diverged"})
    kept = gathered.read_all()
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", crash)
        with pytest.raises(Crash):
            gathered.gather(RECORDS.values())
    assert gathered.read_all() == kept
    assert gathered.path("a").exists()
