"""A store with everything in it that is no record: every command says what is left aside, a line each, and goes on with the rest."""

import json
import logging
import os

import pytest
from broken_records import BROKEN, PLACES
from made_records import made

from suite.app.catalogue import get
from suite.records import lines
from suite.records.aside import left_aside
from suite.records.store import Store

TEXTS = {name: make for name, (make, _) in BROKEN.items() if name in ("empty", "cut in the middle", "nested", "no UTF-8", "a list", "null")}
ANYTHING = TEXTS | {name: make for name, (make, _) in PLACES.items()}


@pytest.fixture
def broken(stored, tmp_path):
    """Of the row `dense`, one seed for everything that is no record; of `l1`, two whole ones; gives the broken ones by key."""
    store, line = Store.of(tmp_path / "results" / "runs", "sgl0/table1", "smoke"), get("table1").at("smoke", 1).lines[0]
    assert line.cell.row == "dense"
    stored("l1", 0)
    stored("l1", 1)
    keys = {}
    for seed, (name, (make, _)) in enumerate(BROKEN.items()):
        spec = line.run(seed)
        make(store.path(spec.key), json.loads(json.dumps(made(spec))))
        keys[spec.key] = name
    return keys


@pytest.fixture
def told(invoke, caplog, sketched):
    """`told(*command)`: exit code, what was printed, and the warnings, of which none has two lines."""

    def run(*command):
        left_aside.cache_clear()
        lines.look_through.cache_clear()
        caplog.clear()
        result = invoke(*command)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        assert not [line for line in warnings if "\n" in line]
        return result.exit_code, result.output, warnings

    return run


FOLDER = ("results", "runs", "sgl0", "table1", "smoke")


@pytest.mark.parametrize(
    "command",
    [
        ("report", "table1", "--profile", "smoke"),
        ("publish", "table1", "--profile", "smoke"),
        ("compare", os.path.join(*FOLDER), os.path.join(*FOLDER)),
    ],
    ids=lambda command: command[0],
)
def test_commands_name_each_once_and_show_the_rest(broken, told, command):
    code, output, warnings = told(*command)
    assert code == 0, output
    named = [key for key in broken if sum(key in line for line in warnings) != 1]
    assert [broken[key] for key in named] == []
    assert len(warnings) == len(broken)
    assert "l1" in output or command[0] != "compare"


def test_a_plan_is_made_of_whatever_lies_there(broken, told):
    code, output, _ = told("plan", "table1", "--profile", "smoke", "--seeds", len(broken), "--json")
    assert code == 0
    states = json.loads(output[output.index("{") :])["states"]
    assert states["l1"][:2] == ["done", "done"]
    assert len(states["dense"]) == len(broken)


def test_nothing_of_it_is_verified_or_merged(broken, stored, told, tmp_path):
    code, output, _ = told("merge", "results/runs", "--out", "mine")
    refused = [line for line in output.splitlines() if line.startswith("refused: ")]
    assert code == 1
    assert len(refused) == len(broken)
    assert {key for key in broken if any(key in line for line in refused)} == broken.keys()
    assert "2 taken, 0 there already" in output
    code, output, _ = told("verify", "table1", "--profile", "smoke", "--out", "mine", "--reference", "results/runs")
    assert code == 0, output
    assert "of 2 runs" in output


@pytest.mark.parametrize("name", ANYTHING)
@pytest.mark.parametrize("file", ["index.json", "looks.json", "noise.json", "timings.json", "runs.jsonl"])
def test_beside_the_records_there_may_be_anything(stored, told, tmp_path, name, file):
    """Caches say no news; a noise that cannot be read is named, as nothing else says by how much numbers may differ."""
    profile = "paper" if file == "looks.json" else "smoke"
    spec = stored("dense", 0, profile)
    folder = tmp_path.joinpath(*FOLDER).with_name(profile)
    ANYTHING[name](tmp_path / "results" / "runs" / file if file == "timings.json" else folder / file, made(spec))
    for command in ("plan", "report", "verify"):
        code, output, _ = told(command, "table1", "--profile", profile, *(("--reference", "results/runs") if command == "verify" else ()))
        if (command, file) == ("verify", "noise.json"):
            assert (code, len(output.splitlines())) == (2, 1)
            assert "noise.json is no measured noise" in output
        elif (command, file) == ("report", "looks.json") and (folder / file).is_dir():
            assert (code, len(output.splitlines())) == (2, 1)
            assert "cannot write" in output
        else:
            assert code == 0, output


def test_a_seed_that_failed_or_is_missing_hides_no_later_one(stored, told, tmp_path):
    for seed in (0, 2, 3):
        stored("dense", seed, test_error=float(seed))
    stored("l1", 3)
    store = Store(tmp_path.joinpath(*FOLDER))
    failed = next(spec for spec in get("table1").at("smoke", 2).runs if spec.method.row == "dense" and spec.seed == 1)
    store.write_failure(failed.key, {"method": "dense", "seed": 1, "error": "out of memory", "traceback": ""})
    code, output, _ = told("report", "table1", "--profile", "smoke", "--format", "csv")
    assert code == 0
    _, output, _ = told("report", "table1", "--profile", "smoke", "--format", "markdown")
    assert "3 of 4: 1 failed" in output
    assert "1 of 4: 3 not computed" in output
    _, output, _ = told("report", "table1", "--profile", "smoke", "--seeds", "1", "--format", "markdown")
    assert "1 failed" not in output
