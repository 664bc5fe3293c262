import pytest
import torch
from torch import nn

from suite.metrics import describe
from suite.models import build


@pytest.mark.parametrize(
    ("name", "in_shape", "expected"),
    [
        ("conv2_fc2", (1, 28, 28), (2, 2, 3_273_504, 1130, 627_200 + 10_035_200 + 3_211_264 + 10_240, 8_802_304)),
        ("conv1_fc2", (1, 8, 8), (1, 2, 17_168, 90, 144 * 64 + 16_384 + 640, 144 * 36 + 16_384 + 640)),
        ("fc3", (16,), (0, 3, 10_880, 202, 10_880, 10_880)),
        ("lenet5_caffe", (1, 28, 28), (2, 2, 430_500, 580, 2_293_000, 2_293_000)),
    ],
)
def test_the_numbers_of_the_networks_by_hand(name, in_shape, expected):
    model = build(name, in_shape=in_shape, n_classes=10, generator=torch.Generator().manual_seed(0))
    names = ("conv_layers", "fc_layers", "weights", "biases", "multiply_adds", "multiply_adds_valid")
    assert describe(model, in_shape) == dict(zip(names, expected, strict=True))


def test_layers_without_biases_have_none():
    model = nn.Sequential(nn.Linear(3, 4, bias=False), nn.ReLU(), nn.Linear(4, 2))
    described = describe(model, (3,))
    assert (described["weights"], described["biases"]) == (20, 2)
