import csv
import io
import logging
import os
import random
import subprocess
import sys
from dataclasses import replace

import pytest
from figure_records import replace_table

from suite import report
from suite.base.errors import SuiteError
from suite.experiment.reproduction import grid as grid_of
from suite.methods import method
from suite.report import facts, tables, write


def grid(table):
    """A table as {first column: {head: cell}}; the n-th head of a name that is repeated is "name n"."""
    heads = [h if table.head.count(h) == 1 else f"{h} {table.head[: i + 1].count(h)}" for i, h in enumerate(table.head)]
    return {line[0].text: dict(zip(heads, line, strict=True)) for line in table.body}


def full(cell):
    return cell.text + cell.spread + cell.remark


@pytest.mark.parametrize(
    ("name", "format", "profile", "stand_in"),
    [
        ("paper.md", "markdown", "paper", False),
        ("paper.tex", "latex", "paper", False),
        ("paper.txt", "terminal", "paper", False),
        ("quick.md", "markdown", "quick", False),
        ("quick.tex", "latex", "quick", False),
        ("quick.csv", "csv", "quick", False),
        ("quick.txt", "terminal", "quick", False),
        ("smoke.md", "markdown", "smoke", False),
        ("smoke.tex", "latex", "smoke", False),
        ("smoke.txt", "terminal", "smoke", False),
        ("stand-in.md", "markdown", "quick", True),
    ],
)
def test_golden(stored, golden, name, format, profile, stand_in):
    golden(name, stored(profile, stand_in=stand_in).table(format))


def test_cells_show_mean_sd_and_the_number_of_runs_where_it_is_short(stored):
    rows = grid(tables.main(stored()))
    assert full(rows["group lasso"]["weight sparsity (%) ↑"]) == "89.00 ± 1.00"
    assert full(rows["CGES"]["weight sparsity (%) ↑"]) == "94.00 (n = 1 of 3)"
    assert full(rows["l1"]["weight sparsity (%) ↑"]) == "—"
    special = next(row for label, row in rows.items() if label.startswith("a_b"))
    assert full(special["neuron sparsity (%) ↑"]) == "20.50 ± 0.71 (n = 2)"


def test_runs_without_metrics_are_named(stored):
    rows = grid(tables.main(stored()))
    assert full(rows["dense"]["runs"]) == "3"
    assert full(rows["CGES"]["runs"]) == "1 of 3: 1 diverged, 1 failed"
    assert full(rows["l1"]["runs"]) == "0 of 3: 3 failed"
    assert full(rows["sparse group l0asso (grow=all)"]["runs"]) == "1 of 3: 2 not computed"
    assert facts.header(stored())["Runs"] == "17 of 24 finished, 1 diverged, 4 failed, 2 not computed"
    assert len(facts.unfinished(stored())) == 5


def test_the_cost_says_of_how_many_runs_a_part_is_not_counted(stored):
    results = stored()
    assert facts.header(results)["Cost"] == "0.45 hours in all, at most 90 s a run"
    for record in list(results.records.values())[:2]:
        record["cost"] = record["cost"] | {"training_seconds": 100.0}
    assert facts.header(results)["Cost"] == "0.45 hours in all, at most 90 s a run, of 2 runs the last part only"


def test_rows_that_look_alike_are_told_apart_by_their_options(stored):
    methods = [method("sgl0"), method("sgl0", growth=2.0)]
    cells = grid_of(dataset="mnist", model="lenet5_caffe", method=methods, changes={"penalty_factor": (1.0, 5.0)})
    values = {cell.method.row: [(88.0, 60.0, 1.0, 1.0)] for cell in cells}
    rows = grid(tables.main(stored(seeds=1, table=replace(stored().reproduction, cells=cells), values=values)))
    assert len(rows) == 8
    assert "sparse group l0asso (growth=2.0), penalty factor 5, V" in rows


def test_the_best_mean_is_bold_and_neither_views_nor_single_runs_compete(stored):
    table = tables.main(stored())
    bold = {head: [row for row, line in grid(table).items() if line[head].bold] for head in grid(table)["dense"]}
    assert bold == {
        "method": [],
        "runs": [],
        "weight sparsity (%) ↑": ["group lasso"],
        "paper 1": [],
        "neuron sparsity (%) ↑": ["group lasso"],
        "paper 2": [],
        "test error (%) ↓": ["sparse group l0asso"],
        "paper 3": [],
        "best-on-test error (%) ↓": ["sparse group l0asso"],
    }


