import copy

import pytest
import torch
from compact_networks import IN_SHAPE, assert_same_function, images, make, sparse, survivors
from torch import nn
from torch.nn.utils import parametrize

from suite.metrics import architecture, dense_flops, masked
from suite.metrics.compact import compact


@pytest.mark.parametrize("seed", range(6))
def test_masked_and_compact_lenet5_agree_and_the_count_is_that_of_its_sizes(seed):
    model = sparse("lenet5_caffe", seed, weights=[0.5, 0.9, 0.97, 0.99, 0.995, 0.998][seed])
    small = compact(model)
    assert_same_function(model, small, images())
    filters1, filters2, inputs1, inputs2 = counts = survivors(model)
    assert architecture(small) == "-".join(map(str, counts))
    assert (filters1, inputs2) != (20, 500)
    by_hand = filters1 * 25 * 576 + filters1 * filters2 * 25 * 64 + inputs1 * inputs2 + inputs2 * 10
    assert sum(dense_flops(small, IN_SHAPE).values()) == by_hand


@pytest.mark.parametrize("seed", range(3))
def test_masked_and_compact_lenet_300_100_agree_and_unused_pixels_are_left_out(seed):
    model = sparse("lenet_300_100", seed, weights=[0.9, 0.98, 0.995][seed])
    small = compact(model)
    assert_same_function(model, small, images())
    inputs1, inputs2, inputs3 = counts = survivors(model)
    assert architecture(small) == "-".join(map(str, counts))
    assert inputs1 < 784
    assert sum(dense_flops(small, IN_SHAPE).values()) == inputs1 * inputs2 + inputs2 * inputs3 + inputs3 * 10


def test_a_dense_network_stays_as_it_is():
    model = make()
    small = compact(model)
    assert architecture(small) == architecture(model) == "20-50-800-500"
    assert list(dict(small.named_children())) == list(dict(model.named_children()))
    assert all(torch.equal(a, b) for a, b in zip(small.parameters(), masked(model).parameters(), strict=True))


def test_a_second_pass_finds_nothing():
    small = compact(sparse("lenet_300_100", 2, weights=0.99))
    again = compact(nn.Sequential(*(layer for layer in small if type(layer).__name__ != "Select")))
    assert [p.shape for p in again.parameters()] == [p.shape for p in small.parameters()]


def test_the_constant_of_a_dead_unit_moves_into_the_next_bias():
    model = nn.Sequential(nn.Conv2d(1, 2, 2), nn.ReLU(), nn.Flatten(), nn.Linear(2 * 4, 3), nn.ReLU(), nn.Linear(3, 2)).double()
    with torch.no_grad():
        model[0].weight[1] = 0
        model[0].bias[1] = 0.5
        model[3].weight[2] = 0
        model[3].bias[2] = -4  # the ReLU makes it 0
    small = compact(model)
    assert architecture(small) == "1-4-2"
    by_hand = model[3].bias[:2] + 0.5 * model[3].weight[:2, 4:].sum(1)
    torch.testing.assert_close(small[3].bias, by_hand, rtol=1e-14, atol=1e-14)
    torch.testing.assert_close(small[5].bias, model[5].bias, rtol=0, atol=0)
    with torch.no_grad():
        x = torch.randn(5, 1, 3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
        torch.testing.assert_close(small(x), model(x), rtol=1e-12, atol=1e-12)


def test_without_a_relu_a_negative_constant_is_passed_on_and_a_missing_bias_is_made():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2, bias=False)).double()
    with torch.no_grad():
        model[0].weight[0] = 0
        model[0].bias[0] = -3
    small = compact(model)
    assert architecture(small) == "2-1"
    torch.testing.assert_close(small[1].bias, -3 * model[1].weight[:, 0], rtol=1e-14, atol=0)
    assert_same_function(model, small, torch.eye(2, dtype=torch.float64))


def test_a_network_without_biases_gets_none():
    model = nn.Sequential(nn.Linear(2, 3, bias=False), nn.ReLU(), nn.Linear(3, 2, bias=False)).double()
    with torch.no_grad():
        model[0].weight[1] = 0
    small = compact(model)
    assert [tuple(p.shape) for p in small.parameters()] == [(2, 2), (2, 2)]


def test_a_fold_that_empties_the_next_layers_unit_is_followed_up():
    """Unit 0 of the second layer reads dead units only, and so becomes a constant itself."""
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 2)).double()
    with torch.no_grad():
        model[0].weight[:2] = 0
        model[0].bias.copy_(torch.tensor([1.0, 2.0, 0.0]))
        model[2].weight[0] = torch.tensor([1.0, 1.0, 0.0])
        model[2].bias[0] = 0.25  # the constant is 1 + 2 + 0.25
    small = compact(model)
    assert architecture(small) == "3-1-2"
    torch.testing.assert_close(small[4].bias, model[4].bias + 3.25 * model[4].weight[:, 0], rtol=1e-14, atol=1e-14)
    assert_same_function(model, small, torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)))


@pytest.mark.parametrize("name", ["conv1", "conv2", "fc1", "fc2"])
def test_a_layer_that_dies_keeps_one_unit_and_its_function(name):
    model = make()
    with torch.no_grad():
        model.get_submodule(name).weight.zero_()
    small = compact(model)
    assert_same_function(model, small, images(20))
    # What follows a dead layer sees constants only, and what stands before one reaches nothing: everything is dead.
    assert architecture(small) == "1-1-1-1"


