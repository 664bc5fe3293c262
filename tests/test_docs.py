"""Numbers in the documentation come from the committed records."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

import pytest

from suite.app.catalogue import get
from suite.app.results import Results
from suite.records.store import Store

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "results" / "reference"
METHODS = ("group_lasso", "sparse_group_lasso", "cges", "sgl0")


@pytest.fixture(scope="module")
def excess() -> dict[tuple[str, float], float]:
    """Held-out error above the dense network's, in points, by method and penalty factor."""
    records = Store.of(REFERENCE, "sgl0/calibration", "quick").read_all().values()
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
    runs = Store.of(REFERENCE, "sgl0/table1", "paper").read_all().values()
    assert {r["method"] for r in runs} == {"sgl0", "group_lasso"}
    metrics = next(r["metrics"] for r in runs if r["method"] == method and r["seed"] == 0)
    quoted = f"{metrics['weight_sparsity']:.2f} % of the weights and {metrics['neuron_sparsity']:.2f} % of the neurons removed"
    text = " ".join((ROOT / "README.md").read_text().split())
    assert f"{quoted} at {metrics['test_error']:.2f} % error" in text


def test_the_findings_on_integrated_tl1_are_those_of_table_2():
    results = Results.load(get("integrated-tl1/table2"), "quick", REFERENCE)
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


def quick(name: str) -> Results:
    return Results.load(get(name), "quick", REFERENCE)


def mean(results: Results, row: str, metric: str) -> float:
    return statistics.fmean(results.values(row, metric))


@pytest.fixture(scope="module")
def rvsm() -> str:
    return " ".join((ROOT / "docs" / "rvsm.md").read_text().split())


def test_the_findings_on_binarized_networks_are_those_of_the_table(rvsm):
    results = quick("rvscgd/table1")
    relu, identity, clipped = (mean(results, f"networks/{row}", "test_accuracy") for row in ("coarse ReLU", "coarse identity", "base"))
    assert (
        f"stays at {relu:.2f} % accuracy; with the identity's it reaches {identity:.2f} %, with the clipped ReLU's {clipped:.2f} %" in rvsm
    )
    sparse = "grid/tl1 lam=0.0075 beta=1"
    lost = mean(results, "grid/base", "test_accuracy") - mean(results, sparse, "test_accuracy")
    assert f"{mean(results, sparse, 'weight_sparsity_exact'):.2f} % of the weights at {lost:.2f} points of accuracy" in rvsm


def test_the_findings_on_multipliers_are_those_of_the_table(rvsm):
    results = quick("rvsm/tradeoff")
    claims = {claim["text"]: claim for claim in results.verdicts["claims"]}
    same = "LeNet-5, MNIST, {}: at the same lambda and beta u is sparser without multipliers"
    more = [claims[same.format(label)]["difference"] for label in ("l1", "TL1")]
    assert f"({more[0]:.2f} points more zeros on LeNet-5 with l1, {more[1]:.2f} with TL1)" in rvsm
    explained = "no-overlap ReLU, {}: where u has 95 % explained, it is sparser without multipliers"
    verdicts = {label: claims[explained.format(label)] for label in ("l0", "l1", "TL1")}
    assert {label: claim["verdict"] for label, claim in verdicts.items()} == {"l0": "holds", "l1": "does not hold", "TL1": "does not hold"}
    accurate = "LeNet-5, MNIST, {}: where u has 97.5 % accuracy, it is sparser without multipliers"
    assert [claims[accurate.format(label)]["verdict"] for label in ("l1", "l0", "TL1")] == ["inconclusive"] * 2 + ["does not hold"]
    shown = [*verdicts.values(), claims[accurate.format("TL1")]]
    observed = [re.search(r"observed ([\d.]+) against ([\d.]+)", claim["reason"]) for claim in shown]
    numbers = [f"{float(pair[1]):.1f} against {float(pair[2]):.1f}" for pair in observed]
    assert f"{numbers[0]} % zeros where u explains 95 %" in rvsm
    assert f"{numbers[1]} and {numbers[2]} %" in rvsm
    assert f"denser with TL1 ({numbers[3]} %)" in rvsm
    alike = [claim["verdict"] for text, claim in claims.items() if "behave alike" in text]
    assert "holds" not in alike
    assert [claims[f"no-overlap ReLU, {label}: w and u behave alike (within 0.5 points)"]["verdict"] for label in ("l1", "TL1")] == [
        "does not hold"
    ] * 2


