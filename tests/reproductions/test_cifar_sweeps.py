"""The CIFAR sweeps of the SGL0 paper: strengths, schedule and data of section 3.2 and the authors' code, claims about rows there are."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from reproductions.sgl0._cifar import CAPTION, NORMALISE, PAPER, TEXT
from suite.app.catalogue import get
from suite.data import Dataset
from suite.methods.schedule import Schedule
from suite.models import build
from suite.training.loop import Training

FIGURES = pytest.mark.parametrize("item", ["figure1", "figure2"])


@FIGURES
def test_a_bare_figure_is_that_of_this_paper(item):
    assert get(item).id == f"sgl0/{item}"


@FIGURES
def test_five_methods_at_the_alphas_of_the_text(item):
    table = get(item)
    rows = {cell.row for cell in table.cells}
    methods = ("group_lasso", "sparse_group_lasso", "sgl0", "cges", "hard_concrete")
    assert rows == {f"{alpha:g}/{name}" for alpha in (0.01, 0.05, 0.1, 0.2, 0.5) for name in methods} | {"0/dense"}
    assert {row for claim in table.claims for row in claim.rows} <= rows
    assert all(cell.method.lam == float(cell.group) for cell in table.cells if cell.group != "0")
    assert TEXT == (0.01, 0.05, 0.1, 0.2, 0.5)
    assert CAPTION == (0.01, 0.02, 0.1, 0.2, 0.5)


@FIGURES
def test_the_captions_alphas_add_only_the_runs_that_the_text_lacks(item):
    text, caption = get(item), get(f"{item}_caption")
    assert caption.home == text.id
    for profile in text.settings:
        keys = {spec.key for spec in text.at(profile, 2).runs}
        added = [spec for spec in caption.at(profile, 2).runs if spec.key not in keys]
        assert len(added) == 2 * 5
        assert {spec.method.lam for spec in added} == {0.02}


def test_the_rate_of_the_paper_profile():
    assert [PAPER.rate(epoch) for epoch in (0, 59, 60, 119, 120, 159, 160, 199)] == pytest.approx(
        [0.1, 0.1, 0.02, 0.02, 0.004, 0.004, 0.0008, 0.0008]
    )
    assert (PAPER.epochs, PAPER.batch_size, PAPER.weight_decay, PAPER.decay_penalised) == (200, 128, 5e-4, False)


def images(n, channels, n_classes):
    x = torch.zeros(n, channels, 8, 8, dtype=torch.uint8).numpy()
    y = (torch.arange(n) % n_classes).numpy()
    return Dataset.from_arrays("cifar10", {"x_train": x, "y_train": y, "x_test": x[:20], "y_test": y[:20]}, n_classes=n_classes)


@pytest.mark.parametrize("alpha", TEXT)
def test_lambda_and_beta_are_those_of_the_paper(alpha):
    """lambda = alpha / N, beta = 25 alpha / N and a quarter more every 20 epochs of 200, here of N = 50 images, every second of 20."""
    table = get("figure1")
    (cell,) = [cell for cell in table.cells if cell.row == f"{alpha:g}/sgl0"]
    small = replace(cell, setup=replace(cell.setup, model="wrn_10_1", crop=0))
    run = Training(small.spec(Schedule(20), seed=0), images(50, 3, 10))
    assert run.method.strength == pytest.approx(alpha / 50)
    assert list(run.method.betas.values()) == pytest.approx([25 * alpha / 50] * 3)
    assert math.sqrt(2 * run.method.strength / next(iter(run.method.betas.values()))) == pytest.approx(0.2828, abs=1e-4)
    for epoch in range(20):
        run.method.after_epoch(epoch)
    assert list(run.method.betas.values()) == pytest.approx([25 * alpha / 50 * 1.25**10] * 3)


@FIGURES
def test_inputs_are_normalised_cropped_and_mirrored_as_in_the_authors_code(item):
    table = get(item)
    for spec in table.at("paper", 1).runs:
        means, sds = NORMALISE[spec.dataset]
        assert spec.setup.normalise[0] == pytest.approx([v / 255 for v in means], abs=1e-6)
        assert spec.setup.normalise[1] == pytest.approx([v / 255 for v in sds], abs=1e-6)
        assert (spec.setup.crop, spec.setup.flip, spec.setup.n_train, spec.setup.n_test) == (4, True, 0, 0)
        assert spec.model == ("wrn_28_10_0" if spec.method.name == "hard_concrete" else "wrn_28_10")


@FIGURES
def test_the_short_profiles_name_their_network_and_subset(item):
    table = get(item)
    for spec in table.at("quick", 1).runs:
        assert spec.model == ("wrn_10_1_0" if spec.method.name == "hard_concrete" else "wrn_10_1")
        assert (spec.dataset, spec.setup.n_train, spec.setup.n_test, spec.setup.crop) == (table.cells[0].dataset, 5000, 1000, 4)
    assert {spec.dataset for spec in table.at("smoke", 1).runs} == {"digits8"}


def test_the_threshold_of_sgl0_lies_above_nearly_all_weights_at_the_start():
    """docs/cifar.md: V is almost 0 from the first step on."""
    model = build("wrn_16_4", in_shape=(3, 32, 32), n_classes=10, generator=torch.Generator().manual_seed(0))
    weights = torch.cat([model.get_submodule(name).weight.detach().flatten() for name in model.regularised])
    assert (weights.abs() > math.sqrt(2 / 25)).double().mean() < 0.001