@pytest.mark.parametrize("name", ["lenet5_caffe", "lenet_300_100"])
def test_a_network_of_zeros_is_its_last_bias(name):
    model = make(name)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_() if parameter.dim() > 1 else None
    with torch.no_grad():
        logits = compact(model)(images(3))
    assert torch.equal(logits, list(model.parameters())[-1].expand(3, 10))


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_the_memory_format_is_kept(memory_format):
    model = sparse("lenet5_caffe", 1, weights=0.5).to(memory_format=memory_format)
    small = compact(model)
    assert small.conv2.weight.shape[0] > 1
    assert small.conv2.weight.is_contiguous(memory_format=memory_format)
    assert_same_function(model, small, images(50))


def test_dtype_is_kept_and_float32_agrees_to_rounding():
    model = sparse("lenet5_caffe", 3).float()
    small = compact(model)
    assert {p.dtype for p in small.parameters()} == {torch.float32}
    with torch.no_grad():
        torch.testing.assert_close(small(images(dtype=torch.float32)), masked(model)(images(dtype=torch.float32)), rtol=1e-4, atol=1e-4)


def test_padding_in_max_pooling_dropout_strides_and_dilation():
    generator = torch.Generator().manual_seed(2)
    model = nn.Sequential(
        *(nn.Conv2d(2, 6, 3, stride=2), nn.MaxPool2d(3, 2, padding=1), nn.Dropout(0.5), nn.ReLU()),
        *(nn.Conv2d(6, 5, 2, dilation=2), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5), nn.Linear(5 * 5 * 4, 3)),
    ).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(generator=generator)
        model[0].weight[[1, 4]] = 0
        model[0].bias[[1, 4]] = torch.tensor([2.0, 3.0], dtype=torch.float64)
        model[8].weight[:, 20:40] = 0
    small = compact(model)
    assert architecture(small) == "4-4-80"
    assert_same_function(model, small, torch.randn(30, 2, 28, 24, generator=generator, dtype=torch.float64))


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        ([nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect")], "0 .Conv2d.* padded with zeros"),
        ([nn.Conv2d(2, 2, 3, groups=2)], "0 .Conv2d.* groups"),
        ([nn.Conv2d(1, 2, 3), nn.InstanceNorm2d(2)], "1 .InstanceNorm2d.* not supported"),
        ([nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2, track_running_stats=False)], "1 .BatchNorm2d.* no running statistics"),
        ([nn.Conv2d(1, 2, 3), nn.Linear(2, 2)], "1 .Linear.* Flatten"),
        ([nn.Linear(2, 2), nn.Conv2d(1, 2, 1)], "1 .Conv2d.* follows a linear"),
        ([nn.Flatten(0)], "0 .Flatten.* all but the batch"),
    ],
)
def test_what_is_not_supported_is_named(layers, reason):
    with pytest.raises(NotImplementedError, match=reason):
        compact(nn.Sequential(*layers))


def test_only_a_sequential_is_made_compact():
    with pytest.raises(NotImplementedError, match="not a Linear"):
        compact(nn.Linear(2, 2))


def test_masked_sets_to_zero_what_is_below_the_threshold_and_no_bias():
    layer = nn.Linear(3, 1)
    at = torch.tensor(1e-5)
    with torch.no_grad():
        layer.weight.copy_(torch.stack([at, -at, -torch.nextafter(at, torch.tensor(0.0))]))
        layer.bias.fill_(1e-7)
    plain = masked(layer)
    assert torch.equal(plain.weight, torch.stack([at, -at, torch.tensor(0.0)])[None])
    assert plain.bias == 1e-7
    assert torch.equal(masked(layer, threshold=0).weight, layer.weight)


class Gate(nn.Module):
    """A gate that is random in training and all or nothing in evaluation, as the stochastic ones of the literature."""

    def __init__(self, gate):
        super().__init__()
        self.logits = nn.Parameter(gate)

    def forward(self, tensor):
        gate = torch.rand_like(self.logits) if self.training else self.logits
        return tensor * gate.reshape(-1, *[1] * (tensor.dim() - 1))


def test_a_parametrised_network_is_copied_as_it_acts_and_left_untouched():
    model = make()
    gate = torch.ones(50, dtype=torch.float64)
    gate[10:30] = 0
    for name in ("weight", "bias"):
        parametrize.register_parametrization(model.conv2, name, Gate(gate))
    model.train()
    before = copy.deepcopy(model.state_dict())
    plain, small = masked(model, threshold=0), compact(model, threshold=0)
    assert model.training
    assert type(plain.conv2) is nn.Conv2d
    assert not plain.training
    assert list(model.state_dict()) == list(before)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert architecture(small) == "20-30-480-500"
    with torch.no_grad():
        x, model = images(20), model.eval()
        torch.testing.assert_close(plain(x), model(x), rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(small(x), model(x), rtol=1e-10, atol=1e-10)


def test_the_input_is_untouched_and_shares_no_memory():
    model = sparse("lenet5_caffe", 2).train()
    before = copy.deepcopy(model.state_dict())
    small = compact(model)
    with torch.no_grad():
        for parameter in small.parameters():
            parameter.fill_(7)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert model.training
