"""Series side by side at the same value of a metric, read off their paths of strengths."""

import csv
import io
import json
from dataclasses import replace

import pytest
from figure_records import ACCURACY, FLOPS, LEFT, cell, make, replace_table, scored
from scipy import stats

from suite.app.catalogue import get, ids
from suite.experiment.claims import AtLevel, Claim, at_matched, reaches
from suite.experiment.metrics import Column
from suite.experiment.reproduction import Matched, StrengthPath
from suite.judging.path import crossing
from suite.judging.path import matched as at_level
from suite.report.matched import matched

ERROR = Column("test_error", "test error", better="lower")
ZEROS = Column("weight_sparsity_exact", "weight sparsity", better="higher")
FIGURE = StrengthPath(y=ACCURACY, x=(LEFT, FLOPS))
DIVERGED = {"status": "diverged"}
ROUND, SHARP = "integrated_tl1[a=1.0]", "integrated_tl1"

# Of each seed, error and weight sparsity.
RUNS = {
    cell("dense", "mnist"): [scored(0.9, 0.0)] * 3,
    cell("integrated_tl1", "mnist", a=1.0, lam=1e-5): [scored(2.0, 30.0), scored(2.1, 30.0), scored(2.0, 30.0)],
    cell("integrated_tl1", "mnist", a=1.0, lam=1e-4): [scored(3.0, 70.0), scored(3.1, 70.0), None],
    cell("integrated_tl1", "mnist", a=1.0, lam=1e-3): [scored(6.0, 90.0), scored(6.1, 90.0), scored(6.0, 90.0)],
    cell("integrated_tl1", "mnist", lam=1e-3): [scored(5.0, 95.0), scored(4.0, 98.0), DIVERGED],
    cell("integrated_tl1", "mnist", lam=1e-4): [scored(2.0, 80.0), scored(2.2, 80.0), scored(2.1, 80.0)],
    cell("integrated_tl1", "mnist", lam=1e-5): [scored(1.0, 40.0), scored(1.2, 60.0), scored(1.1, 40.0)],
    cell("l1_proximal", "mnist", lam=1e-5): [scored(1.0, 10.0)] * 3,
    cell("l1_proximal", "mnist", lam=1e-4): [scored(1.5, 20.0)] * 3,
    cell("l1_proximal", "pendigits", lam=1e-5): [scored(1.0, 10.0), scored(1.0, 10.0), scored(1.0, 10.0)],
    cell("l1_proximal", "pendigits", lam=1e-4): [scored(3.0, 90.0), scored(4.0, 90.0), scored(5.0, 90.0)],
}
WANTED = Matched(ERROR, ZEROS, (50, 80, 90), group="mnist", baseline=ROUND)


def results(*wanted, content=RUNS, **changes):
    made = make(FIGURE, content)
    return replace_table(made, replace(made.reproduction, matched=wanted, **changes))


def lines(table):
    """A table as {(level, method): the other cells}."""
    return {(line[0].text, line[1].text): [cell.text for cell in line[2:]] for line in table.body}


@pytest.mark.parametrize(
    ("level", "value", "ends"),
    [
        (40, 1.0, (1.0, 1.0)),  # a point
        (60, 2.0, (1.0, 3.0)),  # halfway to 80
        (100, 3.5, (3.0, 4.0)),  # and to 120
        (120, 4.0, (4.0, 4.0)),
    ],
)
def test_straight_lines_between_neighbours_on_the_path(level, value, ends):
    found = crossing([(40, 1.0), (80, 3.0), (120, 4.0)], level)
    assert (found.value, (found.low, found.high)) == (value, ends)


def test_a_path_that_passes_the_level_again_has_the_ends_of_both_segments():
    """Halfway down from 3 to 2 at 95, and halfway up from 2 to 9 on the way back; no run can be left out, as x turns at 110."""
    found = crossing([(80, 3.0), (110, 2.0), (80, 9.0)], 95)
    assert (found.value, found.low, found.high) == ((2.5 + 5.5) / 2, 5.5 - 7, 5.5 + 7)