def test_single_runs_compete_where_there_is_nothing_else(stored):
    rows = grid(tables.main(stored(seeds=1)))
    assert [label for label, line in rows.items() if line["weight sparsity (%) ↑"].bold] == ["CGES"]


def test_nothing_is_bold_where_all_are_equal_and_ties_are_all_bold(stored):
    some = {"dense": [(1.0, 0.0, 1.001, 1.0)] * 3, "cges": [(1.0, 0.0, 1.002, 1.0)] * 3, "l1": [(1.0, 0.0, 2.0, 1.0)] * 3}
    rows = grid(tables.main(stored(values=some)))
    assert [label for label, line in rows.items() if line["weight sparsity (%) ↑"].bold] == []
    assert [label for label, line in rows.items() if line["test error (%) ↓"].bold] == ["dense", "CGES"]


def test_the_papers_number_stands_beside_ours_with_its_verdict(stored):
    rows = grid(tables.main(stored()))
    beside = rows["group lasso"]["paper 1"]
    assert (full(beside), beside.verdict) == ("89.50 ± 0.20", "as expected")
    assert rows["group lasso"]["paper 3"].verdict == "not as expected, not reproduced"
    assert (full(rows["group lasso"]["paper 2"]), rows["group lasso"]["paper 2"].verdict) == ("60.00 ± 0.50", "as expected")
    assert full(rows["dense"]["paper 1"]) == ""
    special = next(row for label, row in rows.items() if label.startswith("a_b"))
    assert [full(special["paper 1"]), full(special["paper 3"])] == ["50.00 ± <0.01", "not found"]
    assert full(rows["hard-concrete L0, gates ignored in the count"]["paper 1"]) == "0.02 ± 0.00"


@pytest.mark.parametrize(("profile", "stand_in"), [("smoke", False), ("quick", True)])
def test_what_is_no_result_says_so_and_shows_no_published_number(stored, profile, stand_in):
    results = stored(profile, stand_in=stand_in)
    table = tables.main(results)
    assert "paper" not in table.head
    assert {line["data set"].text for line in grid(table).values()} == {"digits"}
    assert results.table("markdown").splitlines()[2].startswith("> NOT A RESULT: ")
    assert results.table("latex").startswith("% NOT A RESULT")
    assert results.table("latex").count(r"\caption{NOT A RESULT") == 3
    assert results.table("terminal").startswith("NOT A RESULT")


def test_differences_to_the_baseline(stored):
    table = tables.compared(stored())
    rows = grid(table)
    assert "group lasso" not in rows
    assert "sparse group l0asso, V" not in rows
    # 0.8, 0.81, 0.82 against 1.0, 1.1, 1.2: Welch with v = 0.0001/3 and 0.01/3, df = 2.04, t(.975) = 4.23
    assert full(rows["sparse group l0asso"]["test error (%) ↓"]) == "-0.29 [-0.54, -0.04]"
    assert full(rows["CGES"]["test error (%) ↓"]) == "-0.40"
    assert full(rows["l1"]["test error (%) ↓"]) == "—"
    assert "p" not in table.head  # three seeds: the smallest attainable p is .10
    assert any("smallest attainable p = .10" in note for note in table.notes)


def test_no_comparison_without_the_baseline(stored):
    results = stored()
    assert tables.compared(replace_table(results, results.reproduction.with_methods(["sgl0"]))) is None
    assert tables.compared(replace_table(results, replace(results.reproduction, baseline=""))) is None


def test_further_columns_hold_the_ratio_and_the_text_of_the_first_seed(stored):
    rows = grid(tables.further(stored()))
    assert full(rows["group lasso"]["latency ratio"]) == "0.25 ± 0.00"
    assert full(rows["group lasso"]["FLOPs left (%)"]) == "55.5 ± 0.5"
    assert full(rows["group lasso"]["compact network"]) == "20-50-800-500"
    assert full(rows["sparse group l0asso, V"]["compact network"]) == "—"


