"""The loop: order of its hooks, rates, the loss it reports, divergence, held-out images, checkpoints and the two protocols."""

from __future__ import annotations

import logging
import math

import pytest
import torch
from torch.nn.functional import cross_entropy

from suite.base import checkpoint
from suite.base.bound import Bound
from suite.base.checkpoint import Checkpoint
from suite.data import hold_out
from suite.experiment.spec import RunSpec
from suite.methods import method
from suite.methods.base import Method
from suite.methods.schedule import Schedule
from suite.training.evaluation import placed
from suite.training.loop import Training, optimizer_for


class Spy(Method):
    """Writes down every call."""

    def prepare(self, model, context):
        super().prepare(model, context)
        self.calls = []

    def penalty(self):
        self.calls.append("penalty")

    def after_step(self):
        self.calls.append("after_step")

    def before_epoch(self, epoch):
        self.calls.append(("before_epoch", epoch))

    def after_epoch(self, epoch):
        self.calls.append(("after_epoch", epoch))

    def finish(self):
        self.calls.append("finish")


STEP = ["penalty", "after_step"]


def test_the_order_of_the_hooks(start, no_latency):
    run = start(Spy(), epochs=2)
    run.train()
    epochs = [call for e in range(2) for call in (("before_epoch", e), *STEP * 3, ("after_epoch", e))]
    assert run.method.calls == [*epochs, "finish"]
    assert run.context.steps == 3
    assert run.context.n_train == 100


def test_the_penalty_is_evaluated_once_a_step_and_added_to_the_loss(start):
    class Pull(Method):
        def penalty(self):
            return 5 * self.model.fc3.bias.sum()

    run, dense = start(Pull()), start("dense")
    loss, plain = (r.step(r.x[:40], r.y[:40]) for r in (run, dense))
    assert loss == plain
    difference = run.model.fc3.bias.grad - dense.model.fc3.bias.grad
    torch.testing.assert_close(difference, torch.full((10,), 5.0))
    assert torch.equal(run.model.fc1.weight.grad, dense.model.fc1.weight.grad)


def test_the_curves_hold_mean_loss_error_and_rate(start):
    run = start("dense", epochs=2, learning_rate=0.0, milestones=(1,))
    with torch.no_grad():
        losses = [cross_entropy(run.model(run.x[r]), run.y[r]).item() for r in torch.arange(100).split(100)]
        error = 100 * (run.model(run.x_test).argmax(1) != run.y_test).double().mean().item()
    run = start("dense", epochs=2, learning_rate=0.0, milestones=(1,), batch_size=100)
    run.advance(), run.advance()
    assert run.curves["train_loss"] == pytest.approx(losses * 2, rel=1e-5)
    assert run.curves["test_error"] == pytest.approx([error] * 2)
    assert run.curves["weight_sparsity"] == pytest.approx([0, 0], abs=0.1)
    assert all(seconds > 0 for seconds in run.curves["seconds"])
    rates = start("dense", epochs=2, milestones=(1,))
    rates.advance(), rates.advance()
    assert rates.curves["learning_rate"] == pytest.approx([1e-3, 1e-4])
    assert rates.optimizer.param_groups[0]["lr"] == pytest.approx(1e-4)


def test_a_run_that_diverges_is_an_outcome(start):
    outcome = start("dense", epochs=5, learning_rate=1e20).train()
    assert outcome.status == "diverged"
    assert len(outcome.curves["train_loss"]) == 1
    assert not math.isfinite(outcome.curves["train_loss"][0])
    assert outcome.metrics == outcome.views == outcome.weights == {}


def test_weights_that_are_no_numbers_are_divergence_though_every_loss_was_finite(start):
    class Infinite(Method):
        def penalty(self):
            return math.inf * self.model.fc3.bias.sum()

    outcome = start(Infinite(), epochs=2, batch_size=100).train()
    assert math.isfinite(outcome.curves["train_loss"][0])
    assert outcome.status == "diverged"