def test_the_ends_allow_for_the_error_of_the_line():
    """At 80 the line from 40 to 110 has 1 + 40/70 and the path 3; a path of two runs has nothing to leave out, only its height."""
    found = crossing([(40, 1.0), (80, 3.0), (110, 2.0)], 50)
    miss = 3 - (1 + 40 / 70)
    assert (found.low, found.high) == pytest.approx((1.5 - miss, 3.0))
    alone = crossing([(40, 1.0), (80, 3.0)], 50)
    assert (alone.low, alone.high) == (1.5 - 2, 1.5 + 2)
    straight = crossing([(40, 1.0), (80, 3.0), (120, 5.0)], 50)
    assert (straight.low, straight.high) == (1.0, 3.0)


@pytest.mark.parametrize("path", [[], [(40, 1.0)], [(40, 1.0), (80, 3.0)]])
def test_without_neighbours_that_bracket_the_level_there_is_no_value(path):
    assert crossing(path, 39.9) is None
    assert crossing(path, 80.1) is None


def test_only_neighbours_on_the_path_bracket_a_level():
    """40 and 80 lie on either side of 60 as 50 and 80 do, but 50 is the strength between them."""
    assert crossing([(40, 1.0), (50, 2.0), (80, 2.0)], 60).value == 2.0
    assert crossing([(80, 2.0), (40, 1.0), (50, 2.0)], 60).value == 1.5


@pytest.mark.parametrize(
    ("level", "values"),
    [
        (50, {0: 1.25, 2: 1.35}),  # seed 1 starts at 60
        (80, {0: 2.0, 1: 2.2, 2: 2.1}),
        (90, {0: 4.0, 1: 3.2}),  # 2 + 3 * 10 / 15; 2.2 + 1.8 * 10 / 18; seed 2 diverged beyond 80
        (99, {}),
    ],
)
def test_the_values_of_the_seeds_that_have_runs_on_both_sides(level, values):
    assert at_level(results(), f"mnist/{SHARP}", "test_error", "weight_sparsity_exact", level) == pytest.approx(values)


def test_a_seed_without_all_runs_of_its_series_is_left_out():
    assert at_level(results(), f"mnist/{ROUND}", "test_error", "weight_sparsity_exact", 80) == pytest.approx({0: 4.5, 1: 4.6})
    assert at_level(results(), SHARP, "test_error", "weight_sparsity_exact", 80) == {}  # without its group


def test_a_block_a_level_and_a_line_a_series():
    (table,) = matched(results(WANTED))
    assert table.title == "At matched weight sparsity: test error, mnist"
    assert table.head == ["weight sparsity (%)", "method", "test error (%) ↓", "difference to integrated TL1 (a=1.0)"]
    at_80 = stats.ttest_ind([2.0, 2.2, 2.1], [4.5, 4.6], equal_var=False).confidence_interval(0.95)
    at_90 = stats.ttest_ind([4.0, 3.2], [6.0, 6.1], equal_var=False).confidence_interval(0.95)
    assert lines(table) == {
        ("50", "integrated TL1 (a=1.0)"): ["2.55 ± 0.07 (n = 2)", "—"],
        ("50", "integrated TL1 (a=0.01)"): ["1.30 ± 0.07 (n = 2)", "-1.25 [-1.55, -0.95]"],  # t(.975, 2) 0.0707 = 0.30
        ("50", "l1 (proximal)"): ["—", "—"],
        ("80", "integrated TL1 (a=1.0)"): ["4.55 ± 0.07 (n = 2)", "—"],
        ("80", "integrated TL1 (a=0.01)"): ["2.10 ± 0.10", f"-2.45 [{at_80.low:+.2f}, {at_80.high:+.2f}]"],
        ("80", "l1 (proximal)"): ["—", "—"],
        ("90", "integrated TL1 (a=1.0)"): ["6.05 ± 0.07 (n = 2)", "—"],
        ("90", "integrated TL1 (a=0.01)"): ["3.60 ± 0.57 (n = 2)", f"-2.45 [{at_90.low:+.2f}, {at_90.high:+.2f}]"],
        ("90", "l1 (proximal)"): ["—", "—"],
    }
    assert [line[1].text for line in table.body if line[2].bold] == ["integrated TL1 (a=0.01)"] * 3
    assert table.starts() == [3, 6]
    assert table.notes[-2:] == [
        "At 50, 90, integrated TL1 (a=0.01): n too small: smallest attainable p = .33.",
        "At 80, integrated TL1 (a=0.01): n too small: smallest attainable p = .10.",
    ]


