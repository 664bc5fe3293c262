"""Commands on stored records: tables, exit codes, comparisons. Nothing here trains."""

import json
import shutil
from pathlib import Path

import pytest

from suite.app.catalogue import get

SEEDS = range(5)
PAPER = ("--profile", "paper")


@pytest.fixture
def table(stored):
    """Made-up records of every row of Table 1 in the profile paper, all rows alike but for what `changed` says."""

    def write(profile="paper", **changed):
        for cell in get("table1").cells:
            for seed in SEEDS:
                metrics = {"test_error": 0.7, "weight_sparsity": 90.0, "neuron_sparsity": 60.0} | changed.get(cell.row, {})
                stored(cell.row, seed, profile, **{name: value + 0.01 * (seed - 2) for name, value in metrics.items()})

    return write


def test_strict_report_exits_with_3_when_a_number_is_not_reproduced(invoke, sketched, table):
    table(group_lasso={"weight_sparsity": 5.0})
    verdicts = json.loads(invoke("report", "table1", *PAPER, "--json").stdout)["verdicts"]
    (found,) = (v for v in verdicts["numbers"] if (v["row"], v["metric"]) == ("group_lasso", "weight_sparsity"))
    assert found["verdict"] == "not reproduced"
    assert invoke("report", "table1", *PAPER).exit_code == 0
    assert invoke("report", "table1", *PAPER, "--strict").exit_code == 3


