"""A folder's records in one file, a line each, are read as single files are."""

from __future__ import annotations

import json
import logging
import pickle

import pytest
from made_records import made
from small_tables import make_table

from suite.records import lines
from suite.records.store import Store

SPECS = make_table("dense", epochs=2).at("smoke", 4).runs
A, B, C, D = sorted(spec.key for spec in SPECS)
STATUS = {A: "done", B: "diverged", C: "done"}
RECORDS = {
    spec.key: made(spec, status=STATUS[spec.key]) | {"label": f'"key": "{D}"\n\u2028', "rescored": [{"metrics": ["0.1"]}]}
    for spec in sorted(SPECS, key=lambda spec: spec.key)
    if spec.key in STATUS
}


@pytest.fixture
def gathered(store):
    for key in (C, A, B):
        store.write(RECORDS[key])
    store.write_failure(A, {"error": "earlier"})
    store.gather(RECORDS.values())
    return store


def test_records_are_gathered_into_one_file_sorted_by_key(gathered):
    assert [path.name for path in gathered.folder.iterdir()] == ["runs.jsonl"]
    text = (gathered.folder / "runs.jsonl").read_bytes().decode()
    assert text.endswith("}\n")
    assert [json.loads(line) for line in text[:-1].split("\n")] == list(RECORDS.values())
    assert text.startswith(f'{{"schema": 1, "key": "{A}", "method": "dense", ')


def test_lines_read_back_exactly_and_in_either_form_alike(gathered):
    assert gathered.read_all() == gathered.read_all([A, B, C, "none"]) == RECORDS
    assert [list(record) for record in gathered.read_all().values()] == [list(record) for record in RECORDS.values()]
    assert gathered.read("none") is None
    assert gathered.keys() == {A, B, C}
    assert gathered.states([A, B, D]) == {A: "done", B: "diverged", D: "missing"}
    assert pickle.loads(pickle.dumps(gathered)).read(B) == RECORDS[B]


def test_a_record_outweighs_a_failure(gathered):
    gathered.write_failure(A, {"error": "later"})
    assert gathered.states([A]) == {A: "done"}


def test_a_file_goes_before_the_line_of_the_same_run(gathered):
    newer = gathered.write(RECORDS[A] | {"status": "diverged"})
    assert gathered.read(A) == newer
    assert gathered.read_all() == RECORDS | {A: newer}
    assert gathered.states(RECORDS) == {A: "diverged", B: "diverged", C: "done"}
    gathered.path(A).write_text("{")
    assert gathered.read(A) is None
    assert gathered.states([A]) == {A: "missing"}


def test_states_are_known_without_parsing_a_record(gathered, monkeypatch):
    record = {"key": D, "spec": {"status": "inner", "key": "inner"}, "status": "diverged"}
    gathered.gather([*RECORDS.values(), record])
    parsed = []
    monkeypatch.setattr(lines, "parsed", lambda text: parsed.append(text) or record)
    monkeypatch.setattr(Store, "read", None)
    assert gathered.states([A, B, D]) == {A: "done", B: "diverged", D: "diverged"}
    assert len(parsed) == 1, "only the one whose words are not enough"


def test_a_file_is_looked_through_once_while_it_stays_the_same(gathered):
    lines.look_through.cache_clear()
    for _ in range(3):
        gathered.states(RECORDS)
        gathered.read_all()
        Store(gathered.folder).keys()
    assert lines.look_through.cache_info().misses == 1
    gathered.gather([RECORDS[B]])
    assert gathered.read_all() == {B: RECORDS[B]}


@pytest.mark.parametrize(
    "broken",
    [
        '{"key": "b", "status": "done',
        "[]",
        "",
        '{"key": "b"}',
        '{"key": [], "status": "done"}',
        '{"key": "b", "status": "odd"}',
        "\x00",
        "7",
    ],
)
def test_a_damaged_line_is_none_with_a_warning(gathered, caplog, broken):
    good = lines.dumps(RECORDS[A])
    (gathered.folder / "runs.jsonl").write_text(good + broken + "\n" + lines.dumps(RECORDS[C]))
    with caplog.at_level(logging.WARNING):
        assert gathered.read_all() == {key: RECORDS[key] for key in (A, C)}
    assert len(caplog.records) == 1
    assert "line 2 of runs.jsonl" in caplog.text


def test_a_last_line_that_was_cut_is_no_record(gathered):
    file = gathered.folder / "runs.jsonl"
    file.write_bytes(file.read_bytes()[:-2])
    assert gathered.states(RECORDS) == {A: "done", B: "diverged", C: "missing"}


def test_of_equal_keys_the_last_line_counts(gathered):
    with (gathered.folder / "runs.jsonl").open("a") as file:
        file.write(lines.dumps(RECORDS[A] | {"status": "diverged"}))
    assert gathered.read(A)["status"] == "diverged"
    assert gathered.states([A]) == {A: "diverged"}


def test_forgetting_takes_the_line_out_and_leaves_the_others_as_they_are(gathered):
    before = (gathered.folder / "runs.jsonl").read_text().split("\n")
    gathered.forget(B, "none")
    assert (gathered.folder / "runs.jsonl").read_text().split("\n") == [before[0], *before[2:]]
    gathered.forget(A, C)
    assert list(gathered.folder.iterdir()) == []


def test_a_crash_keeps_the_lines_and_the_files_that_were_there(gathered, monkeypatch):
    class Crash(BaseException):
        pass

    def crash(*arguments):
        raise Crash

    gathered.write(RECORDS[A] | {"status": "diverged"})
    kept = gathered.read_all()
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", crash)
        with pytest.raises(Crash):
            gathered.gather(RECORDS.values())
    assert gathered.read_all() == kept
    assert gathered.path(A).exists()