def compared(seeds):
    """Three series, apart in all seeds, at two strengths; their lines cross 80 halfway."""
    content = {
        cell(name, lam=lam): [scored(error + slope + seed / 10, zeros) for seed in range(seeds)]
        for name, error in (("l1_proximal", 1.0), ("cges_proximal", 2.0), ("integrated_tl1", 3.0))
        for lam, slope, zeros in ((1e-5, 0.0, 70.0), (1e-3, 1.0, 90.0))
    }
    (table,) = matched(results(Matched(ERROR, ZEROS, (80, 95), baseline="cges_proximal"), content=content))
    return table


def test_where_the_test_has_power_p_is_corrected_over_the_series_of_a_level():
    """Five seeds: 2 / C(10, 5) = 1 / 126, times two comparisons."""
    table = compared(5)
    found = lines(table)
    assert table.head[-1] == "p"
    assert table.title == "At matched weight sparsity: test error"
    assert found["80", "l1 (proximal)"][0] == "1.70 ± 0.16"  # 1 + 0.5 and the seeds' .2
    assert [found["80", name][-1] for name in ("l1 (proximal)", "CGES (proximal)", "integrated TL1")] == [".02", "—", ".02"]
    assert {tuple(cells) for (level, _), cells in found.items() if level == "95"} == {("—", "—", "—")}


def test_where_the_correction_leaves_no_p_there_is_a_sentence_in_its_place():
    """Four seeds: 2 / C(8, 4) = 1 / 35, times two comparisons is .057, however far they are apart."""
    table = compared(4)
    assert table.head[-1] != "p"
    assert "no corrected p: Holm over 2 comparisons cannot go below p = .06 at this n" in table.notes[-1]


def test_without_a_baseline_there_are_no_differences():
    (table,) = matched(results(replace(WANTED, baseline="")))
    assert [len(line) for line in table.body] == [3] * 9
    assert not any("Welch" in note or "p =" in note for note in table.notes)


def test_a_baseline_without_a_value_at_a_level_is_said_to_have_none():
    (table,) = matched(results(replace(WANTED, baseline="l1_proximal", levels=(15, 80))))
    assert table.notes[-1] == "At 80, no comparison: the baseline has no value there."


def test_every_comparison_has_a_table_unless_its_group_is_not_shown():
    both = results(WANTED, Matched(ERROR, ZEROS, (50,), group="pendigits"), Matched(ERROR, ZEROS, (50,), group="elsewhere"))
    first, second = matched(both)
    assert (first.name, second.name) == ("matched1", "matched2")
    assert (second.title, lines(second)) == (
        "At matched weight sparsity: test error, pendigits",
        {("50", "l1 (proximal)"): ["2.50 ± 0.50"]},
    )


def test_every_format_shows_it():
    made = results(WANTED, columns=(ERROR, ZEROS))
    page = made.table("markdown")
    section = page[page.index("## At matched weight sparsity: test error, mnist") :]
    assert "| 80                    | integrated TL1 (a=0.01) | **2.10 ± 0.10**" in section
    assert "extrapolated" in section
    latex = made.table("latex")
    assert r"\label{tab:demo-figure-matched}" in latex
    assert r" & integrated TL1 (a=0.01) & \textbf{2.10$\pm$0.10} & -2.45 [" in latex
    assert "smallest attainable p = .10" in latex
    terminal = made.table("terminal")
    assert max(map(len, terminal.splitlines())) <= 130
    assert "2.10 ± 0.10*" in terminal
    plain = results(columns=(ERROR, ZEROS))
    assert not any("matched" in plain.table(format) for format in ("markdown", "latex", "terminal", "csv"))
    assert "matched" not in plain.verdicts


