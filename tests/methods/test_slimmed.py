"""Pruning by scales and fine-tuning: which channels go, that they stay gone, the other schedule, the stages as views, resuming."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from suite.base import checkpoint
from suite.base.bound import Bound
from suite.base.checkpoint import Checkpoint
from suite.base.errors import SuiteError
from suite.methods import method
from suite.methods.base import Finished
from suite.methods.schedule import Schedule
from suite.metrics.compact import compact
from suite.models.layers import scaled_layers
from suite.proposed.slimmed import Slimmed

LIKE = method("slimming", lam=0.01)
SGD = {"epochs": 2, "optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-4}
NETWORKS = ("mlp_40_20", "preresnet_11", "densenet_7")


def slimmed(**options):
    return method("slimmed", **{"like": LIKE, "percent": 60.0} | options)


def channels(scales, **options) -> dict[str, list[int]]:
    """Numbers of the channels of each layer that are kept of these scales."""
    chosen = Slimmed(**options)
    kept = chosen.chosen_channels({name: torch.tensor(values).abs() for name, values in scales.items()})
    return {name: mask.nonzero().flatten().tolist() for name, mask in kept.items()} | {"emptied": chosen.emptied}


TEN = {"a": [0.5, -0.1, 0.2, 0.05], "b": [-0.6, 0.3, 0.01, 0.4, -0.02, 0.03]}


@pytest.mark.parametrize(
    ("percent", "first", "kept"),
    [
        (0.0, 0, {"a": [0, 1, 2, 3], "b": [0, 1, 3, 4, 5]}),  # the smallest goes
        (0.0, 1, {"a": [0, 1, 2, 3], "b": [0, 1, 2, 3, 4, 5]}),
        (50.0, 0, {"a": [0], "b": [0, 1, 3]}),  # the sixth smallest, 0.2, is not strictly greater than itself
        (50.0, 1, {"a": [0, 2], "b": [0, 1, 3]}),
        (59.0, 1, {"a": [0, 2], "b": [0, 1, 3]}),
        (89.0, 0, {"a": [0], "b": [0]}),  # the ninth smallest is 0.5: of layer a the largest is kept
    ],
)
def test_the_threshold_is_a_percentile_of_all_scales_and_what_is_above_is_kept(percent, first, kept):
    found = channels(TEN, percent=percent, first=first)
    assert found == {**kept, "emptied": percent == 89.0}


def test_by_layer_the_shares_of_table_3():
    """Liu et al. (2017): 80 % of 500 and of 300 units leave 100 and 60."""
    rng = np.random.default_rng(0)
    scales = {"fc1": rng.random(500).tolist(), "fc2": (3 + rng.random(300)).tolist()}
    for first, left in ((1, [100, 60]), (0, [99, 59])):
        found = channels(scales, percent=80.0, scope="layer", first=first)
        assert [len(found[name]) for name in scales] == left


@pytest.mark.parametrize(("percent", "index"), [(70.0, 3_852), (40.0, 2_201)])
def test_the_threshold_of_the_authors_pytorch_code(percent, index):
    """Entry int(5504 * 0.7) of VGG's sorted scales."""
    scales = torch.rand(5_504, generator=torch.Generator().manual_seed(0))
    assert Slimmed(percent=percent).threshold(scales) == scales.sort().values[index].item()


def test_a_layer_that_would_be_emptied():
    scales = {"low": [0.01, 0.03, 0.02], "high": [0.5, 0.6, 0.7, 0.8]}
    assert channels(scales, percent=60.0) == {"low": [1], "high": [2, 3], "emptied": 1}
    with pytest.raises(SuiteError, match="no channel of low is left at 60 %; prune less, or use empty='keep'"):
        channels(scales, percent=60.0, empty="error")


@pytest.mark.parametrize("empty", ["keep", "error"])
def test_a_percentile_that_leaves_no_channel_is_one_line(empty):
    with pytest.raises(SuiteError, match="no scale is above the threshold at 50 %, so that no channel is left") as error:
        channels({"a": [0.5, 0.5], "b": [0.5]}, percent=50.0, empty=empty)
    assert "\n" not in str(error.value)


def gone(run) -> dict:
    return {name: ~mask for name, mask in run.method.kept.items()}


@pytest.mark.parametrize("model", NETWORKS)
def test_what_is_pruned_stays_pruned_and_the_rest_trains(start, model, untimed):
    run = start(slimmed(), model, **SGD)
    before = {name: value.clone() for name, value in run.model.state_dict().items()}
    zeros = {name: value == 0 for name, value in before.items() if name.endswith("weight")}
    outcome = run.train()
    for name, was in zeros.items():
        assert torch.equal(outcome.weights[name] == 0, was), name
    for name, layer in scaled_layers(run.model).items():
        assert layer.weight[gone(run)[name]].eq(0).all()
        assert layer.bias[gone(run)[name]].eq(0).all()
        assert not torch.equal(layer.weight, before[f"{name}.weight"])
    assert outcome.metrics["compact_disagreements"] == 0
    removed = sum(int(mask.sum()) for mask in gone(run).values())
    every = sum(map(len, gone(run).values()))
    assert outcome.metrics["channels_left"] == pytest.approx(100 * (1 - removed / every))
    assert removed == int(0.6 * every) + 1 - outcome.metrics["emptied_layers"]
    assert outcome.metrics["compact_parameters_left"] < 75