def test_intervals(stored):
    # t(.975, 2) = 4.303: 89 +- 4.303 / sqrt(3)
    rows = grid(tables.intervals(stored()))
    assert full(rows["group lasso"]["weight sparsity (%)"]) == "[86.52, 91.48]"
    assert full(rows["CGES"]["weight sparsity (%)"]) == "—"
    assert full(rows["sparse group l0asso, V"]["key of the row"]) == "`sgl0@V`"


def test_csv_holds_every_row_and_metric(stored):
    lines = {(r["row"], r["metric"]): r for r in csv.DictReader(io.StringIO(stored().table("csv")))}
    assert len(lines) == 10 * 7
    line = lines["group_lasso", "weight_sparsity"]
    expected = {"n": "3", "mean": "89", "sd": "1", "values": "88 89 90", "published": "89.5", "verdict": "open"}
    assert {k: line[k] for k in expected} == expected
    assert float(line["ci95_low"]) == pytest.approx(86.516, abs=1e-3)
    assert float(lines["sgl0", "test_error"]["difference"]) == pytest.approx(-0.29)
    failed = lines["l1", "weight_sparsity"]
    assert (failed["n"], failed["mean"], failed["failed"]) == ("0", "", "3")
    assert lines["special", "weight_sparsity"]["published_sd"] == "<0.01"
    assert lines["dense", "architecture"]["text"] == "20-50-800-500"


def test_at_reduced_scale_the_difference_stands_beside_the_papers_number_and_no_verdict(stored):
    rows = grid(tables.main(stored("quick")))
    beside = rows["group lasso"]["paper 1"]
    assert (full(beside), beside.verdict) == ("89.50 ± 0.20", "")
    assert beside.difference == " (-0.50)"
    assert not any(cell.verdict for line in tables.main(stored("quick")).body for cell in line)
    assert "89.50 ± 0.20 (-0.50)" in stored("quick").table("markdown")
    assert r"89.50$\pm$0.20 (-0.50)" in stored("quick").table("latex")


@pytest.mark.parametrize("profile", ["paper", "quick", "smoke"])
def test_no_line_in_the_terminal_is_too_long(stored, profile):
    assert max(map(len, stored(profile).table("terminal").splitlines())) <= 130


def test_a_table_without_any_run_can_be_shown(stored):
    results = stored(values={})
    for format in report.FORMATS:
        assert results.table(format)
    assert "0 of 24 finished, 24 not computed" in results.table("markdown")
    assert write(results)


def test_an_unknown_format_is_an_error_that_names_the_formats(stored):
    with pytest.raises(SuiteError, match="markdown, latex, csv, terminal"):
        stored().table("html")


def test_everything_is_written_and_twice_the_same(stored, tmp_path):
    results = stored()
    names = ["table.md", "table.tex", "table.csv", "verdicts.json", "departures.md", "figure.png", "figure.pdf", "figure.csv"]
    paths = write(results)
    assert paths == [results.folder / name for name in names]
    first = {path.name: path.read_bytes() for path in paths}
    shuffled = list(results.records.items())
    random.Random(0).shuffle(shuffled)
    again = replace(results, records=dict(shuffled), folder=tmp_path / "again", counts={"computed": 17})
    assert {path.name: path.read_bytes() for path in write(again)} == first


def test_a_missing_file_of_published_numbers_leaves_the_table_whole(stored, papers, caplog):
    (papers / "demo.toml").unlink()
    with caplog.at_level(logging.WARNING):
        table = tables.main(stored())
    assert "paper" not in table.head
    assert "Published numbers: not installed." in table.notes
    assert "demo.toml" in caplog.text


def test_a_folder_that_cannot_be_written_to_is_an_error_in_one_line(stored, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SuiteError, match="cannot write"):
        write(replace(stored(), folder=tmp_path / "file" / "folder"))


def test_importing_the_report_is_light():
    code = "import sys, suite.report, suite.report.tables, suite.report.figures, suite.judging.verdicts, suite.report.departures\n"
    code += "print([m for m in ('numpy', 'pandas', 'matplotlib', 'scipy', 'tabulate', 'torch') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ})
    assert found.stdout.strip() == "[]"
