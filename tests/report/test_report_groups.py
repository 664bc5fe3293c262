"""Tables of several data sets: each is compared within itself."""

import csv
import io
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from functools import partial

import pytest
from scipy import stats

from suite.experiment.reproduction import Cell
from suite.methods import method
from suite.methods.base import Method
from suite.records.naming import labels, series_labels
from suite.report import tables

DOCUMENT = "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n\\input{table}\n\\end{document}\n"


def lines(table):
    """A table as {(group, method): {head: cell}}."""
    return {(line[0].text, line[1].text): dict(zip(table.head, line, strict=True)) for line in table.body}


@pytest.mark.parametrize(
    ("name", "format", "profile"),
    [
        ("grouped.md", "markdown", "quick"),
        ("grouped.tex", "latex", "quick"),
        ("grouped.txt", "terminal", "quick"),
        ("grouped.csv", "csv", "quick"),
        ("grouped-smoke.md", "markdown", "smoke"),
    ],
)
def test_golden(grouped, golden, name, format, profile):
    golden(name, grouped(profile).table(format))


def test_every_row_names_its_data_set_and_labels_are_unique_within_it(grouped):
    table = tables.main(grouped())
    assert table.head[:3] == ["data set", "method", "runs"]
    assert list(lines(table))[:4] == [("mnist", "L1"), ("mnist", "CGES"), ("mnist", "INTEGRATED_TL1"), ("fashion-mnist", "L1")]
    assert len(lines(table)) == 12


def test_a_table_says_what_its_groups_are(grouped):
    results = grouped(table=replace(grouped().reproduction, block="network"))
    assert tables.main(results).head[:2] == ["network", "method"]
    assert "best mean of a column within a network" in results.table("markdown")


def test_rows_that_look_alike_within_a_data_set_are_told_apart(grouped):
    cells = [Cell.of("mnist", "fc3", method("l1", lam=lam), group=group) for group, lam in (("one", 0.2), ("one", 0.3), ("two", 0.2))]
    cells = [replace(cell, title="the same") for cell in cells]
    results = grouped(table=replace(grouped().reproduction, cells=tuple(cells)), values={})
    assert labels(results) == {
        "one/l1[lam=0.2]": "the same [lam=0.2]",
        "one/l1[lam=0.3]": "the same [lam=0.3]",
        "two/l1[lam=0.2]": "the same",
    }


@dataclass(unsafe_hash=True, kw_only=True)
class Namesake(Method):
    title = "l2"


def test_series_that_share_a_title_are_told_apart_by_the_options_that_differ(grouped):
    tl1, pruned = (partial(method, name) for name in ("integrated_tl1", "magnitude"))
    methods = [
        *(tl1(lam=0.1), tl1(lam=0.2), tl1(a=1.0, mu_low=0.1), tl1(a=2.0, mu_low=0.1)),
        *(pruned(like=method("l1")), pruned(like=method("sgl0", lam=0.3))),
        *(method("l1", lam=0.3), method("l2"), Namesake()),
    ]
    cells = tuple(Cell.of("mnist", "fc3", m, group="one") for m in methods)
    results = grouped(table=replace(grouped().reproduction, cells=cells), values={})
    assert series_labels(results) == {
        "integrated_tl1": "integrated TL1 (a=0.01, mu_low=0.2)",
        "integrated_tl1[a=1.0,mu_low=0.1]": "integrated TL1 (a=1.0, mu_low=0.1)",
        "integrated_tl1[a=2.0,mu_low=0.1]": "integrated TL1 (a=2.0, mu_low=0.1)",
        "magnitude[like=l1]": "magnitude pruning (like=l1)",
        "magnitude[like=sgl0[lam=0.3]]": "magnitude pruning (like=sgl0[lam=0.3])",
        "l1": "l1",
        "l2": "l2 (l2)",
        "test_report_groups": "l2 (test_report_groups)",
    }


def test_the_best_of_each_data_set_is_bold(grouped):
    found = lines(tables.main(grouped()))
    assert [key for key, line in found.items() if line["accuracy (%) ↑"].bold] == [
        ("mnist", "CGES"),
        ("fashion-mnist", "INTEGRATED_TL1"),
        ("pendigits", "INTEGRATED_TL1"),
    ]
    assert [key[1] for key, line in found.items() if line["FLOP share (%) ↓"].bold] == ["INTEGRATED_TL1"] * 3


def test_a_data_set_without_runs_is_shown_as_missing(grouped):
    line = lines(tables.main(grouped()))["sdd", "CGES"]
    assert line["runs"].text + line["runs"].remark == "0 of 3: 3 not computed"
    assert line["accuracy (%) ↑"].text == "—"


def test_other_data_in_place_of_the_groups_own_is_named(grouped):
    assert {key[0] for key in lines(tables.main(grouped("smoke")))} == {
        f"{name} (on digits)" for name in ("mnist", "fashion-mnist", "pendigits", "sdd")
    }


