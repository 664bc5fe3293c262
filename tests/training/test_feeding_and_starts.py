"""What a run is fed, normalised and centred, and the weights it starts from."""

from __future__ import annotations

import math

import pytest
import torch

from suite.data import Dataset
from suite.experiment.spec import RunSpec
from suite.methods import method
from suite.methods.schedule import Schedule
from suite.training.loop import Training


def as_fed(small, **options) -> Training:
    return Training(RunSpec.of("digits", "lenet_300_100", method("dense"), Schedule(1), **options), small)


def test_inputs_are_normalised_alike_for_training_test_and_held_out(small):
    plain, found = (as_fed(small, validation=0.2, **options) for options in ({}, {"normalise": (0.1307, 0.3081)}))
    for name in ("x", "x_test", "x_held"):
        torch.testing.assert_close(getattr(found, name), (getattr(plain, name) - 0.1307) / 0.3081)
        assert getattr(found, name).is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(small.tensors()[0], as_fed(small).x)


def test_the_mean_training_example_is_taken_from_all_inputs(small):
    plain, found = (as_fed(small, validation=0.2, **options) for options in ({}, {"normalise": (0.0, 256 / 255), "centred": True}))
    mean = plain.x.double().mean(0)
    for name in ("x", "x_test", "x_held"):
        torch.testing.assert_close(getattr(found, name).double(), (getattr(plain, name) - mean) * 255 / 256, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(found.x.mean(0), torch.zeros_like(found.x[0]), rtol=0, atol=1e-6)


def test_feature_vectors_are_not_changed_in_place(small):
    arrays = {k: v.reshape(len(v), -1).astype("float32") / 255 if k.startswith("x") else v for k, v in small.arrays().items()}
    features = Dataset.from_arrays("features", arrays, n_classes=10)
    before = features.x_train.clone()
    run = as_fed(features, normalise=(0.5, 2.0), centred=True)
    assert torch.equal(features.x_train, before)
    torch.testing.assert_close(run.x, (before - before.mean(0)) / 2, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("model", ["lenet_300_100", "lenet5_caffe"])
def test_weights_start_as_a_run_asks(small, model):
    def started(seed, *start):
        return Training(RunSpec.of("digits", model, method("dense"), Schedule(1), seed, start=start), small).model

    normal, uniform, own = started(0, "normal", 0.02), started(0, "uniform", 1.0), started(0)
    for (name, n), u, same, other in zip(
        normal.named_parameters(),
        uniform.parameters(),
        started(0, "normal", 0.02).parameters(),
        started(1, "normal", 0.02).parameters(),
        strict=True,
    ):
        assert torch.equal(n, same)
        bound = own.get_parameter(name.rpartition(".")[0] + ".weight")[0].numel() ** -0.5
        assert 0.8 * bound < u.abs().max() <= bound
        if name.endswith("bias"):
            assert not n.any()
        else:
            assert not torch.equal(n, other)
            assert n.std().item() == pytest.approx(0.02, rel=0.1)
            assert u.std().item() == pytest.approx(bound / 3**0.5, rel=0.1)
            assert n.stride() == u.stride() == own.get_parameter(name).stride()


def test_convolutions_may_start_as_glorot_and_bengio_have_them(small):
    model = Training(RunSpec.of("digits", "lenet5_caffe", method("dense"), Schedule(1), 0, start=("glorot", 0.01)), small).model
    for layer, fans in ((model.conv1, 25 * (1 + 20)), (model.conv2, 25 * (20 + 50))):
        bound = math.sqrt(6 / fans)
        assert 0.95 * bound < layer.weight.abs().max() <= bound
        assert layer.weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.1)
        assert not layer.bias.any()
    for layer in (model.fc1, model.fc2):
        assert layer.weight.std().item() == pytest.approx(0.01, rel=0.05)
        assert not layer.bias.any()
