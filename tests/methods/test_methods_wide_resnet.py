"""The methods of the CIFAR sweep on a wide residual network: what they act on, what weight decay leaves alone, and what is counted."""

import math

import pytest
import torch

from suite.experiment.spec import RunSpec
from suite.methods import method
from suite.methods.schedule import Schedule
from suite.training.loop import Training

SCHEDULE = Schedule(1, 20, optimizer="sgd", learning_rate=0.05, momentum=0.9, nesterov=True, weight_decay=0.1, decay_penalised=False)
PENALISED = ["group_lasso", "sparse_group_lasso", "sgl0", "cges", "hard_concrete"]


def start(small, chosen, schedule=SCHEDULE, model="wrn_10_1_0", **options):
    return Training(RunSpec.of("digits", model, method(chosen, **options), schedule, n_train=40, n_test=20), small)


@pytest.fixture(autouse=True)
def unmeasured(monkeypatch):
    """The latency takes longer to measure than these runs to train."""
    monkeypatch.setattr("suite.metrics.savings._latencies", lambda networks, batch: [1.0, 1.0])


@pytest.mark.parametrize("chosen", PENALISED)
def test_the_penalty_acts_on_the_convolution_before_dropout_alone(small, chosen):
    run = start(small, chosen)
    assert list(run.method.layers) == [f"blocks.{i}.branch.conv1" for i in range(3)]
    run.method.penalty().backward()
    touched = {name for name, p in run.model.named_parameters() if p.grad is not None}
    assert touched == (set() if chosen == "hard_concrete" else {f"blocks.{i}.branch.conv1.weight" for i in range(3)})
    assert all(p.grad.any() for p in run.method.parameters())


@pytest.mark.parametrize("chosen", ["dense", *PENALISED])
def test_an_epoch_leaves_finite_scores_and_a_compact_network_that_agrees(small, chosen):
    outcome = start(small, chosen, model="wrn_10_1").train()
    assert outcome.status == "done"
    assert all(math.isfinite(value) for value in outcome.metrics.values() if not isinstance(value, str))
    assert outcome.metrics["compact_disagreements"] == 0


def test_weight_decay_leaves_alone_what_is_penalised_and_the_gates(small):
    run = start(small, "hard_concrete", lam=0.0)
    for p in (*run.model.parameters(), *run.method.parameters()):
        p.grad = torch.zeros_like(p)
    before = {name: p.detach().clone() for name, p in run.model.named_parameters()}
    gates = [p.detach().clone() for p in run.method.parameters()]
    run.optimizer.step()
    for name, p in run.model.named_parameters():
        shrunk = before[name] if name in run.model.regularised or name in [f"{r}.weight" for r in run.model.regularised] else None
        factor = 1 - 0.05 * (1 + 0.9) * 0.1  # Nesterov's first step is rate (1 + momentum) times the gradient
        torch.testing.assert_close(p.detach(), factor * before[name] if shrunk is None else shrunk, rtol=1e-5, atol=1e-7)
    assert all(torch.equal(p, q) for p, q in zip(run.method.parameters(), gates, strict=True))


def test_by_default_weight_decay_is_for_all(small):
    assert len(start(small, "sgl0", Schedule(1, weight_decay=0.1)).optimizer.param_groups) == 1


def test_the_mixture_of_cges_counts_the_layers_of_the_whole_network(small):
    run = start(small, "cges")
    places = [1, 3, 6]  # conv, then conv1 and conv2 of three blocks, a shortcut in the second and third, the classifier: ten layers
    assert [penalty.mu for penalty in run.method.penalties] == [pytest.approx(place / 10) for place in places]


def test_methods_start_from_the_same_weights(small):
    models = [start(small, chosen).model for chosen in PENALISED]
    for name, value in models[0].state_dict().items():
        assert all(torch.equal(other.state_dict()[name], value) for other in models[1:]), name