def test_each_data_set_is_compared_with_its_own_baseline(grouped):
    table = tables.compared(grouped())
    found = lines(table)
    # SD 0.1 each, n = 3: Welch's half-width is t(.975, 4) sqrt(2 / 3) 0.1 = 0.227
    half = stats.t.ppf(0.975, 4) * 0.1 * (2 / 3) ** 0.5
    assert found["mnist", "CGES"]["accuracy (%) ↑"].text == f"+0.50 [{0.5 - half:+.2f}, {0.5 + half:+.2f}]"
    assert found["pendigits", "CGES"]["accuracy (%) ↑"].text == f"-1.00 [{-1 - half:+.2f}, {-1 + half:+.2f}]"
    assert [key for key in found if key[1] == "L1"] == []
    assert table.title == "Compared with L1"


def test_a_data_set_whose_baseline_has_no_runs_is_not_compared(grouped):
    values = {cell.row: [{"test_error": 1.0, "flops_left": 50.0}] * 3 for cell in grouped().reproduction.cells if cell.row != "mnist/l1"}
    table = tables.compared(grouped(values=values))
    assert {group for group, _ in lines(table)} == {"fashion-mnist", "pendigits", "sdd"}
    assert "No comparison on mnist: the baseline has no runs there." in table.notes
    assert tables.compared(grouped(values={})) is None


def test_holm_corrects_within_a_data_set(grouped):
    """Rows apart in all of five runs: the least p, 2 / 252, times the two comparisons of a data set, not the eight of the column."""
    results = grouped()
    spread = [-0.2, -0.1, 0.0, 0.1, 0.2]
    means = {"l1": 0.0, "cges": 10.0, "integrated_tl1": 20.0}
    rows = [
        replace(
            row, runs=tuple({"seed": i, "test_accuracy": means[row.cell.name] + s} for i, s in enumerate(spread)), keys=row.keys[:1] * 5
        )
        for row in results.rows
    ]
    results.__dict__["rows"] = rows
    table = tables.compared(results)
    p = [line[table.head.index("p")].text for line in table.body]
    assert p == [".02"] * 8
    found = {(r["row"], r["metric"]): r for r in csv.DictReader(io.StringIO(results.table("csv")))}
    assert float(found["pendigits/cges", "test_accuracy"]["p_holm"]) == pytest.approx(4 / 252, rel=1e-5)


def test_the_other_tables_have_the_data_set_too(grouped):
    results = grouped()
    for table in (tables.further(results), tables.intervals(results)):
        assert table.head[:2] == ["data set", "method"]
        assert ("pendigits", "CGES") in lines(table)
    assert lines(tables.intervals(results))["mnist", "CGES"]["key of the row"].text == "`mnist/cges`"


def test_csv_has_the_group_last_and_its_own_baseline(grouped):
    found = list(csv.DictReader(io.StringIO(grouped().table("csv"))))
    assert list(found[0])[-1] == "group"
    assert {line["group"] for line in found} == {"mnist", "fashion-mnist", "pendigits", "sdd"}
    (line,) = (x for x in found if (x["row"], x["metric"]) == ("pendigits/cges", "flops_left"))
    assert (line["group"], line["dataset"], line["baseline"], line["difference"]) == ("pendigits", "pendigits", "pendigits/l1", "50")


def test_latex_has_a_rule_between_data_sets_and_names_each_once(grouped):
    text = grouped().table("latex")
    body = re.search(r"\\label\{tab:demo-groups\}\n(.*?)\\end\{tabular\}", text, flags=re.DOTALL).group(1).splitlines()
    assert body.count(r"\midrule") == 4  # below the head, and between four data sets
    assert [line.partition(" & ")[0] for line in body if line.endswith(r"\\")] == [
        "data set", "mnist", "", "", "fashion-mnist", "", "", "pendigits", "", "", "sdd", "", "",
    ]  # fmt: skip
    assert body[body.index(r"\midrule", 4) + 1].startswith("fashion-mnist & L1")


def test_the_terminal_keeps_to_its_width_and_leaves_a_line_between_data_sets(grouped):
    for profile in ("quick", "smoke"):
        text = grouped(profile).table("terminal")
        assert max(map(len, text.splitlines())) <= 130
    found = grouped().table("terminal").splitlines()
    start = next(i for i, line in enumerate(found) if line.startswith("fashion-mnist  "))
    assert not found[start - 1].strip()
    assert found[start + 1].startswith(" " * 14)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_it_compiles(grouped, tmp_path):
    (tmp_path / "table.tex").write_text(grouped().table("latex"), encoding="utf-8")
    (tmp_path / "page.tex").write_text(DOCUMENT)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Missing character" not in (tmp_path / "page.log").read_text(errors="replace")