def test_the_numbers_are_written_too():
    made = results(WANTED, columns=(ERROR,))
    found = {(entry["level"], entry["series"]): entry for entry in json.loads(json.dumps(made.verdicts["matched"], allow_nan=False))}
    assert len(found) == 9
    sharp, base, none = (found[80, f"mnist/{name}"] for name in (SHARP, ROUND, "l1_proximal"))
    assert (sharp["seeds"], sharp["values"], sharp["n"]) == ([0, 1, 2], pytest.approx([2.0, 2.2, 2.1]), 3)
    assert (sharp["baseline"], sharp["difference"], sharp["p"], sharp["smallest_p"]) == (f"mnist/{ROUND}", pytest.approx(-2.45), None, 0.1)
    assert (base["seeds"], base["mean"], base["baseline"], base["difference"]) == ([0, 1], pytest.approx(4.55), None, None)
    assert (none["n"], none["mean"], none["values"]) == (0, None, [])
    written = {(line["row"], line["metric"]): line for line in csv.DictReader(io.StringIO(made.table("csv")))}
    line = written[f"mnist/{SHARP}", "test_error@weight_sparsity_exact=80"]
    assert (line["label"], line["title"], line["n"], line["planned"]) == (
        "integrated TL1 (a=0.01)",
        "test error at weight sparsity 80",
        "3",
        "3",
    )
    assert (line["mean"], line["values"], line["difference"], line["group"]) == ("2.1", "2 2.2 2.1", "-2.45", "mnist")
    half = stats.t.ppf(0.975, 2) * 0.1 / 3**0.5
    assert float(line["ci95_low"]) == pytest.approx(2.1 - half, rel=1e-5)


def test_a_claim_is_decided_on_the_values_at_the_level():
    claim = at_matched(f"mnist/{SHARP}", [f"mnist/{ROUND}"], "test_error", "weight_sparsity_exact", 80, source="Table 1")
    beyond = replace(claim, at=AtLevel("weight_sparsity_exact", 99.0))
    decided, open_one = results(claims=(claim, beyond)).verdicts["claims"]
    assert (decided["verdict"], decided["difference"], decided["n"]) == ("holds", pytest.approx(-2.45), [3, 2])
    assert (decided["kind"], decided["along"], decided["level"], decided["better"]) == (
        "better at matched level",
        "weight_sparsity_exact",
        80,
        "lower",
    )
    assert open_one["verdict"] == "no data"
    assert open_one["reason"] == (
        f"no seed of mnist/{SHARP} and mnist/{ROUND} has neighbours on its path that bracket 99 in weight sparsity exact"
    )
    assert "Better at a matched level" in results(claims=(claim,), columns=(ERROR,)).table("markdown")


def test_a_claim_on_what_a_path_reaches_within_a_loss():
    """Accuracy 99 at 10 % zeros; 97, 96 and 95 at 90 %. Within 4 points of the best all seeds reach 90 %, within 3 not the last."""
    claims = tuple(reaches("pendigits/l1_proximal", "weight_sparsity_exact", 80.0, "test_accuracy", loss) for loss in (4.0, 3.0))
    wide, narrow = results(claims=claims, columns=(ERROR,)).verdicts["claims"]
    assert (wide["verdict"], wide["kind"], wide["margin"], wide["rows"]) == ("holds", "reaches", 80.0, ["pendigits/l1_proximal"])
    assert (wide["guard"], wide["loss"], wide["better"], wide["difference"]) == ("test_accuracy", 4.0, "higher", 10.0)
    assert (narrow["verdict"], narrow["difference"]) == ("open", pytest.approx((90 + 90 + 10) / 3 - 80))
    assert "Reaches: of the best value" in results(claims=claims, columns=(ERROR,)).table("markdown")


def test_the_reproductions_name_series_that_they_have():
    for table in map(get, ids()):
        series = {f"{cell.group}/" * bool(cell.group) + cell.series for cell in table.cells}
        for claim in table.claims:
            if isinstance(claim, Claim) and claim.at:
                assert set(claim.rows) <= series, claim.text
        for wanted in table.matched:
            assert {wanted.baseline} <= {"", *(cell.series for cell in table.cells if cell.group == wanted.group)}