def test_both_protocols_are_recorded(start, no_latency):
    run = start("dense", epochs=4)
    errors = iter([30.0, 10.0, 20.0, 25.0])
    advance = run.advance

    def scripted():
        finite = advance()
        run.curves["test_error"][-1] = next(errors)
        return finite

    run.advance = scripted
    outcome = run.train()
    assert (outcome.metrics["best_test_error"], outcome.metrics["test_error"]) == (10.0, 25.0)


@pytest.mark.parametrize("name", ["dense", "hard_concrete"])
def test_the_error_of_the_last_epoch_is_that_of_the_scored_network(start, no_latency, name):
    run = start(name, epochs=2)
    outcome = run.train()
    with torch.no_grad():
        last = 100 * (run.model.eval()(run.x_test).argmax(1) != run.y_test).double().mean().item()
    assert outcome.metrics["test_error"] == pytest.approx(last)


def test_training_learns(start, no_latency):
    outcome = start("dense", epochs=15).train()
    assert outcome.curves["train_loss"][-1] < 0.1 * outcome.curves["train_loss"][0]
    assert outcome.metrics["test_error"] < 30


def test_held_out_images_come_from_the_training_set(small):
    spec = RunSpec.of("digits", "lenet_300_100", method("dense"), Schedule(1, batch_size=40), seed=2, hold_out=30)
    run = Training(spec, small)
    expected = hold_out(small, 30, 2).tensors()
    assert (len(run.x), len(run.x_test), run.context.n_train) == (70, 30, 70)
    assert torch.equal(run.x_test, expected[2])
    assert not any(torch.equal(run.x_test[0], image) for image in small.tensors()[2])


def test_checkpoints_are_written_as_time_passes(start, tmp_path, monkeypatch, no_latency):
    file = Bound(tmp_path / "run.pt")
    monkeypatch.setattr(checkpoint, "COPY_SECONDS", 30.0)
    start("dense", epochs=2).train(Checkpoint(file))
    assert not file.path.exists()
    monkeypatch.setattr(checkpoint, "SECONDS", -1.0)
    start("dense", epochs=2).train(Checkpoint(file))
    assert file.load()["epoch"] == 2


def test_a_damaged_checkpoint_costs_the_run_nothing_but_time(start, tmp_path, caplog, no_latency):
    path = tmp_path / "run.pt"
    path.write_bytes(b"damaged")
    with caplog.at_level(logging.WARNING):
        found = start("sgl0", epochs=2).train(Checkpoint(Bound(path)))
    assert "starts anew" in caplog.text
    expected = start("sgl0", epochs=2).train()
    assert all(torch.equal(w, expected.weights[name]) for name, w in found.weights.items())


def test_optimizers():
    parameter = torch.nn.Parameter(torch.ones(1))
    sgd = optimizer_for(Schedule(1, optimizer="sgd", learning_rate=0.1, momentum=0.9, nesterov=True, weight_decay=0.5), [parameter])
    parameter.grad = torch.ones(1)
    sgd.step()
    assert parameter.item() == pytest.approx(1 - 0.1 * 1.9 * 1.5)
    assert type(optimizer_for(Schedule(1), [parameter])) is torch.optim.Adam
    with pytest.raises(ValueError, match="adam or sgd"):
        optimizer_for(Schedule(1, optimizer="lion"), [parameter])


def test_an_epoch_of_steps_passes_over_the_set_as_often_as_it_needs(start):
    run = start("dense", epoch_steps=6)  # 6 batches of 40 from 100 rows
    assert run.context.steps == 6
    order = run.order().tolist()
    assert len(order) == 240
    assert sorted(order[:100]) == sorted(order[100:200]) == list(range(100))
    assert order[:100] != order[100:200]
    assert len(set(order[200:])) == 40
    losses = []
    step, run.step = run.step, lambda x, y: losses.append(len(y)) or step(x, y)
    run.advance()
    assert losses == [40] * 6


