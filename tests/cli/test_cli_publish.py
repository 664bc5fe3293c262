"""`publish`: finished runs become lines beside the reference records, with the table rendered there."""

import json
from pathlib import Path

import pytest

from suite.app.catalogue import get
from suite.records.store import Store

HOME = Path("sgl0", "table1", "smoke")
LINE = ("publish", "table1", "--profile", "smoke")


@pytest.fixture
def there(tmp_path):
    return tmp_path / "results" / "runs" / HOME


@pytest.fixture
def target(tmp_path):
    return tmp_path / "results" / "reference" / HOME


@pytest.fixture
def publish(invoke, sketched):
    """`publish(*options)`: what the command says in its one line."""

    def run(*options):
        result = invoke(*LINE, *options)
        assert result.exit_code == 0, result.output
        (line,) = result.stdout.splitlines()
        return line

    return run


def lines(folder):
    return [json.loads(line) for line in (folder / "runs.jsonl").read_text().splitlines()]


def test_finished_runs_become_lines_and_the_table_is_rendered_beside_them(publish, stored, there, target):
    kept = [stored("dense", 0), stored("l1", 1, status="diverged")]
    failed = get("table1").at("smoke", 1).runs[-1].key
    Store(there).write_failure(failed, {"error": "made up", "traceback": ""})
    where = Path("results", "reference", HOME)
    assert publish() == f"sgl0/table1 smoke: 2 new, 0 there before; records in {where}"
    assert [record["key"] for record in lines(target)] == sorted(spec.key for spec in kept)
    assert lines(target) == list(Store(there).read_all().values())
    assert {"table.md", "table.tex", "table.csv", "verdicts.json", "departures.md", "figure.png"} <= {p.name for p in target.iterdir()}
    assert "1 diverged" in (target / "table.md").read_text()
    assert len(list(there.glob("runs/*"))) == 2, "the store keeps its own"


def test_records_join_those_there_and_the_new_one_of_a_run_stays(publish, stored, tmp_path, target):
    stored("dense", 0, out=tmp_path / "results/reference", test_error=1.0)
    stored("dense", 1, out=tmp_path / "results/reference", test_error=2.0)
    stored("dense", 1, test_error=3.0)
    stored("dense", 2, test_error=4.0)
    assert "1 new, 1 changed, 1 there before" in publish()
    assert {r["seed"]: r["metrics"]["test_error"] for r in lines(target)} == {0: 1.0, 1: 3.0, 2: 4.0}
    assert not (target / "runs").exists(), "single files that were taken up are gone"
    before = (target / "runs.jsonl").read_bytes()
    assert "0 new, 3 there before" in publish()
    assert (target / "runs.jsonl").read_bytes() == before


def test_filters_are_left_out_where_no_table_draws_them(publish, stored, there, target):
    store, spec = Store(there), stored("dense", 0)
    record = store.read(spec.key)
    store.write(record | {"filters": [[[[0.5]]]]})
    publish()
    assert lines(target) == [record]


def test_runs_of_other_settings_stay_where_they_are(publish, stored, there, target):
    store, spec = Store(there), stored("dense", 0)
    store.write(store.read(spec.key) | {"key": "f" * 16})
    assert "1 new" in publish()
    assert [record["key"] for record in lines(target)] == [spec.key]


def test_runs_that_others_build_on_and_those_of_tables_that_share_the_home_come_along(invoke, sketched, tmp_path):
    reference = Path(__file__).parents[2] / "results" / "reference"
    result = invoke("publish", "integrated-tl1/figure6", "--profile", "smoke", "--out", reference, "--to", tmp_path)
    assert result.exit_code == 0, result.output
    home = tmp_path / "integrated-tl1" / "table2" / "smoke"
    assert (home / "runs.jsonl").read_bytes() == (reference / "integrated-tl1/table2/smoke/runs.jsonl").read_bytes()
    assert (home / "table.md").exists(), "what shows these records there is rendered too"
    assert (tmp_path / "integrated-tl1" / "figure6" / "smoke" / "figure.csv").exists()
    assert not (tmp_path / "integrated-tl1" / "table3").exists()


def test_what_is_published_is_loaded_reported_and_gone_on_from(publish, invoke, stored, there, tmp_path):
    stored("dense", 0, test_error=1.25)
    publish("--to", tmp_path / "to")
    plan = invoke("plan", "table1", "--profile", "smoke", "--seeds", "1", "--out", tmp_path / "to", "--json")
    assert json.loads(plan.stdout)["states"]["dense"] == ["done"]
    report = invoke("report", "table1", "--profile", "smoke", "--out", tmp_path / "to", "--format", "csv")
    assert "1.25" in report.stdout
    compare = invoke("compare", there, tmp_path / "to" / HOME)
    assert "+0.00" in compare.stdout
    assert invoke("verify", "table1", "--profile", "smoke", "--reference", tmp_path / "to").exit_code == 0


def test_nothing_to_publish_is_one_line_with_a_remedy(invoke, tmp_path):
    result = invoke(*LINE)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: nothing to publish")
    assert "python -m suite reproduce sgl0/table1 --profile smoke" in line
    assert list(tmp_path.glob("results/**/*")) == []


def test_a_figure_without_runs_is_rendered_without_records(invoke, sketched, tmp_path):
    result = invoke("publish", "integrated-tl1/figure2")
    assert result.exit_code == 0, result.output
    folder = tmp_path / "results/reference/integrated-tl1/figure2/quick"
    assert (folder / "figure.png").exists()
    assert not (folder / "runs.jsonl").exists()