def test_the_rest_trains_as_the_smaller_network_does(start):
    run = start(slimmed(), "preresnet_11", **SGD)
    run.model.double()
    run.x, run.optimizer = run.x.double(), torch.optim.SGD(run.model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    small = compact(run.model, threshold=0).train()
    optimizer = torch.optim.SGD(small.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    for x, y in list(run.batches())[:2]:
        run.model.train()
        loss = run.step(x, y)
        optimizer.zero_grad()
        expected = torch.nn.functional.cross_entropy(small(x), y)
        expected.backward()
        optimizer.step()
        assert loss.item() == pytest.approx(expected.item(), rel=1e-9)
    x = run.x[:20]
    torch.testing.assert_close(small.eval()(x), run.model.eval()(x), rtol=1e-7, atol=1e-7)


def test_the_stages_are_views(start, untimed):
    run = start(slimmed(), "mlp_40_20", **SGD)
    like = start(LIKE, "mlp_40_20", **SGD).train()
    pruned = start(slimmed(tuning=0.0), "mlp_40_20", **SGD).train()
    outcome = run.train()
    assert list(outcome.views) == list(run.method.viewed) == ["trained", "pruned"]
    for key in ("test_error", "weight_sparsity_exact", "parameters_left"):
        assert outcome.views["trained"][key] == like.metrics[key]
        assert outcome.views["pruned"][key] == pruned.metrics[key]
    assert outcome.views["pruned"]["weight_sparsity_exact"] == outcome.metrics["weight_sparsity_exact"] > 50
    assert pruned.curves["train_loss"] == []
    assert not torch.equal(outcome.weights["fc3.weight"], pruned.weights["fc3.weight"])
    assert torch.equal(run.model.state_dict()["bn1.running_mean"], outcome.weights["bn1.running_mean"])  # views are put back


SCHEDULE = Schedule(epochs=160, learning_rate=0.1, milestones=(80, 120), weight_decay=1e-4)


def test_the_schedule_of_the_fine_tuning():
    assert slimmed().schedule(SCHEDULE) == SCHEDULE
    half = slimmed(tuning=0.5, tuning_rate=0.1).schedule(SCHEDULE)
    assert (half.epochs, half.milestones, half.weight_decay) == (80, (40, 60), 1e-4)
    assert [half.rate(epoch) for epoch in (0, 40, 79)] == pytest.approx([0.01, 0.001, 0.0001])
    constant = slimmed(tuning=0.25, tuning_rate=0.01, tuning_drops=False).schedule(SCHEDULE)  # Liu et al. 2019: 40 epochs at 1e-3
    assert constant.epochs == 40
    assert {constant.rate(epoch) for epoch in range(40)} == {0.1 * 0.01}
    assert slimmed(tuning=0.0).schedule(SCHEDULE).epochs == 0


def test_two_percentages_share_one_training():
    assert slimmed(percent=40.0).needs() == slimmed(percent=60.0).needs() == (LIKE,)
    assert method("slimmed").needs() == (method("dense"),)


def test_labels_name_what_is_pruned():
    assert slimmed().label.endswith("60 % of the channels pruned, fine-tuned")
    assert slimmed(tuning=0.0).label.endswith("60 % of the channels pruned")


class Interrupted(BaseException):
    pass


@pytest.mark.parametrize("model", NETWORKS)
def test_interrupted_in_each_stage_it_is_the_undisturbed_run_to_the_bit(start, trained, model, tmp_path, monkeypatch, no_latency):
    """In the training, and in the fine-tuning: pruning lies between them and is done anew from the trained network."""
    monkeypatch.setattr(checkpoint, "SECONDS", -1.0)
    schedule = SGD | {"epochs": 3, "milestones": (1, 2)}

    def stop(epoch, error):
        if epoch == 2:
            raise Interrupted

    def resumed(chosen, path):
        with pytest.raises(Interrupted):
            start(chosen, model, **schedule).train(Checkpoint(Bound(path)), stop)
        seen = []
        outcome = start(chosen, model, **schedule).train(Checkpoint(Bound(path)), lambda epoch, error: seen.append(epoch))
        assert seen == [3]
        return outcome

    whole = start(slimmed(), model, **schedule)
    expected = whole.train()
    first = resumed(LIKE, tmp_path / "trained.pt")
    (key,) = (needed.key for needed in whole.spec.needs())
    monkeypatch.setitem(trained, key, Finished({"layers": first.layers}, lambda: first.weights))
    found = resumed(slimmed(), tmp_path / "tuned.pt")
    for name, weights in expected.weights.items():
        assert torch.equal(found.weights[name], weights), name
    assert found.metrics == expected.metrics
    assert found.views == expected.views
    assert {k: v for k, v in found.curves.items() if k != "seconds"} == {k: v for k, v in expected.curves.items() if k != "seconds"}
    assert all(math.isfinite(loss) for loss in found.curves["train_loss"])