def test_a_share_held_out_is_scored_beside_the_test_set(small, no_latency):
    spec = RunSpec.of("digits", "lenet_300_100", method("dense"), Schedule(2, batch_size=40), validation=0.2)
    run = Training(spec, small)
    assert (len(run.x), len(run.x_held), len(run.x_test)) == (80, 20, 50)
    whole = Training(RunSpec.of("digits", "lenet_300_100", method("dense"), Schedule(2)), small).x
    together = torch.cat([run.x, run.x_held]).flatten(1)
    assert torch.equal(together.sort(dim=0).values, whole.flatten(1).sort(dim=0).values)
    outcome = run.train()
    with torch.no_grad():
        wrong = (run.model.eval()(run.x_held).argmax(1) != run.y_held).sum().item()
    assert outcome.metrics["validation_error"] == pytest.approx(100 * wrong / 20)
    assert len(outcome.curves["validation_error"]) == 2
    assert outcome.curves["validation_error"][-1] == outcome.metrics["validation_error"]
    plain = Training(RunSpec.of("digits", "lenet_300_100", method("dense"), Schedule(1)), small).train()
    assert "validation_error" not in plain.metrics.keys() | plain.curves.keys()


def test_the_curve_of_the_held_out_share_is_of_the_scored_network(small, no_latency):
    spec = RunSpec.of("digits", "lenet_300_100", method("hard_concrete"), Schedule(1, batch_size=40), validation=0.2)
    run = Training(spec, small)
    run.advance()
    with placed(run.model, run.method.scored().weights), torch.no_grad():
        wrong = (run.model(run.x_held).argmax(1) != run.y_held).sum().item()
    assert run.curves["validation_error"] == pytest.approx([100 * wrong / 20])


def test_epochs_share_one_order_where_a_schedule_asks(start):
    run, fixed = start("dense", epochs=3), start("dense", epochs=3, reshuffle=False)
    first = run.order()
    assert torch.equal(fixed.order(), first)
    run.epoch = fixed.epoch = 2
    assert torch.equal(fixed.order(), first)
    assert not torch.equal(run.order(), first)


def test_a_greater_loss_is_stepped_down_with_a_smaller_epsilon(start):
    run, expected = start("dense", epsilon=1e-3 / 50), start("dense")
    adam = torch.optim.Adam(expected.model.parameters(), lr=1e-3, eps=1e-3)
    for rows in run.order().split(20):
        run.step(run.x[rows], run.y[rows])
        adam.zero_grad()
        (50 * torch.nn.functional.cross_entropy(expected.model(run.x[rows]), run.y[rows])).backward()
        adam.step()
    for ours, theirs in zip(run.model.parameters(), expected.model.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


def test_a_method_sees_the_optimiser_that_steps(start):
    run = start("dense")
    assert run.context.optimizer is run.optimizer


def test_filters_of_the_first_convolution_are_kept_to_four_digits(start, no_latency):
    outcome = start("dense", "lenet5_caffe").train()
    kept = torch.tensor(outcome.filters)
    assert kept.shape == (20, 1, 5, 5)
    assert torch.allclose(kept, outcome.weights["conv1.weight"], rtol=6e-4, atol=0)
    assert start("dense").train().filters is None


def dropped(run) -> list[torch.Tensor]:
    """What the dropout of two epochs lets through."""
    seen = []
    drop = next(m for m in run.model.modules() if isinstance(m, torch.nn.Dropout))
    drop.register_forward_hook(lambda module, inputs, output: seen.append((output != 0).clone()) if module.training else None)
    run.advance(), run.advance()
    return seen


def test_dropout_draws_the_same_in_two_runs_and_anew_in_each_epoch(start, no_latency):
    first, second = (dropped(start("dense", "conv2_fc2", epochs=2)) for _ in range(2))
    assert all(torch.equal(x, y) for x, y in zip(first, second, strict=True))
    assert not torch.equal(first[0], first[3])