def test_the_findings_on_penalties_are_those_of_the_matched_tables(rvsm):
    found = {(m["metric"], m["level"], m["label"]): m["mean"] for m in quick("rvsm/tradeoff").verdicts["matched"]}
    names = [f"RVSM without overlap (threshold={name}, beta=0.05)" for name in ("l1", "tl1", "l0")]
    for level in (85, 90, 95):
        ordered = [found["explained", level, name] for name in names]
        assert ordered == sorted(ordered)
    worst = [found["test_accuracy", 90, f"RVSM (beta=0.2, threshold={name})"] for name in ("l0", "l1", "tl1")]
    assert min(worst) == worst[0]


def test_the_inner_penalties_are_as_close_as_the_page_says(rvsm):
    differences = [m for m in quick("nonconvex-sgl/table1").verdicts["matched"] if m["difference"] is not None]
    assert len(differences) == 12
    assert f"at most {max(abs(m['difference']) for m in differences):.2f} points of error" in rvsm
    assert all(m["low"] < 0 < m["high"] for m in differences)


def test_the_findings_on_theorem_1_are_those_of_figure_4(rvsm):
    results = quick("rvscgd/figure4")
    rows = [row.key for row in results.rows]
    even = [row for row in rows if row.endswith("equal")]
    assert all(mean(results, row, "expansion_holds") == 100 for row in rows)
    assert all(mean(results, row, f"{name}_falls_outside") == 100 for row in rows for name in ("lagrangian", "angle"))
    assert all(mean(results, row, f"{name}_falls") == 100 for row in even for name in ("lagrangian", "angle"))
    assert f"it holds for {mean(results, '10 normal', 'lagrangian_falls'):.0f} % of the starts" in rvsm
    recovered = {row: mean(results, row, "support_recovered") for row in rows}
    assert recovered == {"5 equal": 100, "10 equal": 100, "20 equal": 0, "50 equal": 0, "10 normal": 0}


@pytest.fixture(scope="module")
def adaptive() -> str:
    return " ".join((ROOT / "docs" / "adaptive-dropout.md").read_text().split())


def test_the_findings_on_the_case_study_are_those_of_its_table(adaptive):
    results = quick("flip-side/table1")

    def left(*rows: str) -> list[str]:
        return [f"{mean(results, row, 'weights_left'):.2f}" for row in rows]

    assert "{} and {} % of the weights (printed: 2.38 and 2.76)".format(*left("vardrop+lr+ar", "ada_prox")) in adaptive
    slow = left("log_sum", "ada_tikhonov", "eta_trick")
    assert "LogSum, AdaTikhonov and the η-trick leave {}, {} and {} % (1.90, 1.83, 5.13)".format(*slow) in adaptive
    assert f"keeps {left('vardrop')[0]} % (59.46)" in adaptive
    numbers = [n for n in results.verdicts["numbers"] if n["metric"].startswith("test_error") and n["published"] >= 2]
    assert len(numbers) == 5
    assert all(abs(n["difference"]) < 0.2 for n in numbers)
    claims = {claim["text"]: claim for claim in results.verdicts["claims"]}
    same = [c for text, c in claims.items() if text.startswith("AdaProx")]
    assert [claim["verdict"] for claim in same] == ["holds", "holds"]
    more = {}
    for name in ("LogSum", "AdaTikhonov"):
        errors, weights = (
            next(c for text, c in claims.items() if text.startswith(f"{name} {words}")) for words in ("has the same", "leaves")
        )
        assert (errors["verdict"], weights["verdict"]) == ("inconclusive", "does not hold")
        more[name] = weights["difference"]
    assert "LogSum and AdaTikhonov leave {:.2f} and {:.2f} points more".format(*more.values()) in adaptive


