"""The tables of network slimming have the papers' settings, their published numbers a row each, and their pruned widths."""

from __future__ import annotations

import pytest
import torch

from suite.app.catalogue import get
from suite.judging.published import load
from suite.models import build
from suite.models.layers import scaled_layers

TABLE1, CIFAR100, TABLE3, PENALTIES = (get(f"slimming/{item}") for item in ("table1", "table1_cifar100", "table3", "penalties"))


@pytest.mark.parametrize("table", [TABLE1, CIFAR100, PENALTIES], ids=lambda table: table.id)
def test_the_settings_on_cifar(table):
    for line in table.at("paper").lines:
        schedule, setup = line.spec.schedule, line.spec.setup
        assert (schedule.epochs, schedule.batch_size, schedule.milestones) == (160, 64, (80, 120))
        assert [schedule.rate(epoch) for epoch in (0, 80, 159)] == pytest.approx([0.1, 0.01, 0.001])
        assert (schedule.optimizer, schedule.momentum, schedule.weight_decay) == ("sgd", 0.9, 1e-4)
        assert schedule.nesterov == (table is not PENALTIES)  # the paper of Liu et al., and the code of Bui et al.
        assert (setup.crop, setup.flip) == (4, True)
        assert setup.method.schedule(schedule) == schedule  # fine-tuning as training


def test_regularisation_parameters_and_percentages():
    for table in (TABLE1, CIFAR100):
        for cell in table.cells:
            if cell.name != "baseline":
                assert cell.method.like.lam == (1e-4 if cell.group == "VGGNet" else 1e-5)
                assert cell.method.percent == float(cell.name)
    assert {cell.method.like.lam for cell in PENALTIES.cells} == {1e-4}


@pytest.mark.parametrize("table", [TABLE1, CIFAR100, TABLE3], ids=lambda table: table.id)
def test_every_row_of_the_paper_has_its_numbers(table):
    numbers = load(table.published).numbers
    printed = [cell.row for cell in table.cells if cell.row not in ("trained", "control")]
    assert {row for row, metric in numbers if metric == "test_error"} == set(printed)
    assert all(number.value is not None for number in numbers.values())


def test_the_widths_that_table_3_prunes_to():
    """784-100-60-10."""
    model = build("mlp_500_300", in_shape=(1, 28, 28), n_classes=10, generator=torch.Generator().manual_seed(0))
    (slimmed,) = (cell.method for cell in TABLE3.cells if cell.name == "slimmed")
    scales = {n: torch.rand(len(layer.weight), generator=torch.Generator().manual_seed(1)) for n, layer in scaled_layers(model).items()}
    assert [int(mask.sum()) for mask in slimmed.chosen_channels(scales).values()] == [100, 60]


@pytest.mark.parametrize("name", ["mcp", "scad"])
def test_mcp_and_scad_reach_the_scales_where_they_start(name):
    penalty = next(cell.method.like.regulariser for cell in PENALTIES.cells if cell.name == name)
    scales = torch.tensor([0.5, 0.99, 1.5], requires_grad=True)
    penalty.value(scales).backward()
    assert scales.grad.tolist() == pytest.approx([0.5, 0.01, 0.0], abs=1e-3)
