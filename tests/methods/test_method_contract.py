"""Every method on networks of every kind: it trains, its state makes a round trip, and a resumed run is the uninterrupted one.

Methods see a network as its layers, convolutions and linear ones, so not every pair has something new to show. Each method trains and is
scored on LeNet-5-Caffe, is resumed on one of the two networks of the benchmark's tables, and takes a step on one of each other family,
all in turn: every network meets several methods of every kind. What a network makes of groups is in test_neurons.py.
"""

from __future__ import annotations

import math

import pytest
import torch

from suite import models
from suite.base import checkpoint
from suite.base.bound import Bound
from suite.base.checkpoint import Checkpoint
from suite.base.errors import SuiteError
from suite.methods import method, names

pytestmark = pytest.mark.slow

VARIANTS = [
    *(method(name) for name in names()),
    method("sgl0", grow="all"),
    method("nonconvex_sgl", threshold="l1-l2"),
    method("rvsm", threshold="tl1", tie="loss"),
    method("rvscgd", threshold="l1", normalise=True),
    method("cges_proximal", exclusive="authors"),
    method("cges_proximal", convention="sgl0", absolute=True, lam=1e-3),
    method("integrated_tl1", mu=0.7, a=1.0, lam=0.05, convention="output"),
    method("hard_concrete", local=True),
    method("hard_concrete", average=0.0),
    method("magnitude", sparsity=50.0, scope="layer"),
    method("random_pruning", scope="layer"),
    method("variational_dropout", sample="weights", parameter="log_alpha", start=-5.0),
    method("variational_dropout", parameter="log_sigma", start=-5.0, clamp=10.0, warm_to=1.0),
    method("variational_dropout", bounded=True, train_clip=True),
    method("eta_trick", dual="authors"),
    method("slimming", penalty="lp", shape=0.25),
    method("slimmed", like=method("slimming"), scope="layer", tuning_rate=0.5),
    method("proximal", penalty="l1", on="scales"),
    method("splitting", penalty="tl1", on="scales", lam=1e-3, beta=0.1),
]
EVERY = pytest.mark.parametrize("variant", VARIANTS, ids=lambda m: m.row)
LENETS = ("lenet5_caffe", "lenet_300_100")
BINARIZED = [name for name in models.names() if "binarized" in name]
OTHERS = [name for name in models.names() if name not in (*LENETS, *BINARIZED)]
SCALED = ("mlp_40_20", "preresnet_11", "densenet_7")


def suited(variant, family):
    """The networks of the family, or those with batch normalisation for a method that acts on its scales."""
    return SCALED if getattr(variant, "on", "") == "scales" else family


def in_turn(*families):
    """Each variant with one network of each family."""
    pairs = [(variant, fit[i % len(fit)]) for i, variant in enumerate(VARIANTS) for fit in (suited(variant, f) for f in families)]
    pairs = list(dict.fromkeys(pairs))
    return pytest.mark.parametrize(("variant", "model"), pairs, ids=lambda value: value if isinstance(value, str) else value.row)


def flat(state, prefix="") -> dict:
    """Nested dictionaries and lists as one dictionary of leaves."""
    if isinstance(state, dict):
        return {k: v for name, part in state.items() for k, v in flat(part, f"{prefix}/{name}").items()}
    if isinstance(state, (list, tuple)):
        return {k: v for i, part in enumerate(state) for k, v in flat(part, f"{prefix}/{i}").items()}
    return {prefix: state}


def assert_identical(found, expected) -> None:
    """Equal to the last bit, tensors included."""
    found, expected = flat(found), flat(expected)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        if isinstance(value, torch.Tensor):
            assert torch.equal(found[name], value), name
        else:
            assert found[name] == value or (found[name] != found[name] and value != value), name


def state(run) -> dict:
    """What a checkpoint holds, apart from the seconds."""
    return {**run.state_dict(), "curves": {k: v for k, v in run.curves.items() if k != "seconds"}}


