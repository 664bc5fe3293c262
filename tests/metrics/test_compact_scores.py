"""What is recorded of a compact network: its size, where it disagrees with the masked one, and how much faster it is."""

import pytest
import torch
from compact_networks import IN_SHAPE, images, make, sparse, survivors

from suite.metrics import architecture, compact_metrics, dense_flops
from suite.metrics.compact import compact


def test_compact_metrics():
    model = sparse("lenet5_caffe", 1)
    x, small = images(300), compact(model)
    metrics = compact_metrics(model, x, IN_SHAPE, dense_flops(model, IN_SHAPE))
    filters1, filters2, inputs1, inputs2 = survivors(model)
    size = 26 * filters1 + (25 * filters1 + 1) * filters2 + (inputs1 + 1) * inputs2 + (inputs2 + 1) * 10
    assert metrics["architecture"] == architecture(small) == f"{filters1}-{filters2}-{inputs1}-{inputs2}"
    assert metrics["compact_parameters_left"] == pytest.approx(100 * size / 431_080, rel=1e-12)
    assert metrics["compact_flops_left"] == pytest.approx(100 * sum(dense_flops(small, IN_SHAPE).values()) / 2_293_000, rel=1e-12)
    assert metrics["compact_disagreements"] == 0
    assert 0 < metrics["compact_max_difference"] < 1e-10
    assert metrics["latency_dense_ms"] > 0
    assert metrics["latency_compact_ms"] > 0
    assert compact_metrics(model, x[:7], IN_SHAPE).keys() == metrics.keys()


def test_disagreements_are_counted(monkeypatch):
    model, x = make("lenet_300_100"), images(50)
    wrong = compact(model)
    with torch.no_grad():
        wrong.fc3.bias[3] += 1000
        expected = int((model(x).argmax(1) != 3).sum())
    monkeypatch.setattr("suite.metrics.savings.compact", lambda model: wrong)
    metrics = compact_metrics(model, x, IN_SHAPE)
    assert metrics["compact_disagreements"] == expected > 0
    assert metrics["compact_max_difference"] == pytest.approx(1000)


def test_the_smaller_network_is_faster():
    model = make(dtype=torch.float32)
    with torch.no_grad():
        model.conv1.weight[2:] = 0
        model.conv2.weight[5:] = 0
    metrics = compact_metrics(model, images(100, dtype=torch.float32), IN_SHAPE)
    assert metrics["compact_flops_left"] < 10
    assert metrics["latency_compact_ms"] < metrics["latency_dense_ms"]
