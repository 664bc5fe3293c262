"""The reproductions of Ma et al. (2019): strengths follow from the records, and tables and figures share runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from reproductions.integrated_tl1 import ADAM, GRIDS, MIDDLE, PAPER, QUICK, SGD
from reproductions.integrated_tl1._chosen import AT_PAPER_SCALE, CHOSEN
from reproductions.integrated_tl1.table2 import DENSE_LAYERS
from suite import models
from suite.app.catalogue import get, ids
from suite.app.results import Results
from suite.judging.selection import chosen
from suite.report.cells import leading

REFERENCE = Path(__file__).parents[2] / "results" / "reference"
TABLES = [get(name) for name in ids() if name.startswith("integrated-tl1/")]


@pytest.fixture(scope="module")
def selected() -> dict[tuple[str, str], float]:
    return chosen(Results.load(get("integrated-tl1/selection"), "quick", REFERENCE))


def test_the_strengths_are_those_that_the_rule_chooses(selected):
    assert {(group, series): lam for group, of in CHOSEN.items() for series, lam in of.items() if group != "sdd"} == selected
    at_paper_scale = chosen(Results.load(get("integrated-tl1/selection"), "paper", REFERENCE))
    assert {(group, series): lam for group, of in AT_PAPER_SCALE.items() for series, lam in of.items()} == at_paper_scale


def test_every_value_of_a_has_a_strength_of_its_own(selected):
    assert len([series for group, series in selected if group == "digits" and series.startswith("integrated_tl1")]) == 6


@pytest.mark.parametrize("table", [t for t in TABLES if t.runs_in], ids=lambda t: t.id)
def test_shown_runs_are_kept_once(table):
    assert table.home == "integrated-tl1/table2"


def test_the_weights_of_the_sdd_network_are_those_that_table_1_names():
    model = models.build("fc3", in_shape=(48,), n_classes=11, generator=torch.Generator().manual_seed(0))
    weights = sum(p.numel() for p in model.parameters() if p.dim() > 1)
    assert any(f"{weights:,} weights" in line for line in get("integrated-tl1/table1").departures)


def test_the_paper_profile_is_the_script():
    assert SGD.epochs * SGD.epoch_steps == 30_000
    assert [SGD.rate(step // SGD.epoch_steps) for step in (0, 4999, 5000, 29_999)] == pytest.approx([0.05, 0.05, 0.045, 0.05 * 0.9**5])
    assert (SGD.batch_size, SGD.optimizer, SGD.momentum, SGD.weight_decay) == (100, "sgd", 0.0, 0.0)
    assert PAPER.schedule == SGD


def test_each_profile_has_strengths_of_its_scale():
    """The script's where it has one; elsewhere those of quick stand in at paper scale, and the row says so."""
    table = get("integrated-tl1/table2")
    quick, paper = ({line.cell.row: line.cell for line in table.at(name, 1).lines} for name in ("quick", "paper"))
    assert (quick["mnist/integrated_tl1"].method.lam, paper["mnist/integrated_tl1"].method.lam) == (1e-6, 3e-4)
    assert paper["mnist/integrated_tl1"].note == ""
    for row in quick.keys() - {"mnist/integrated_tl1"}:
        assert paper[row].method == quick[row].method
        assert paper[row].note == (MIDDLE if row.startswith("sdd/") else "strength chosen in quick")
    digits = get("integrated-tl1/table3")
    assert [line.keys for line in digits.at("paper", 1).lines] == [line.keys for line in digits.at("quick", 1).lines]


def test_a_row_at_the_end_of_its_grid_says_so():
    ends = {}
    for line in get("integrated-tl1/table2").at("quick", 1).lines:
        cell = line.cell
        assert (cell.note == "the weakest strength tried") == (cell.method.lam == min(GRIDS[cell.group]))
        assert cell.method.lam < max(GRIDS[cell.group])
        ends.setdefault(cell.note, []).append(cell.row)
    (mnist, *_), leads = ends["the weakest strength tried"], leading(Results.load(get("integrated-tl1/table2"), "quick", REFERENCE))[1]
    assert leads[mnist][1].text + leads[mnist][1].remark == "integrated TL1 (the weakest strength tried)"
    assert ends["the weakest strength tried"] == ["mnist/integrated_tl1", "fashion-mnist/integrated_tl1", "cifar10/integrated_tl1"]


def test_the_flop_share_of_dense_layers_is_their_parameter_share():
    for line, row in zip(
        get("integrated-tl1/table2").at("quick", 3).lines, Results.load(get("integrated-tl1/table2"), "quick", REFERENCE).rows, strict=True
    ):
        if line.cell.group in DENSE_LAYERS:
            assert row.values("flops_left_valid") == pytest.approx(row.values("weights_left"))


def test_rate_times_strength_is_the_same_for_both_optimisers():
    for profile in (PAPER, QUICK):
        sgd, adam = profile.schedule, profile.groups["cifar10"]
        assert sgd.learning_rate * sgd.penalty_factor == pytest.approx(adam.learning_rate * adam.penalty_factor)
    assert ADAM.optimizer == "adam"