@EVERY
def test_one_epoch_moves_the_weights_and_leaves_finite_scores(start, variant, untimed):
    run = start(variant, suited(variant, ["lenet5_caffe"])[0])
    before = {name: p.detach().clone() for name, p in run.model.named_parameters()}
    outcome = run.train()
    assert outcome.status == "done"
    assert all(math.isfinite(loss) for loss in outcome.curves["train_loss"])
    assert len(outcome.curves["train_loss"]) == run.schedule.epochs
    assert all(torch.isfinite(w).all() for w in outcome.weights.values())
    changed = [name for name, p in before.items() if not torch.equal(p, outcome.weights[name])]
    assert {name for name in before if name.endswith("weight")} <= set(changed)
    for metrics in (outcome.metrics, *outcome.views.values()):
        for name in ("test_error", "weight_sparsity", "weight_sparsity_exact", "neuron_sparsity", "parameters_left", "flops_left"):
            assert 0 <= metrics[name] <= 100, name
    assert outcome.metrics["best_test_error"] <= outcome.metrics["test_error"]
    assert outcome.metrics["compact_disagreements"] == 0


@in_turn(OTHERS, BINARIZED)
def test_one_step_on_every_other_model_and_its_state(start, variant, model, no_latency):
    trained, fresh = (start(variant, model, batch_size=10, epoch_steps=1) for _ in range(2))
    before = {name: p.detach().clone() for name, p in trained.model.named_parameters()}
    if trained.schedule.epochs:
        assert trained.advance()
        assert not all(torch.equal(p, before[name]) for name, p in trained.model.named_parameters())
    fresh.load_state_dict(trained.state_dict())
    assert_identical(state(fresh), state(trained))
    assert_identical(fresh.method.scored().weights, trained.method.scored().weights)


@EVERY
def test_another_seed_gives_another_network(start, variant, no_latency):
    model = suited(variant, ["lenet_300_100"])[0]
    first, second = start(variant, model, seed=0).train(), start(variant, model, seed=1).train()
    assert not any(torch.equal(w, second.weights[name]) for name, w in first.weights.items() if name.endswith("weight"))


class Interrupted(BaseException):
    pass


@in_turn(LENETS)
def test_a_resumed_run_equals_the_uninterrupted_one(start, variant, model, tmp_path, monkeypatch, no_latency):
    """To the last bit, though it is another run from the start: so is the same run made twice."""
    monkeypatch.setattr(checkpoint, "SECONDS", -1.0)
    schedule = {"epochs": 3, "milestones": (1, 2), "batch_size": 20, "epoch_steps": 2}
    whole = start(variant, model, **schedule)
    expected = whole.train()
    file, seen = Bound(tmp_path / "run.pt"), []

    def stop(epoch, error):
        if epoch == 2:
            raise Interrupted

    first, second = start(variant, model, **schedule), start(variant, model, **schedule)
    if whole.schedule.epochs:
        with pytest.raises(Interrupted):
            first.train(Checkpoint(file), stop)
    found = second.train(Checkpoint(file), lambda epoch, error: seen.append(epoch))
    assert seen == ([3] if whole.schedule.epochs else [])
    assert_identical(state(second), state(whole))
    assert_identical(found.weights, expected.weights)
    assert found.layers == expected.layers
    assert found.metrics == expected.metrics
    assert found.views == expected.views


def test_methods_start_from_the_same_weights_and_see_the_same_batches(start):
    seen = {}
    for name in names():
        if suited(method(name), ()):
            continue  # on other networks
        run = start(name, epochs=2)
        if not run.schedule.epochs:
            continue
        weights, batches = {n: w.clone() for n, w in run.model.state_dict().items()}, []
        step = run.step
        run.step = lambda x, y, batches=batches, step=step: (batches.append((x.clone(), y.clone())), step(x, y))[1]
        run.advance(), run.advance()
        seen[name] = {"weights": weights, "batches": batches}
    dense = seen.pop("dense")
    assert len(seen) >= 7
    assert [len(y) for _, y in dense["batches"]] == [40, 40, 20] * 2
    assert not torch.equal(dense["batches"][0][0], dense["batches"][3][0])
    for what in seen.values():
        assert_identical(what, dense)


def test_names_are_those_of_the_files():
    assert {"sgl0", "dense", "l1", "group_lasso", "sparse_group_lasso", "cges", "cges_proximal", "hard_concrete"} <= set(names())
    assert {"magnitude", "random_pruning", "group_lasso_l2"} <= set(names())
    assert {"integrated_tl1", "l1_proximal", "sparse_group_lasso_proximal", "group_lasso_proximal", "transformed_l1", "l2"} <= set(names())
    for name in names():
        assert method(name).name == name
        assert method(name).row.partition("[penalty=")[0] == name  # the penalty of one's choice is always spelled out
        assert method(name).label


