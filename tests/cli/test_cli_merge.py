"""`merge`: records of another machine, each checked, none overwritten."""

import json
from pathlib import Path

import pytest
from made_records import made

from suite.app.catalogue import get
from suite.records import lines
from suite.records.store import Store

HOME = Path("sgl0", "table1", "smoke")


def run_of(row, seed):
    (found,) = (spec for spec in get("table1").at("smoke", seed + 1).runs if spec.method.row == row and spec.seed == seed)
    return found


def record(row, seed, **metrics):
    return made(run_of(row, seed), **metrics)


@pytest.fixture
def here(tmp_path):
    return Store(tmp_path / "results" / "runs" / HOME)


@pytest.fixture
def there(tmp_path):
    return Store(tmp_path / "stick" / HOME)


@pytest.fixture
def merge(invoke, sketched):
    """`merge(*arguments)`: exit code and lines; as JSON with `--json`."""

    def run(*arguments):
        result = invoke("merge", *arguments)
        return result.exit_code, json.loads(result.stdout) if "--json" in arguments else result.output.splitlines()

    return run


def content(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in (".json", ".jsonl", ".md", ".pt")
    }


def test_a_tampered_a_foreign_and_a_duplicate_record_are_named_and_nothing_wrong_is_taken(merge, here, there, tmp_path):
    here.write(kept := record("dense", 0, test_error=1.0))
    here.write(record("dense", 1))
    there.write(record("dense", 0, test_error=1.25, weight_sparsity=49.0))
    there.write(record("dense", 1) | {"cost": dict.fromkeys(kept["cost"], 9.0), "environment": kept["environment"] | {"cpu": "another"}})
    there.write(good := record("dense", 2))
    tampered, foreign, other = run_of("dense", 3), record("l1", 0), record("l1", 1)
    there.write(record("dense", 3) | {"seed": 4})
    there.path("f" * 16).write_text("{")
    there.write(foreign | {"profile": "paper"})
    there.write(other | {"epochs": 4, "curves": {"seconds": [1.0] * 4}})
    code, found = merge("stick")
    assert code == 1
    refused = [line for line in found if line.startswith("refused: ")]
    assert len(refused) == 4
    for key, reason in [
        (tampered.key, "its seed"), ("f" * 16, "EOF"),
        (foreign["key"], "no run that a table here asks for in the profile 'paper'"), (other["key"], "4 epochs of 5"),
    ]:  # fmt: skip
        (line,) = (line for line in refused if key in line)
        assert reason in line
    (line,) = (line for line in found if line.startswith("differs: "))
    assert "dense seed 0: weight_sparsity by 1, test_error by 0.25; the one here stays" in line
    assert found[-1].startswith("1 taken, 1 there already, 4 refused, 1 other than here")
    assert here.read_all().keys() == {kept["key"], run_of("dense", 1).key, good["key"]}
    assert here.read(kept["key"]) == kept
    assert here.read(good["key"]) == good
    assert f"3 of {3 * len(get('table1').cells)} finished" in (here.folder / "table.md").read_text()

    before = content(here.folder)
    code, again = merge("stick")
    assert (code, again[-1][:7]) == (1, "0 taken")
    assert content(here.folder) == before


def test_a_folder_of_results_one_of_a_table_and_lines_are_taken_alike(merge, here, there, tmp_path):
    for seed in (0, 1):
        there.write(record("dense", seed))
    there.gather(there.read_all().values())
    there.write(record("dense", 2))
    weights = there.folder / "weights" / f"{run_of('dense', 2).key}.pt"
    weights.parent.mkdir()
    weights.write_bytes(b"weights")
    there.write_failure(run_of("dense", 3).key, {"error": "no"})
    for number, folder in enumerate((tmp_path / "stick", there.folder)):
        out = tmp_path / f"out{number}"
        code, found = merge(folder, "--out", out, "--json")
        assert code == 0
        assert (found["taken"], found["there"], found["refused"], found["differing"]) == (3, 0, [], [])
        assert found["tables"] == [{"table": "sgl0/table1", "profile": "smoke", "taken": 3}]
        assert Store(out / HOME).read_all() == there.read_all()
        assert (out / HOME / "weights" / weights.name).read_bytes() == b"weights"
        assert not (out / HOME / "failures").exists()
        assert (out / HOME / "table.md").exists()
    bare = tmp_path / "bare"
    there.folder.rename(bare)
    assert merge(bare, "--out", tmp_path / "out2")[0] == 0, "the name of the folder may be any"
    assert Store(tmp_path / "out2" / HOME).read_all() == Store(bare).read_all()


def test_lines_that_are_no_records_are_named_by_their_number(merge, there):
    there.write(record("dense", 0))
    there.gather(there.read_all().values())
    with (there.folder / lines.FILE).open("a") as file:
        file.write('{"key": "cut\n')
    code, found = merge("stick")
    assert code == 1
    assert [line for line in found if line.startswith("refused: line 2 of ")]


def test_records_of_other_data_are_refused(merge, invoke, here, there, monkeypatch):
    monkeypatch.setattr("suite.data.checksum.KNOWN", {})
    here.write(record("dense", 0))
    there.write(record("dense", 1) | {"data": {"checksum": "0" * 64, "n_train": 100, "n_test": 10}})
    code, found = merge("stick")
    assert code == 1
    assert "its data are not those of the records here" in found[0]
    assert len(here.read_all()) == 1


def test_what_was_refused_here_is_replaced_by_a_whole_record(merge, here, there):
    there.write(good := record("dense", 0))
    here.path(good["key"]).parent.mkdir(parents=True)
    here.path(good["key"]).write_text("{")
    assert merge("stick")[0] == 0
    assert here.read(good["key"]) == good


def test_an_interrupted_merge_goes_on(merge, here, there, monkeypatch):
    for seed in range(3):
        there.write(record("dense", seed))
    write, written = Store.write, []

    def stop(self, found):
        if written:
            raise KeyboardInterrupt
        written.append(write(self, found))
        return written[0]

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", stop)
        assert merge("stick")[0] == 130
    assert here.read_all() == {written[0]["key"]: written[0]}
    code, found = merge("stick")
    assert (code, found[-1][:26]) == (0, "2 taken, 1 there already; ")
    assert here.read_all() == there.read_all()


@pytest.mark.parametrize("arguments", [(), ("nowhere",), (".",)])
def test_wrong_use_is_one_line(invoke, arguments, tmp_path):
    result = invoke("merge", *arguments)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")


def test_help_has_an_example(invoke):
    assert "python -m suite merge" in invoke("merge", "--help").output