def test_the_case_study_at_the_papers_settings_is_quoted_from_its_records(adaptive):
    results = Results.load(get("flip-side/table1"), "paper", REFERENCE)
    titles = {cell.row: cell.title for cell in results.reproduction.cells}
    numbers = {(n["row"], n["metric"]): n for n in results.verdicts["numbers"] if n["row"] in titles}
    for row, title in titles.items():
        error = "test_error" if "vardrop" in row else "test_error@no threshold"
        left, wrong = numbers[row, "weights_left"], numbers[row, error]
        printed = f"({left['published']:.2f}, {wrong['published']:.2f})"
        assert f"{title} {left['mean']:.2f} % at {wrong['mean']:.2f} % {printed}" in adaptive
        assert abs(left["difference"]) < 0.4
        assert abs(wrong["difference"]) < 0.4


def test_the_findings_on_sparse_variational_dropout_are_those_of_its_table(adaptive):
    results = quick("sparse-vd/table1")
    for net, words in (("LeNet-300-100", "after 20 epochs (printed: 68"), ("LeNet-5", "after 6 epochs (280")):
        fold, error = (mean(results, f"{net}/sparse_vd", metric) for metric in ("compression", "test_error"))
        between = "-fold compression at" if "300" in net else "-fold at"
        ending = " % error " if "300" in net else " % "
        assert f"{net}: {fold:.0f}{between} {error:.2f}{ending}{words}" in adaptive


def test_the_cifar_findings_are_those_of_the_records():
    results = quick("sgl0/figure1")
    source = (ROOT / "docs" / "cifar.md").read_text()
    text = " ".join(source.split())

    def mean(row: str, metric: str) -> float:
        return statistics.fmean(results.values(row, metric))

    names = ("group_lasso", "sparse_group_lasso", "sgl0", "cges", "hard_concrete")
    rows = re.findall(r"^\| (0\.\d+) \|(.+)\|$", source, flags=re.M)
    assert [alpha for alpha, _ in rows] == ["0.01", "0.05", "0.1", "0.2", "0.5"]
    for alpha, cells in rows:
        expected = [f"{mean(f'{alpha}/{n}', 'weight_sparsity'):.1f}, {mean(f'{alpha}/{n}', 'test_error'):.1f}" for n in names]
        assert [cell.strip() for cell in cells.split("|")] == expected
    seconds = [record["cost"]["cpu_seconds"] for record in results.records.values()]
    assert results.seeds == 5
    assert f"five seeds, {len(seconds)} runs, {sum(seconds) / 60:.0f} minutes of processor time" in text
    assert f"without a penalty the error is {mean('0/dense', 'test_error'):.1f} %" in text

    verdicts = [c["verdict"] for c in results.verdicts["claims"] if not c["source"].startswith("our")]
    counts = [verdicts.count(word) for word in ("holds", "does not hold", "inconclusive")]
    assert "Of the paper's {} claims {} hold, {} do not, {} are inconclusive".format(len(verdicts), *counts) in text
    more = mean("0.2/sgl0", "weight_sparsity") - mean("0.2/group_lasso", "weight_sparsity")
    assert f"it removes {more:.1f} points more" in text
    assert f"up to {mean('0.5/cges', 'weight_sparsity'):.1f} %, and hardly a neuron" in text

    beyond = ("0.1", "0.2", "0.5")
    errors = [mean(f"{alpha}/hard_concrete", "test_error") for alpha in beyond]
    assert f"its test errors are {min(errors):.1f} to {max(errors):.1f} %" in text
    anew = {n: [f"{mean(f'{alpha}/{n}', 'recalibrated_test_error'):.1f}" for alpha in beyond] for n in ("hard_concrete", "group_lasso")}
    assert "the errors at 0.1, 0.2 and 0.5 are {}, {} and {} %".format(*anew["hard_concrete"]) in text
    assert "Group lasso then has {}, {} and {} %".format(*anew["group_lasso"]) in text
    others = [row.key for row in results.rows if row.cell.method.name != "hard_concrete"]
    moved = max(abs(mean(row, "recalibrated_test_error") - mean(row, "test_error")) for row in others)
    assert f"by more than {moved:.1f} points" in text
    for record in results.records.values():
        if record["spec"]["method"]["name"] == "hard_concrete":
            losses = record["curves"]["train_loss"]
            assert losses[-1] < losses[4] < losses[0]
