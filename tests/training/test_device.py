"""Away from the CPU a step never waits for the host; a GPU computes what the CPU does; autocast is asked for, and is another run."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from suite.app.catalogue import get
from suite.base.bound import Bound
from suite.base.checkpoint import Checkpoint
from suite.base.errors import SuiteError
from suite.base.seeding import Streams
from suite.experiment.spec import RunSpec
from suite.methods import method, names
from suite.methods.schedule import Schedule
from suite.runs.worker import prepare_process
from suite.training import loop
from suite.training.loop import Training

TRAINED = [name for name in names() if not method(name).needs()]
NOISY = ("hard_concrete", "variational_dropout")
"""What draws noise on the device, where its numbers are others than on the CPU."""
ON_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
SHORT = Schedule(2, batch_size=40, optimizer="sgd", momentum=0.9, nesterov=True)


@pytest.fixture
def prepared():
    """prepared(): this process as one that trains, until the test ends."""
    yield lambda: prepare_process(torch.get_num_threads())
    torch.set_flush_denormal(False)


def run_of(chosen, small, model="lenet5_caffe", device="cpu", schedule=SHORT, **more) -> Training:
    chosen = method(chosen) if isinstance(chosen, str) else chosen
    model = "preresnet_11" if getattr(chosen, "on", "") == "scales" and model == "lenet5_caffe" else model  # one with scales
    return Training(RunSpec.of("digits", model, chosen, schedule, **more), small, device=device)


class Apart(TorchDispatchMode):
    """Raises where an operation touches a tensor on the host; numbers alone may come from there."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if any(isinstance(t, torch.Tensor) and t.dim() and t.device.type == "cpu" for t in tree_leaves((args, kwargs, out))):
            raise AssertionError(f"{func} touches a tensor on the host")
        return out


@pytest.fixture
def nowhere(small, monkeypatch, counted):
    """A run on torch's meta device, which holds no numbers: to read one back, as `.item()` and `if tensor:` do, is an error there."""

    def stream(streams, purpose, *more, device="cpu"):
        return torch.Generator().manual_seed(streams.number(purpose, *more))  # there are none for meta

    for name in ("SGD", "Adam"):
        monkeypatch.setattr(torch.optim, name, partial(unfused, getattr(torch.optim, name)))
    monkeypatch.setattr(Streams, "generator", stream)
    for name in counted:
        monkeypatch.setattr(loop, name, lambda model, in_shape: None)
    return partial(run_of, small=small, device="meta")


def unfused(optimizer, *args, fused, **options):
    assert fused  # a kernel for all parameters on a CPU or GPU, which meta has not
    return optimizer(*args, **options)


def two_steps(run: Training) -> None:
    """As `advance` takes them; the first batch is made outside, as the order of an epoch is drawn on the CPU."""
    run.context.learning_rate = 0.1
    run.method.before_epoch(0)
    run.model.train()
    batches = run.batches()
    first = next(batches)
    with Apart():
        run.step(*first)
        run.step(*next(batches))


@pytest.mark.parametrize("model", ["lenet5_caffe", "wrn_10_1"])
@pytest.mark.parametrize("name", TRAINED)
def test_a_step_never_waits_for_the_device(nowhere, name, model):
    two_steps(nowhere(name, model=model))


def test_nor_does_one_on_cropped_images(nowhere):
    two_steps(nowhere("group_lasso", model="wrn_10_1", crop=2, flip=True, normalise=((0.5,), (0.25,))))


@pytest.mark.parametrize("spoiled", ["reads", "branches", "brings", "selects"])
def test_a_step_that_would_wait_is_seen(nowhere, monkeypatch, spoiled):
    run = nowhere("group_lasso")
    weight = next(run.model.parameters())
    faults = {
        "reads": lambda: weight.sum().item(),
        "branches": lambda: bool(weight.sum() > 0),
        "brings": lambda: torch.rand(3).to(weight.device),
        "selects": lambda: weight[weight > 0],
    }
    monkeypatch.setattr(run.method, "after_step", faults[spoiled], raising=False)
    with pytest.raises((RuntimeError, NotImplementedError, AssertionError)):
        two_steps(run)


