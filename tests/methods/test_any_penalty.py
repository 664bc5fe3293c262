"""`proximal`, `subgradient` and `splitting` with any penalty: short spellings, keys, refusals, and what they compute."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch

from baselines.proximal import ProximalGradient
from baselines.subgradient import Subgradients
from suite.base.errors import SuiteError
from suite.experiment.spec import RunSpec
from suite.methods import method, method_class
from suite.methods.schedule import Schedule
from suite.models.neurons import neurons_of
from suite.penalties import (
    CGES,
    L0,
    L1,
    MCP,
    CappedL1,
    Elementwise,
    GroupLasso,
    IntegratedTL1,
    Lp,
    Ridge,
    SparseGroup,
    TransformedL1,
    named,
)
from suite.penalties.named import NAMED

SHORT = {
    "l1": ("subgradient", "l1"),
    "group_lasso": ("subgradient", "group_lasso"),
    "sparse_group_lasso": ("subgradient", "sparse_group_lasso"),
    "l1_proximal": ("proximal", "l1"),
    "l2": ("proximal", Ridge()),
    "group_lasso_proximal": ("proximal", GroupLasso()),
    "group_lasso_proximal[scale_by_size=False]": ("proximal", GroupLasso(scale_by_size=False)),
    "sparse_group_lasso_proximal": ("proximal", SparseGroup(L1(), GroupLasso())),
    "transformed_l1[a=1.0]": ("proximal", "tl1"),
    "transformed_l1": ("proximal", TransformedL1(0.01)),
    "integrated_tl1[a=0.5,mu=0.25]": ("proximal", IntegratedTL1(0.25, 0.5)),
}


def key(chosen) -> str:
    return RunSpec.of("mnist", "lenet5_caffe", chosen, Schedule(epochs=2)).key


@pytest.mark.parametrize(("row", "spelled"), SHORT.items())
def test_the_names_of_before_are_short_spellings(row, spelled):
    kind, penalty = spelled
    made = method(kind, penalty=penalty)
    assert made.row == row
    assert made == method(row.partition("[")[0], **made.changed())
    assert key(made) == key(method(row.partition("[")[0], **made.changed()))


@pytest.mark.parametrize("row", ["l1", "group_lasso", "sparse_group_lasso"])
def test_a_short_subgradient_trains_as_the_general_one_to_the_bit(start, row, no_latency):
    short, general = method(row, lam=0.5), Subgradients(lam=0.5, regulariser=named(row))
    assert_trained_alike(start(short).train(), start(general).train())


@pytest.mark.parametrize("row", ["l1_proximal", "transformed_l1[a=1.0]", "sparse_group_lasso_proximal", "integrated_tl1[a=0.5,mu=0.25]"])
def test_a_short_proximal_gradient_trains_as_the_general_one_to_the_bit(start, row, no_latency):
    _, penalty = SHORT[row]
    short = method("proximal", penalty=penalty, lam=0.01)
    assert short.name == row.partition("[")[0]
    general = ProximalGradient(lam=0.01, regulariser=named(penalty) if isinstance(penalty, str) else penalty)
    assert_trained_alike(start(short).train(), start(general).train())


def assert_trained_alike(short, general):
    for name, weights in short.weights.items():
        assert torch.equal(weights, general.weights[name]), name
    assert short.metrics == general.metrics


@pytest.mark.parametrize("row", ["cges", "cges_proximal", "log_sum", "rvsm"])
def test_what_has_something_of_its_own_is_no_short_spelling(row):
    assert method("proximal", penalty=CGES(0.0)).name == "proximal"
    assert method(row).name == row


@pytest.mark.parametrize("kind", ["proximal", "subgradient", "splitting"])
@pytest.mark.parametrize("name", NAMED)
def test_a_name_and_its_instance_are_the_same_run(kind, name):
    if (kind, name) == ("subgradient", "l0"):
        pytest.skip("refused, see below")
    assert method(kind, penalty=name) == method(kind, penalty=named(name))
    assert key(method(kind, penalty=name)) == key(method(kind, penalty=named(name)))


def test_penalties_have_keys_of_their_own():
    penalties = [MCP(3.0), MCP(2.0), Lp(0.5), CappedL1(0.5), L0(), GroupLasso(), GroupLasso(scale_by_size=False), CGES(0.5), Squared()]
    assert len({key(method("splitting", penalty=penalty)) for penalty in penalties}) == len(penalties)
    assert key(method("splitting", penalty=MCP(3))) == key(method("splitting", penalty=MCP(3.0)))


PINNED = {
    "proximal": {"name": "proximal", "penalty": {"class": "suite.penalties.MCP", "gamma": 3.0}},
    "splitting": {"name": "splitting", "penalty": {"class": "suite.penalties.MCP", "gamma": 3.0}},
}


@pytest.mark.parametrize(("kind", "identity"), PINNED.items())
def test_the_identity_names_the_penalty(kind, identity):
    assert RunSpec.of("mnist", "lenet5_caffe", method(kind), Schedule(epochs=2)).identity()["method"] == identity


def test_the_identity_of_a_penalty_from_elsewhere_has_its_module():
    found = RunSpec.of("mnist", "lenet5_caffe", method("proximal", penalty=Squared()), Schedule(epochs=2)).identity()["method"]
    assert found["penalty"] == {"class": f"{__name__}.Squared"}


class Squared(Elementwise):
    """1/2 sum w^2, as a user writes it."""

    def _scalar(self, r):
        return r.square() / 2

    def _shrink(self, r, step):
        return r / (1 + step)


def test_a_penalty_from_elsewhere_trains_as_the_same_of_ours(start, no_latency):
    mine, ours = (start(method("proximal", penalty=penalty, lam=0.5)).train() for penalty in (Squared(), Ridge()))
    for name, weights in ours.weights.items():
        torch.testing.assert_close(mine.weights[name], weights, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("model", ["lenet5_caffe", "lenet_300_100"])
def test_splitting_applies_a_penalty_of_groups_to_the_neurons(start, model):
    run = start(method("splitting", penalty="group_lasso", lam=0.04, beta=0.5), model, epoch_steps=2, batch_size=10)
    run.advance()
    dead, rest = 0, 0
    for name, layer in run.method.layers.items():
        rows = neurons_of(layer.weight.detach(), "sgl0")
        norms = rows.norm(dim=1, keepdim=True)
        threshold = 0.08 * rows.shape[1] ** 0.5
        expected = torch.where(norms > threshold, rows * (1 - threshold / norms), 0)
        found = neurons_of(run.method.v[name], "sgl0")
        torch.testing.assert_close(found, expected)
        dead += int((found == 0).all(dim=1).sum())
        rest += int((found != 0).all(dim=1).sum())
    assert dead
    assert rest


def test_the_methods_of_single_weights_refuse_groups():
    for name in ("rvsm", "rvscgd", "admm", "nonconvex_sgl"):
        with pytest.raises(SuiteError, match="threshold must be a penalty of single weights, not 'group_lasso'"):
            method(name, threshold="group_lasso")


class Loose(Squared):
    def __init__(self, power):
        self.power = power


@dataclass(frozen=True)
class OfTensor(Squared):
    at: torch.Tensor


@pytest.mark.parametrize(
    ("penalty", "says"),
    [
        ("l3", "penalty must be one of l0, l1, tl1"),
        (3, "penalty must be a name or an instance of a Penalty, not 3"),
        (L1, "penalty must be a name or an instance of a Penalty"),
        (Loose(2), "Loose.power is no field of a dataclass, so it would not be part of the run's key"),
        (OfTensor(torch.ones(2)), "OfTensor.at must be a number, a text or a penalty, not Tensor"),
        (SparseGroup(Loose(2), GroupLasso()), "Loose.power is no field"),
    ],
)
@pytest.mark.parametrize("kind", ["proximal", "subgradient", "splitting"])
def test_what_is_no_penalty_is_refused(kind, penalty, says):
    with pytest.raises(SuiteError, match=says):
        method(kind, penalty=penalty)


@pytest.mark.parametrize("penalty", ["l0", L0(), SparseGroup(L0(), GroupLasso())])
def test_a_subgradient_of_l0_is_refused(penalty):
    with pytest.raises(SuiteError, match="l0 has no gradient to train with"):
        method("subgradient", penalty=penalty)


def test_its_options_name_the_penalty():
    for kind in ("proximal", "subgradient", "splitting"):
        assert "penalty" in method_class(kind).options()
        with pytest.raises(SuiteError, match=r"its options are .*penalty"):
            method(kind, penalti="l1")