def test_rows_tell_options_apart():
    assert method("sgl0", beta=5.0, grow="all").row == "sgl0[beta=5.0,grow=all]"
    assert method("magnitude", like=method("sgl0", beta=5.0)).row == "magnitude[like=sgl0[beta=5.0]]"
    assert method("sgl0", beta=2.5) == method("sgl0")
    assert hash(method("sgl0", beta=2.5)) == hash(method("sgl0"))
    assert method("sgl0") != method("group_lasso_l2")


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("grup_lasso", {}, ["unknown method 'grup_lasso'", "group_lasso"]),
        ("../dense", {}, ["unknown method"]),
        ("sgl0", {"alpha": 1.0}, ["'sgl0'", "alpha", "beta"]),
        ("dense", {"lam": 1.0}, ["'dense'", "none"]),
        ("sgl0", {"beta": 0.0}, ["beta must be positive"]),
        ("sgl0", {"beta": float("nan")}, ["beta must not be negative"]),
        ("sgl0", {"grow": "fc"}, ["grow must be one of conv, all"]),
        ("l1", {"lam": -1.0}, ["lam must not be negative"]),
        ("l1", {"lam": float("nan")}, ["lam must not be negative"]),
        ("hard_concrete", {"drop_rate": 1.0}, ["drop_rate"]),
        ("hard_concrete", {"average": 1.0}, ["average"]),
        ("magnitude", {"scope": "neuron"}, ["scope must be one of global, layer"]),
        ("magnitude", {"sparsity": 101.0}, ["percentage"]),
        ("l1", {"lam": float("inf")}, ["lam must not be negative or infinite"]),
        ("integrated_tl1", {"lam": -1e-4}, ["lam must not be negative"]),
        ("integrated_tl1", {"a": 0.0}, ["a must be positive"]),
        ("integrated_tl1", {"a": -1.0}, ["a must be positive"]),
        ("integrated_tl1", {"a": float("nan")}, ["a must be positive"]),
        ("transformed_l1", {"a": 0.0}, ["a must be positive"]),
        ("integrated_tl1", {"mu": 1.1}, ["mu must lie between 0 and 1"]),
        ("integrated_tl1", {"mu": float("nan")}, ["mu must lie between 0 and 1"]),
        ("integrated_tl1", {"mu_low": 0.6}, ["mu_low must lie between 0 and 0.5"]),
        ("integrated_tl1", {"mu_low": -0.1}, ["mu_low must lie between 0 and 0.5"]),
        ("cges_proximal", {"mu_low": float("nan")}, ["mu_low must lie between 0 and 0.5"]),
        ("cges_proximal", {"exclusive": "paper"}, ["exclusive must be"]),
        ("l1_proximal", {"convention": "row"}, ["convention must be one of sgl0, input, output", "row"]),
        ("group_lasso_proximal", {"factors": (1.0, 0.0)}, ["factors must be positive and finite"]),
        ("l2", {"factors": (float("nan"),)}, ["factors must be positive and finite"]),
        ("l2", {"factors": 2.0}, ["factors"]),
        ("sparse_group_lasso_proximal", {"step_ratio": 0.0}, ["step_ratio must be positive"]),
    ],
)
def test_a_wrong_method_or_option_is_one_line(name, options, words):
    with pytest.raises(SuiteError) as caught:
        method(name, **options)
    assert all(word in str(caught.value) for word in words)
    assert "\n" not in str(caught.value)


def test_training_leaves_the_options_alone(start):
    chosen = method("sgl0")
    run = start(chosen)
    run.advance()
    assert run.method is not chosen
    assert chosen == method("sgl0")
    assert set(vars(chosen)) == set(chosen.options())


def test_a_file_that_begins_with_an_underscore_is_no_method():
    """What several methods share lies beside them: `suite/proposed/_adaptive.py`."""
    assert not [name for name in names() if name.startswith("_")]
    with pytest.raises(SuiteError, match="unknown method '_adaptive'"):
        method("_adaptive")
