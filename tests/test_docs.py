"""Numbers in the documentation come from the committed records."""

from __future__ import annotations

import json
import re
import statistics
from pathlib import Path

import pytest

from suite.reproduction import get
from suite.results import Results

ROOT = Path(__file__).resolve().parent.parent
RECORDS = ROOT / "results" / "reference" / "sgl0" / "calibration" / "quick" / "runs"
METHODS = ("group_lasso", "sparse_group_lasso", "cges", "sgl0")


@pytest.fixture(scope="module")
def excess() -> dict[tuple[str, float], float]:
    """Held-out error above the dense network's, in points, by method and penalty factor."""
    records = [json.loads(path.read_text()) for path in RECORDS.glob("*.json")]
    (dense,) = (r["metrics"]["test_error"] for r in records if r["method"] == "dense")
    factor = {r["key"]: r["spec"]["schedule"].get("penalty_factor", 1.0) for r in records}
    return {(r["method"], factor[r["key"]]): r["metrics"]["test_error"] - dense for r in records if r["method"] != "dense"}


def test_the_calibration_table_shows_the_records(excess):
    text = (ROOT / "docs" / "quick-profile.md").read_text().replace("*", "")
    rows = re.findall(r"^\| (\d+) \|(.+)\|$", text, flags=re.M)
    assert len(rows) == 6
    for factor, cells in rows:
        shown = [float(cell) for cell in cells.split("|")]
        expected = [excess[method, float(factor)] for method in METHODS]
        expected.append(sum(expected) / len(expected))
        assert shown == pytest.approx(expected, abs=0.0051)


def test_the_quick_factor_follows_from_the_rule(excess):
    from reproductions.sgl0.table1 import QUICK_FACTOR

    factors = sorted({factor for _, factor in excess})
    allowed = [f for f in factors if sum(excess[m, f] for m in METHODS) / len(METHODS) <= 0.25]
    assert max(allowed) == QUICK_FACTOR


@pytest.mark.parametrize("method", ["sgl0", "group_lasso"])
def test_the_readme_quotes_the_runs_at_the_papers_settings(method):
    folder = ROOT / "results" / "reference" / "sgl0" / "table1" / "paper" / "runs"
    runs = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    assert {r["method"] for r in runs} == {"sgl0", "group_lasso"}
    metrics = next(r["metrics"] for r in runs if r["method"] == method and r["seed"] == 0)
    quoted = f"{metrics['weight_sparsity']:.2f} % of the weights and {metrics['neuron_sparsity']:.2f} % of the neurons removed"
    text = " ".join((ROOT / "README.md").read_text().split())
    assert f"{quoted} at {metrics['test_error']:.2f} % error" in text


def test_the_findings_on_integrated_tl1_are_those_of_table_2():
    results = Results.load(get("integrated-tl1/table2"), "quick", ROOT / "results" / "reference")
    text = " ".join((ROOT / "docs" / "integrated-tl1.md").read_text().split())

    def mean(row: str, metric: str) -> str:
        return f"{statistics.fmean(results.values(f'pendigits/{row}', metric)):.2f} %"

    weights, accuracy = "weights_left", "test_accuracy"
    assert f"it leaves {mean('integrated_tl1', weights)} of the weights where the next, SGL, leaves {mean('sgl', weights)}" in text
    assert f"at an accuracy of {mean('integrated_tl1', accuracy)} where CGES has the highest, {mean('cges', accuracy)}" in text
    ranks = {found["metric"]: found for found in results.verdicts["ranks"]}
    shares = {f"{ranks[metric]['average_ranks']['integrated_tl1']:.2f}" for metric in ("flops_left_valid", weights)}
    assert shares == {"1.00"}
    assert f"{ranks[weights]['critical_difference']:.2f} of at most 3 ranks" in text
    assert min(ranks[accuracy]["average_ranks"], key=ranks[accuracy]["average_ranks"].get) == "l1"
    seconds = [r["cost"]["cpu_seconds"] for r in results.records.values() if r["dataset"] != "cifar10"]
    assert f"{len(seconds)} runs and {sum(seconds) / 60:.0f} minutes of processor time" in text
