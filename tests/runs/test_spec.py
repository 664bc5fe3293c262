"""What names a run: everything that can change its result, nothing else, and the same tomorrow."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace

import pytest

from suite.experiment import spec as spec_module
from suite.experiment.setup import Setup
from suite.experiment.spec import RunSpec
from suite.experiment.task import Task
from suite.methods import method, method_class, names
from suite.methods.base import Method
from suite.methods.schedule import Schedule
from suite.penalties import SCAD, Penalty

PAPER = Schedule(epochs=200, milestones=(40, 80, 120, 160))
SGL0 = RunSpec.of("mnist", "lenet5_caffe", method("sgl0"), PAPER)

PINNED = {
    "5ae3ac61bdc602c6": SGL0,
    "72683236adb9cbfb": RunSpec.of("mnist", "lenet5_caffe", method("dense"), PAPER, seed=4),
    "169c6015fbb9ffa7": RunSpec.of("mnist", "lenet5_caffe", method("cges"), PAPER.squeezed(4, penalty_factor=20.0)),
    "06312299454de481": RunSpec.of("digits", "lenet_300_100", method("hard_concrete", local=True), Schedule(epochs=2), hold_out=100),
    "4f1e7e6a32fe2858": RunSpec.of("mnist", "lenet5_caffe", method("magnitude", like=method("sgl0", grow="all"), scope="layer"), PAPER),
}


def another(value):
    """Some other value of the kind: the key of a run is asked for, no run."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, str):
        return f"{value} or so"
    if isinstance(value, tuple):
        return (*value, 1.0)
    if isinstance(value, Penalty):
        return SCAD(3.0)
    if isinstance(value, Schedule):
        return replace(value, epochs=value.epochs + 1)
    assert value is None or isinstance(value, Method), "a kind of value that no field had before"
    return method("l1", lam=0.125)


def but(chosen, name):
    """A dataclass as it is but for another value in one field, whether or not its class allows it."""
    values = {f.name: getattr(chosen, f.name) for f in fields(chosen)}
    (field,) = (f.name for f in fields(chosen) if f.metadata.get("option", f.name) == name)
    changed = object.__new__(type(chosen))
    vars(changed).update(values | {field: another(values[field])})
    return changed


SETUP = [f.name for f in fields(Setup)]
PARTS = [*SETUP, *(f.name for f in fields(RunSpec) if f.name != "setup")]


def other(**changes) -> RunSpec:
    """The run of SGL0 with other parts."""
    of_setup = {name: changes.pop(name) for name in list(changes) if name in SETUP}
    return replace(SGL0, setup=replace(SGL0.setup, **of_setup), **changes)


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
    changed = {"setup": but(SGL0.setup, name)} if name in SETUP else {name: another(getattr(SGL0, name))}
    found = object.__new__(RunSpec)
    vars(found).update({"setup": SGL0.setup, "schedule": SGL0.schedule, "seed": SGL0.seed} | changed)
    assert found.key != SGL0.key


@pytest.mark.parametrize("name", [f.name for f in fields(Schedule)])
def test_every_field_of_the_schedule_changes_the_key(name):
    assert other(schedule=but(PAPER, name)).key != SGL0.key


@pytest.mark.parametrize(("name", "option"), [(n, o) for n in names() for o in method_class(n).options()])
def test_every_option_changes_the_key_unless_it_is_the_default(name, option):
    plain = method(name)
    key = other(method=plain).key
    assert other(method=method(name, **{option: plain.chosen()[option]})).key == key
    assert other(method=but(plain, option)).key != key


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
    how = {f.name for f in fields(Task)} - {"spec"}
    assert {"device", "folder", "data_root"} <= how
    assert not how & set(PARTS)
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
