import json
from dataclasses import replace

import pytest
from figure_records import replace_table
from scipy import stats

from suite.report.ranks import ranks

# Means in conftest; accuracy ranks by hand, highest first: mnist 2 1 3, fashion-mnist 2 3 1, pendigits 2 3 1; FLOP share 2 3 1 everywhere.


def cells(table):
    return {line[0].text: dict(zip(table.head, line, strict=True)) for line in table.body}


def test_average_ranks_and_their_statistics(grouped):
    found = cells(ranks(grouped()))
    accuracy = {head: cell.text for head, cell in found["accuracy"].items()}
    chi2 = stats.friedmanchisquare([98.0, 88.0, 95.0], [98.5, 87.0, 94.0], [97.9, 89.0, 97.0]).statistic  # 2/3
    f = 2 * chi2 / (6 - chi2)  # 1/4
    assert accuracy == {
        "measure": "accuracy",
        "L1": "2.00",
        "CGES": "2.33",
        "INTEGRATED_TL1": "1.67",
        "data sets": "3",
        "Friedman χ²": f"{chi2:.2f}",
        "F": f"{f:.2f}",
        "p": f"{stats.f.sf(f, 2, 4):.2f}".removeprefix("0"),
        "critical difference": "1.91",  # 2.344 sqrt(3 * 4 / (6 * 3))
    }
    flops = found["FLOP share"]
    assert [flops[head].text for head in ("L1", "CGES", "INTEGRATED_TL1", "F", "p")] == ["2.00", "3.00", "1.00", "infinite", ".03"]


def test_the_best_average_rank_is_bold(grouped):
    found = cells(ranks(grouped()))
    assert {row: [head for head, cell in line.items() if cell.bold] for row, line in found.items()} == {
        "accuracy": ["INTEGRATED_TL1"],
        "FLOP share": ["INTEGRATED_TL1"],
    }


def test_what_is_ranked_what_is_left_out_and_the_power_are_noted(grouped):
    notes = ranks(grouped()).notes
    assert "accuracy, FLOP share, data sets: mnist, fashion-mnist, pendigits." in notes
    assert "accuracy, FLOP share, sdd left out: no runs of cges, integrated_tl1." in notes
    assert any("low power" in note for note in notes)


def test_no_ranks_without_two_whole_data_sets_or_where_none_are_asked_for(grouped):
    results = grouped()
    assert ranks(replace_table(results, replace(results.reproduction, ranked=()))) is None
    one = results.reproduction.with_methods(["mnist"])
    assert ranks(replace_table(results, one)) is None
    assert "ranks" not in replace_table(results, one).verdicts


def test_ranks_are_in_the_verdicts_as_plain_data(grouped):
    verdicts = grouped().verdicts
    accuracy, flops = json.loads(json.dumps(verdicts, allow_nan=False))["ranks"]
    assert (accuracy["metric"], accuracy["better"], accuracy["verdict"]) == ("test_accuracy", "higher", "open")
    assert accuracy["average_ranks"] == pytest.approx({"l1": 2.0, "cges": 7 / 3, "integrated_tl1": 5 / 3})
    assert accuracy["blocks"] == ["mnist", "fashion-mnist", "pendigits"]
    assert accuracy["left_out"] == {"sdd": ["cges", "integrated_tl1"]}
    assert (flops["verdict"], flops["f"], flops["p"]) == ("differ", None, pytest.approx(1 / 36))
    assert {entry["verdict"] for entry in grouped("smoke").verdicts["ranks"]} == {"no verdict"}


def test_the_claim_about_ranks_is_decided_on_the_same_numbers(grouped):
    """On these three data sets the seeds, 0.1 apart, leave no doubt about any rank."""
    claim = grouped().verdicts["claims"][0]
    assert (claim["kind"], claim["verdict"], claim["rows"]) == ("best average rank", "holds", ["integrated_tl1", "l1", "cges"])
    assert claim["blocks"] == ["mnist", "fashion-mnist", "pendigits", "sdd"]
    assert claim["difference"] == pytest.approx(5 / 3 - 2)
    assert claim["reason"].startswith("integrated_tl1 has the best average rank (integrated_tl1 1.67, l1 2.00, cges 2.33)")
    assert "holds where its probability on these data sets is at least .95" in grouped().table("markdown")


def test_a_table_without_groups_has_no_ranks_section(stored):
    assert ranks(stored()) is None
    assert set(stored().verdicts) == {"scale", "numbers", "claims"}
