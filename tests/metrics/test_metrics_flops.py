import logging
import subprocess
import sys
import warnings

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.utils.flop_counter import FlopCounterMode

from suite.metrics import dense_flops, flops_left, flops_left_valid, valid_flops
from suite.models import build, names

IN_SHAPE = (1, 28, 28)
CIFAR = ("lenet5_caffe", "vgg_11", "preresnet_20", "densenet_22", "mlp_30_20")


def make(name="lenet5_caffe", in_shape=IN_SHAPE):
    return build(name, in_shape=in_shape, n_classes=10, generator=torch.Generator().manual_seed(0))


def test_multiply_adds_of_lenet5_by_hand():
    by_hand = {
        "conv1": 20 * 25 * 24 * 24,
        "conv2": 50 * 20 * 25 * 8 * 8,
        "fc1": 800 * 500,
        "fc2": 500 * 10,
    }
    assert dense_flops(make(), IN_SHAPE) == by_hand


@pytest.mark.parametrize(("name", "in_shape"), [*((name, IN_SHAPE) for name in names()), *((name, (3, 32, 32)) for name in CIFAR)])
def test_torch_counts_twice_as_many_as_fvcore(name, in_shape):
    model = make(name, in_shape).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, *in_shape))
    assert counter.get_total_flops() == 2 * sum(dense_flops(model, in_shape).values())


def test_counting_is_silent_and_leaves_the_model_alone(caplog):
    model = nn.Sequential(make(), nn.BatchNorm1d(10))
    model.train()
    model[0].conv1.eval()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    with warnings.catch_warnings(record=True) as caught, caplog.at_level(logging.DEBUG):
        warnings.simplefilter("always")
        flops = dense_flops(model, IN_SHAPE)
    assert list(flops) == ["0.conv1", "0.conv2", "0.fc1", "0.fc2"]
    assert not caught
    assert not caplog.records
    assert model.training
    assert not model[0].conv1.training
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())


def test_the_import_of_fvcore_is_silent_and_only_made_for_counting():
    code = """
import sys, warnings
from torch import nn
from suite.metrics import dense_flops
assert "fvcore" not in sys.modules
warnings.simplefilter("error")
assert dense_flops(nn.Linear(3, 2), (3,)) == {"": 6}
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


class Zero(nn.Module):
    def forward(self, weight):
        return 0 * weight


def test_masks_do_not_change_the_dense_count():
    model = make()
    dense = dense_flops(model, IN_SHAPE)
    parametrize.register_parametrization(model.fc1, "weight", Zero())
    with torch.no_grad():
        model.conv2.weight.zero_()
    assert dense_flops(model, IN_SHAPE) == dense


def test_flops_left_weighs_each_layer_by_its_positions():
    model = make()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1)
        model.conv1.weight[:5] = 0
        model.fc1.weight[:, :200] = 9e-6
    left = 20 * 25 * 576 * 3 / 4 + 1_600_000 + 400_000 * 3 / 4 + 5_000
    assert flops_left(model, IN_SHAPE) == pytest.approx(100 * left / 2_293_000, rel=1e-12)


def test_a_known_dense_count_is_used():
    model = make()
    with torch.no_grad():
        model.conv2.weight.zero_()
        model.conv1.weight.fill_(1)
    assert flops_left(model, IN_SHAPE, {"conv1": 30, "conv2": 70}) == pytest.approx(30)


CGES = {"conv1": 460_800, "conv2": 5_120_000, "fc1": 3_211_264, "fc2": 10_240}  # the costs in the code of Yoon and Hwang (2017)


def test_valid_costs_are_those_of_the_cges_code():
    costs = valid_flops(make("conv2_fc2"), IN_SHAPE)
    assert costs == CGES
    assert list(costs) == list(CGES)
    assert sum(costs.values()) == 8_802_304


def test_valid_costs_of_valid_convolutions_are_fvcores():
    assert valid_flops(make(), IN_SHAPE) == dense_flops(make(), IN_SHAPE)
    assert valid_flops(make(in_shape=(3, 32, 36)), (3, 32, 36)) == dense_flops(make(in_shape=(3, 32, 36)), (3, 32, 36))


def test_valid_costs_know_the_shape_of_the_kernel_and_no_stride():
    model = nn.Sequential(nn.Conv2d(2, 3, (3, 5), stride=2, padding=4), nn.Flatten(), nn.Linear(3 * 8 * 6, 4))
    assert valid_flops(model, (2, 9, 8)) == {"0": 7 * 4 * 3 * 5 * 2 * 3, "2": 144 * 4}


def test_a_kernel_larger_than_its_input_costs_nothing():
    assert valid_flops(make("conv2_fc2", (1, 8, 8)), (1, 8, 8)) == {"conv1": 16 * 800, "conv2": 0, "fc1": 256 * 1024, "fc2": 10_240}


def test_valid_costs_leave_the_model_alone_and_depend_on_no_weight():
    model = make("conv2_fc2")
    torch.manual_seed(1)
    random = torch.get_rng_state()
    parametrize.register_parametrization(model.fc1, "weight", Zero())
    model.train()
    model.conv1.eval()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    assert valid_flops(model, IN_SHAPE) == CGES
    assert model.training
    assert not model.conv1.training
    assert not any(layer._forward_pre_hooks for layer in model.modules())
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), random)


def test_flops_left_valid_counts_exact_zeros_by_the_costs_of_the_cges_code():
    model = make("conv2_fc2")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1)
        model.conv1.weight[:8] = 0  # a quarter
        model.conv2.weight[:, :16] = 0  # half
        model.fc1.weight[:, :784] = -0.0  # a quarter
        model.fc1.weight[:, 784:1568] = 1e-30  # small, not zero
        model.fc2.weight[0] = 0  # a tenth
    left = 460_800 * 3 / 4 + 5_120_000 / 2 + 3_211_264 * 3 / 4 + 10_240 * 9 / 10
    assert flops_left_valid(model, IN_SHAPE) == pytest.approx(100 * left / 8_802_304, rel=1e-12)
    assert flops_left_valid(model, IN_SHAPE, {"conv1": 30, "fc2": 70}) == pytest.approx(30 * 0.75 + 70 * 0.9, rel=1e-12)