def test_strict_says_nothing_at_reduced_scale(invoke, sketched, table):
    table("quick", group_lasso={"weight_sparsity": 5.0}, sgl0={"test_error": 50.0})
    result = invoke("report", "table1", "--strict", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["banner"].startswith("REDUCED SCALE, no test of the paper: epochs 4 in place of 200;")
    assert found["banner"].endswith("0 of 15 published numbers tested.")
    assert {v["verdict"] for v in found["verdicts"]["numbers"]} == {"not tested at this scale"}
    assert "opposite order here" in {v["verdict"] for v in found["verdicts"]["claims"]}


def test_strict_says_nothing_before_the_planned_seeds(invoke, sketched, table):
    table(group_lasso={"weight_sparsity": 5.0}, sgl0={"test_error": 50.0})
    result = invoke("report", "table1", *PAPER, "--strict", "--seeds", "4")
    assert result.exit_code == 0
    assert "interim" in result.stdout


def test_a_report_of_another_profile_ends_with_what_is_known_at_the_papers_scale(invoke, sketched, table):
    table()
    table("quick")
    shown = invoke("report", "table1").stdout
    assert shown.startswith("REDUCED SCALE")
    assert "Paper scale. 12 of 15 published numbers tested" in shown
    assert "prediction" in shown.partition("Known from other runs")[2]


def test_strict_reproduce_exits_with_3_when_a_claim_does_not_hold(invoke, sketched, table, monkeypatch):
    """SGL0 far worse than group lasso, against the paper's claim; every run is there, so none is computed."""
    monkeypatch.setattr("suite.app.api.find_data", lambda wanted, root: (wanted, frozenset()))
    table(sgl0={"test_error": 50.0})
    line = ("reproduce", "table1", *PAPER, "--no-tracking", "--json")
    relaxed, strict = invoke(*line), invoke(*line, "--strict")
    found = json.loads(strict.stdout)
    assert found["counts"]["computed"] == 0
    assert "does not hold" in {v["verdict"] for v in found["verdicts"]["claims"]}
    assert (relaxed.exit_code, strict.exit_code) == (0, 3)


def test_strict_is_content_where_nothing_falls_short(invoke, sketched, stored):
    """One run alone: verdicts are open at most, and that is no failure."""
    stored("dense", 0, "quick")
    result = invoke("report", "table1", "--strict")
    assert result.exit_code == 0, result.output


def test_smoke_runs_have_no_verdict_to_fall_short(invoke, sketched, table):
    table("smoke", group_lasso={"weight_sparsity": 5.0}, sgl0={"test_error": 50.0})
    result = invoke("report", "table1", "--profile", "smoke", "--strict", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["result"] is False
    assert {v["verdict"] for kind in ("numbers", "claims") for v in found["verdicts"][kind]} == {"no verdict"}


def test_report_renders_every_file_and_says_what_is_missing(invoke, stored, tmp_path):
    stored("dense", 0)
    result = invoke("report", "table1", "--profile", "smoke", "--format", "markdown")
    assert result.exit_code == 0
    assert "NOT A RESULT" in result.stdout.upper()
    assert "group lasso" in result.stdout
    folder = tmp_path / "results/runs/sgl0/table1/smoke"
    for name in ("table.md", "table.tex", "table.csv", "verdicts.json", "departures.md", "figure.png"):
        assert (folder / name).stat().st_size
    json.loads((folder / "verdicts.json").read_text())


def test_reported_seeds_are_all_there_are_or_as_many_as_asked_for(invoke, sketched, stored):
    for seed in range(3):
        stored("dense", seed)
    for arguments, seeds in (([], 3), (["--seeds", "2"], 2), (["--seeds", "4"], 4)):
        assert json.loads(invoke("report", "table1", "--profile", "smoke", "--json", *arguments).stdout)["seeds"] == seeds


def test_verify_accepts_the_same_and_refuses_what_has_moved(invoke, stored, tmp_path):
    """Other machines were measured to differ by 0.002 points, so that ten times that is chance; seeds are not averaged."""
    folder = tmp_path / "results/reference/sgl0/table1/smoke"
    for seed in range(3):
        stored("dense", seed, out=tmp_path / "results/reference", test_error=1.0 + 0.001 * seed)
        stored("dense", seed, test_error=1.015 + 0.001 * seed)
    (folder / "noise.json").write_text(json.dumps({"measured": [{"largest": {"test_error": 0.002}}]}))
    line = ("verify", "table1", "--profile", "smoke")
    same = invoke(*line)
    assert same.exit_code == 0, same.output
    assert "0 of " in same.stdout
    stored("dense", 0, test_error=1.1)
    stored("dense", 1, test_error=0.901)  # the mean is what it was
    moved = invoke(*line)
    assert moved.exit_code == 3
    assert [text.split()[1:5] for text in moved.stdout.splitlines()[:-1]] == [["dense", "seed", str(s), "test_error"] for s in (0, 1)]
    found = json.loads(invoke(*line, "--json").stdout)
    assert [(x["seed"], x["metric"], x["reference"], x["own"]) for x in found["lines"]] == [
        (0, "test_error", 1.0, 1.1),
        (1, "test_error", 1.001, 0.901),
    ]
    (folder / "noise.json").unlink()
    assert invoke(*line).exit_code == 3  # the spread of the seeds, 0.001 points, says as much


def test_verify_of_one_seed_on_an_unmeasured_machine_says_what_to_do(invoke, stored, tmp_path):
    stored("dense", 0, out=tmp_path / "results/reference", test_error=1.0)
    stored("dense", 0, test_error=1.1)
    unknown = invoke("verify", "table1", "--profile", "smoke")
    assert unknown.exit_code == 2
    assert "one seed has no spread" in unknown.output
    assert "benchmarks/noise.py" in unknown.output


def test_verify_misses_rows_that_the_reference_has(invoke, stored, tmp_path):
    stored("dense", 0, out=tmp_path / "results/reference")
    stored("l1", 0, out=tmp_path / "results/reference")
    stored("dense", 0)
    result = invoke("verify", "table1", "--profile", "smoke")
    assert result.exit_code == 3
    assert "missing" in result.stdout


def test_compare_shows_the_difference_with_its_interval(invoke, stored, tmp_path):
    """Differences of the means by hand: 2.0 - 1.0; the second folder has one row more, which is not shared."""
    for seed in range(2):
        stored("dense", seed, out=tmp_path / "a", test_error=0.9 + 0.2 * seed)
        stored("dense", seed, out=tmp_path / "b", test_error=1.9 + 0.2 * seed)
    stored("l1", 0, out=tmp_path / "b")
    result = invoke("compare", tmp_path / "a/sgl0/table1/smoke", tmp_path / "b/sgl0/table1/smoke")
    assert result.exit_code == 0
    (line,) = (x for x in result.stdout.splitlines() if "test_error" in x)
    assert "+1.00" in line
    assert "l1" not in result.stdout


def test_a_table_with_comparisons_at_a_level_is_reported(invoke, sketched, tmp_path):
    """They stand among the verdicts and are none themselves."""
    folder = Path("nonconvex-sgl", "table1", "quick")
    (tmp_path / folder).mkdir(parents=True)
    shutil.copy(Path(__file__).parents[2] / "results" / "reference" / folder / "runs.jsonl", tmp_path / folder)
    line = ("report", "nonconvex-sgl/table1", "--profile", "quick", "--out", tmp_path, "--json")
    shown, strict = invoke(*line), invoke(*line, "--strict")
    assert json.loads(shown.stdout)["verdicts"]["matched"]
    assert (shown.exit_code, strict.exit_code) == (0, 0)  # its claims are open
