"""Neuron views: counts, members, shared storage and gradients, in both memory formats."""

import pytest
import torch
from torch import nn

from suite.models.neurons import neurons, neurons_of

FORMATS = [torch.contiguous_format, torch.channels_last]


def lenet5_caffe():
    return [nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5), nn.Linear(800, 500), nn.Linear(500, 10)]


@pytest.mark.parametrize(
    ("convention", "counts"),
    [("sgl0", [20, 50, 800, 500]), ("output", [20, 50, 500, 10]), ("input", [25, 500, 800, 500])],
)
@pytest.mark.parametrize("memory_format", FORMATS)
def test_lenet5_caffe_has_1370_neurons_in_the_count_of_sgl0(convention, counts, memory_format):
    views = [neurons(layer.to(memory_format=memory_format), convention) for layer in lenet5_caffe()]
    assert [len(view) for view in views] == counts
    assert convention != "sgl0" or sum(counts) == 1370
    assert sum(view.numel() for view in views) == 430_500


def expected_groups(weight, convention):
    """The sets of entries that form a neuron, by loops over the indices."""
    groups = {}
    by_output = convention == "output" or (convention == "sgl0" and weight.dim() == 4)
    for index in torch.cartesian_prod(*[torch.arange(n) for n in weight.shape]).tolist():
        key = index[0] if by_output else tuple(index[1:])
        groups.setdefault(key, []).append(weight[tuple(index)].item())
    return sorted(sorted(group) for group in groups.values())


@pytest.mark.parametrize("convention", ["sgl0", "input", "output"])
@pytest.mark.parametrize("memory_format", FORMATS)
@pytest.mark.parametrize(
    "make",
    [lambda: nn.Linear(5, 3), lambda: nn.Conv2d(3, 4, (2, 5)), lambda: nn.Conv2d(1, 4, 3), lambda: nn.Conv2d(3, 1, 1)],
    ids=["linear", "conv", "one input channel", "one output, 1x1"],
)
def test_rows_are_the_groups_of_the_convention_and_share_storage(make, memory_format, convention):
    layer = make().to(memory_format=memory_format)
    with torch.no_grad():
        layer.weight.copy_(torch.arange(layer.weight.numel(), dtype=torch.float32).view(layer.weight.shape))
    view = neurons(layer, convention)
    assert sorted(sorted(row) for row in view.tolist()) == expected_groups(layer.weight, convention)
    assert view.data_ptr() == layer.weight.data_ptr()
    with torch.no_grad():
        view[0] = -1
    assert (layer.weight == -1).sum() == view.shape[1]


@pytest.mark.parametrize("convention", ["sgl0", "input", "output"])
@pytest.mark.parametrize("memory_format", FORMATS)
def test_gradients_flow_through_the_view_in_the_format_of_the_weight(memory_format, convention):
    layer = nn.Conv2d(3, 4, 2).to(memory_format=memory_format)
    (neurons(layer, convention) ** 2).sum().backward()
    assert torch.allclose(layer.weight.grad, 2 * layer.weight.detach())
    assert layer.weight.grad.is_contiguous(memory_format=memory_format)


def test_an_auxiliary_tensor_has_the_same_rows_as_its_weight():
    layer = nn.Conv2d(3, 4, 2).to(memory_format=torch.channels_last)
    copy = layer.weight.detach().clone()
    for convention in ("sgl0", "input", "output"):
        assert torch.equal(neurons_of(copy, convention), neurons(layer, convention))


def test_errors():
    with pytest.raises(ValueError, match="unknown neuron convention 'row', expected one of sgl0, input, output"):
        neurons(nn.Linear(2, 2), "row")
    with pytest.raises(ValueError, match="convolution in groups"):
        neurons(nn.Conv2d(4, 4, 3, groups=2), "output")
    with pytest.raises(TypeError, match="not BatchNorm2d"):
        neurons(nn.BatchNorm2d(3), "output")
    with pytest.raises(ValueError, match=r"not shape \(3,\)"):
        neurons_of(torch.ones(3), "output")
    with pytest.raises(ValueError, match="no neuron view"):
        neurons_of(torch.ones(4, 3, 5, 5)[:, :, 1:4, 1:4], "output")