@pytest.mark.parametrize("model", ["lenet5_caffe", "wrn_10_1"])
def test_under_autocast_the_network_computes_in_bfloat16_and_nothing_else_does(small, model):
    run = run_of("sgl0", small, model, precision="bf16")
    seen = []
    next(m for m in run.model.modules() if isinstance(m, torch.nn.Conv2d)).register_forward_hook(lambda m, i, out: seen.append(out.dtype))
    loss = run.step(run.x[:40], run.y[:40])
    run.error()
    assert len(seen) == 2
    assert set(seen) == {torch.bfloat16}
    assert loss.dtype == run.method.penalty().dtype == torch.float32
    assert {p.dtype for p in run.model.parameters()} == {p.grad.dtype for p in run.model.parameters()} == {torch.float32}


def test_bfloat16_moves_the_loss_by_its_rounding(small):
    plain, rounded = (run_of("group_lasso", small, precision=p) for p in ("float32", "bf16"))
    ours, theirs = (run.step(run.x[:40], run.y[:40]).item() for run in (plain, rounded))
    assert ours != theirs
    assert ours == pytest.approx(theirs, rel=2**-7)  # eight bits


def test_a_run_in_bfloat16_is_another_run_and_comes_to_its_end(small, tmp_path):
    run = run_of("hard_concrete", small, precision="bf16")
    assert run.spec.key != replace(run.spec, setup=replace(run.spec.setup, precision="float32")).key
    outcome = run.train(Checkpoint(Bound(tmp_path / "checkpoint")))
    assert outcome.status == "done"
    assert all(math.isfinite(loss) for loss in outcome.curves["train_loss"])
    assert all(w.dtype != torch.bfloat16 for w in outcome.weights.values())


def test_every_profile_that_trains_networks_has_one_in_bfloat16():
    table = get("sgl0/table1")
    plain, rounded = table.at("quick", 2).runs, table.at("quick-bf16", 2).runs
    assert [replace(spec, setup=replace(spec.setup, precision="float32")) for spec in rounded] == plain
    assert {spec.setup.precision for spec in rounded} == {"bf16"}
    assert not {spec.key for spec in rounded} & {spec.key for spec in plain}


@pytest.mark.parametrize(
    ("id", "profile", "remedy"),
    [
        ("sgl0/table1", "quick-fp8", "it has paper, quick, smoke, and with -bf16 added networks compute in that precision"),
        ("sgl0/table1", "long-bf16", "it has"),
        ("sgl0/table1", "bf16", "it has"),
        ("rvscgd/figure4", "quick-bf16", "it has paper, quick, smoke$"),
    ],
)
def test_an_unknown_profile_or_precision_is_refused(id, profile, remedy):
    with pytest.raises(SuiteError, match=f"has no profile '{profile}'; {remedy}"):
        get(id).profile(profile)


def test_another_precision_is_an_error():
    with pytest.raises(ValueError, match=r"precision must be float32 or bf16, got 'fp16'"):
        RunSpec.of("digits", "lenet5_caffe", method("dense"), SHORT, precision="fp16")


def test_float32_is_float32_on_a_gpu(prepared, monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", False)
    prepared()
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32
    assert torch.backends.cudnn.deterministic


@ON_GPU
@pytest.mark.parametrize("model", ["lenet5_caffe", "wrn_10_1"])
@pytest.mark.parametrize("name", [name for name in TRAINED if name not in NOISY])
def test_a_gpu_computes_the_losses_that_the_cpu_does(prepared, small, name, model):
    prepared()
    losses = []
    for device in ("cpu", "cuda"):
        run = run_of(name, small, model, device)
        run.context.learning_rate = run.schedule.learning_rate
        run.method.before_epoch(0)
        run.model.eval() if "wrn" in model else run.model.train()  # dropout draws other numbers there
        losses.append([run.step(x, y).item() for x, y in run.batches()][:10])
    assert losses[1] == pytest.approx(losses[0], rel=1e-3)


@ON_GPU
@pytest.mark.parametrize("name", TRAINED)
def test_a_gpu_gives_the_same_run_twice(prepared, small, name):
    prepared()
    first, second = (run_of(name, small, device="cuda").train() for _ in range(2))
    assert first.curves["train_loss"] == second.curves["train_loss"]
