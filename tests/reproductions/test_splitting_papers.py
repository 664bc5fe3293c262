"""The reproductions of the splitting papers: their strengths are the thresholds they say, and the settings are the papers'."""

from __future__ import annotations

import math

import pytest
import torch

from reproductions.nonconvex_sgl.table1 import PENALTIES, RATIO, STRENGTHS, cell
from reproductions.rvscgd.figure4 import BETA, DELTA, KAPPA
from reproductions.rvscgd.table1 import BETAS, CHOSEN, LOST, PAPER, SPARSEST, THRESHOLDS, sparse, strength
from suite.app.catalogue import get
from suite.judging.published import load
from suite.penalties import named


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("threshold", [0.005, 0.06, CHOSEN])
@pytest.mark.parametrize("penalty", ["l0", "l1", "tl1"])
def test_a_strength_takes_weights_up_to_its_threshold_to_zero(penalty, beta, threshold):
    step = strength(penalty, beta, threshold) / beta
    below, above = named(penalty).prox(torch.tensor([0.999 * threshold, 1.001 * threshold], dtype=torch.float64), step)
    assert below == 0 < above


def test_the_grid_of_rvscgd_is_what_its_rows_say():
    for (penalty, beta), thresholds in THRESHOLDS.items():
        for t in thresholds:
            method = sparse(penalty, beta, t).method
            assert (method.threshold, method.beta, method.lam) == (penalty, beta, strength(penalty, beta, t))


def test_the_paper_profile_of_rvscgd_is_section_6():
    assert (PAPER.epochs, PAPER.optimizer, PAPER.momentum, PAPER.weight_decay) == (100, "sgd", 0.9, 5e-4)
    assert [PAPER.rate(epoch) for epoch in (0, 59, 60, 99)] == pytest.approx([1e-3, 1e-3, 1e-4, 1e-4])


def test_only_what_could_be_read_is_published():
    numbers = load("rvscgd.toml#table1").numbers
    assert {key: number.value for key, number in numbers.items()} == {("networks/base", "test_accuracy"): 89.13}
    reached = [claim for claim in get("rvscgd/table1").claims if claim.kind == "reaches"]
    assert [(claim.margin, claim.at.loss) for claim in reached] == [(SPARSEST, LOST)] == [(83.76, 4.39)]
    assert len(reached[0].rows) == len(THRESHOLDS)  # a statement of existence, over all paths of the grid


def test_the_thresholds_of_the_inner_penalties_are_those_beside_the_table():
    stated = {"l0": 0.28, "tl1": 0.08, "l1": 0.04, "l1-l2": 0.04, "scad": 0.04}
    text = " ".join(get("nonconvex-sgl/table1").departures)
    assert "0.28 for l0, 0.08 for TL1, 0.04 for the others" in text
    for penalty in PENALTIES:
        for lam in STRENGTHS:
            method = cell(penalty, lam).method
            assert method.pull == pytest.approx(RATIO * lam)
        w = torch.linspace(0, 0.5, 50_001, dtype=torch.float64)  # as a vector of many weights, in which l1 - l2 is about l1
        largest = float(w[(method.inner().prox(w, 1 / RATIO) == 0)].max())
        assert largest == pytest.approx(stated[penalty], abs=0.005)
    assert math.sqrt(2 / RATIO) == pytest.approx(0.2828, abs=1e-4)


def test_theorem_1_is_asked_under_a_hypothesis_that_its_starts_meet():
    claims = [claim for claim in get("rvscgd/figure4").claims if claim.given]
    assert {claim.metric for claim in claims} == {"lagrangian_falls_outside", "angle_falls_outside", "within_bound", "expansion_holds"}
    assert math.sin(math.radians(DELTA)) * KAPPA == pytest.approx(BETA)
    assert all(claim.given.met({"start_angle": 111.0}) and not claim.given.met({"start_angle": 179.99}) for claim in claims)


def test_w_and_u_are_the_papers_claim_on_deep_networks_alone():
    alike = {claim.a.partition("/")[0]: claim.ours for claim in get("rvsm/tradeoff").claims if "behave alike" in claim.text}
    assert alike == {"LeNet-5, MNIST": False, "no-overlap ReLU": True}


def test_rvsm_and_admm_are_given_the_same_strengths():
    cells = get("rvsm/tradeoff").cells
    paths = {
        name: [(c.method.threshold, c.method.lam) for c in cells if c.method.name == name and c.method.lam] for name in ("rvsm", "admm")
    }
    assert paths["rvsm"] == paths["admm"]
    assert len(paths["rvsm"]) == 12
