"""What names a run: everything that can change its result, nothing else, and the same tomorrow."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace

import pytest

from suite.experiment import spec as spec_module
from suite.experiment.setup import Setup
from suite.experiment.spec import RunSpec
from suite.methods import method, method_class, names
from suite.methods.schedule import Schedule

PAPER = Schedule(epochs=200, milestones=(40, 80, 120, 160))
SGL0 = RunSpec.of("mnist", "lenet5_caffe", method("sgl0"), PAPER)

PINNED = {
    "5ae3ac61bdc602c6": SGL0,
    "72683236adb9cbfb": RunSpec.of("mnist", "lenet5_caffe", method("dense"), PAPER, seed=4),
    "169c6015fbb9ffa7": RunSpec.of("mnist", "lenet5_caffe", method("cges"), PAPER.squeezed(4, penalty_factor=20.0)),
    "06312299454de481": RunSpec.of("digits", "lenet_300_100", method("hard_concrete", local=True), Schedule(epochs=2), hold_out=100),
    "4f1e7e6a32fe2858": RunSpec.of("mnist", "lenet5_caffe", method("magnitude", like=method("sgl0", grow="all"), scope="layer"), PAPER),
}

CHANGES = {
    "dataset": "digits",
    "model": "lenet_300_100",
    "method": method("group_lasso"),
    "schedule": Schedule(epochs=4),
    "seed": 1,
    "hold_out": 100,
    "validation": 0.1,
    "normalise": (0.13, 0.31),
    "centred": True,
    "start": ("normal", 0.02),
    "n_train": 5000,
    "n_test": 1000,
    "crop": 4,
    "flip": True,
    "precision": "bf16",
}
SCHEDULE_CHANGES = {
    "epochs": 199,
    "batch_size": 64,
    "optimizer": "sgd",
    "learning_rate": 0.01,
    "momentum": 0.9,
    "nesterov": True,
    "weight_decay": 5e-4,
    "milestones": (40, 80, 120),
    "decay": 0.2,
    "penalty_factor": 2.0,
    "epoch_steps": 100,
    "linear_from": 0.5,
    "reshuffle": False,
    "epsilon": 1e-12,
    "rate_factor": 10.0,
    "decay_penalised": False,
}
PARTS = [f.name for f in (*fields(Setup), *fields(RunSpec)) if f.name != "setup"]


def other(**changes) -> RunSpec:
    """The run of SGL0 with other parts."""
    of_setup = {name: changes.pop(name) for name in list(changes) if name in {f.name for f in fields(Setup)}}
    return replace(SGL0, setup=replace(SGL0.setup, **of_setup), **changes)


OTHER = {
    "grow": ("all",),
    "exclusive": ("authors",),
    "scope": ("layer",),
    "like": (method("l1"),),
    "convention": ("output",),
    "factors": ((2.0,),),
    "mu": (0.5,),
    "tie": ("loss", "step"),
    "threshold": ("l1", "tl1"),
    "shape": (2.0,),
    "sample": ("weights",),
    "parameter": ("log_alpha",),
    "dual": ("authors",),
    "rule": ("step",),
}
"""Other values of the options that are neither numbers nor switches: the first that is not the default is taken."""
WITH = {"shape": {"threshold": "tl1"}, "warm_from": {"warm_to": 1.0}}
"""What an option needs beside it to have another value."""


@pytest.mark.parametrize(("key", "spec"), PINNED.items())
def test_keys_are_pinned(key, spec):
    assert spec.key == key


def test_a_key_is_the_hash_of_what_is_not_default():
    text = (
        '{"dataset":"mnist","method":{"grow":"all","name":"sgl0"},"model":"lenet5_caffe","protocol":1,'
        '"schedule":{"epochs":200,"milestones":[40,80,120,160]},"seed":3}'
    )
    spec = RunSpec.of("mnist", "lenet5_caffe", method("sgl0", grow="all"), PAPER, seed=3)
    assert spec.key == hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", PARTS)
def test_every_field_changes_the_key(name):
    assert other(**{name: CHANGES[name]}).key != SGL0.key


@pytest.mark.parametrize("name", [f.name for f in fields(Schedule)])
def test_every_field_of_the_schedule_changes_the_key(name):
    assert other(schedule=replace(PAPER, **{name: SCHEDULE_CHANGES[name]})).key != SGL0.key


@pytest.mark.parametrize(("name", "option"), [(n, o) for n in names() for o in method_class(n).options()])
def test_every_option_changes_the_key_unless_it_is_the_default(name, option):
    plain, value = method(name), getattr(method(name), option)
    spec = other(method=plain)
    assert other(method=method(name, **{option: value})).key == spec.key
    if isinstance(value, bool):
        changed = not value
    elif isinstance(value, float):
        changed = value / 2 or 0.5
    else:
        changed = next(other for other in OTHER[option] if other != value)
    beside = other(method=method(name, **WITH.get(option, {})))
    assert other(method=method(name, **WITH.get(option, {}), **{option: changed})).key != beside.key


def test_every_method_has_its_own_key():
    keys = {other(method=method(name)).key for name in names()}
    assert len(keys) == len(names())


def test_whole_numbers_for_fractions_are_the_same_run():
    assert other(method=method("sgl0", beta=3)).key == other(method=method("sgl0", beta=3.0)).key
    assert other(schedule=replace(PAPER, penalty_factor=5)).key == other(schedule=replace(PAPER, penalty_factor=5.0)).key


def test_options_of_a_method_within_a_method_change_the_key():
    keys = {other(method=method("magnitude", like=method("sgl0", lam=lam))).key for lam in (0.1, 0.2)}
    assert len(keys) == 2


def test_another_protocol_is_another_run(monkeypatch):
    before = SGL0.key
    monkeypatch.setattr(spec_module, "PROTOCOL", spec_module.PROTOCOL + 1)
    assert replace(SGL0).key != before


def test_how_a_run_is_computed_is_no_part_of_it():
    text = str(RunSpec.of("mnist", "lenet5_caffe", method("cges"), PAPER, 2, hold_out=7).identity())
    part = {"dataset", "model", "method", "schedule", "seed", "hold_out", "validation", "normalise", "centred", "start"}
    part |= {"n_train", "n_test", "crop", "flip", "precision"}
    assert set(PARTS) == part
    assert not any(word in text for word in ("device", "cpu", "cuda", "threads", "jobs", "path", "/"))


def test_identity_is_plain_data():
    spec = RunSpec.of(
        "mnist", "lenet5_caffe", method("random_pruning", like=method("sgl0", grow="all"), scope="layer"), PAPER, 2, hold_out=7
    )
    assert spec.identity() == {
        "dataset": "mnist",
        "model": "lenet5_caffe",
        "method": {"name": "random_pruning", "like": {"name": "sgl0", "grow": "all"}, "scope": "layer"},
        "schedule": {"epochs": 200, "milestones": [40, 80, 120, 160]},
        "seed": 2,
        "hold_out": 7,
    }


def test_inputs_are_as_they_are_unless_a_run_asks_for_them_otherwise():
    assert other(normalise=(), centred=False).key == SGL0.key
    assert other(normalise=(0, 1)).key == other(normalise=(0.0, 1.0)).key != SGL0.key
    assert other(normalise=(0.1307, 0.3081)).identity()["normalise"] == [0.1307, 0.3081]


def test_a_normalisation_may_be_one_of_each_channel():
    by_channel = other(normalise=((0.5, 0.25), (1, 2)))
    assert by_channel.identity()["normalise"] == [[0.5, 0.25], [1.0, 2.0]]
    assert other(normalise=[[0.5, 0.25], [1.0, 2.0]]).key == by_channel.key != other(normalise=(0.5, 1.0)).key


@pytest.mark.parametrize("name", ["n_train", "n_test", "crop"])
def test_negative_numbers_of_images_and_pixels_are_refused(name):
    with pytest.raises(ValueError, match=f"{name} must not be negative"):
        other(**{name: -1})


IMPOSSIBLE = [(0.5,), (0.5, 0.0), (0.5, -1.0), (0.0, 1.0, 2.0), (float("nan"), 1.0), (0.0, float("inf"))]
IMPOSSIBLE += [((0.5, 0.5), (1.0,)), ((0.5,), 1.0), ((0.5, 0.5), (1.0, 0.0)), ((), ())]


@pytest.mark.parametrize("wrong", IMPOSSIBLE)
def test_impossible_normalisations_are_refused(wrong):
    with pytest.raises(ValueError, match="normalise must be"):
        other(normalise=wrong)


@pytest.mark.parametrize("wrong", [("normal",), ("normal", 0.0), ("he", 1.0), ("uniform", 1.0, 2.0), ("uniform", float("nan")), (1.0, 1.0)])
def test_impossible_starts_are_refused(wrong):
    with pytest.raises(ValueError, match="start must be"):
        other(start=wrong)
    assert other(start=("uniform", 1)).key == other(start=("uniform", 1.0)).key


def test_needs_differ_from_the_run_by_the_method_alone():
    spec = other(method=method("magnitude", like=method("sgl0")), seed=4, hold_out=9)
    assert spec.needs() == [spec.with_method(method("dense")), spec.with_method(method("sgl0"))]
    assert SGL0.needs() == []
