"""One training step of every method, as a ratio to a bare PyTorch loop and to the dense method's step; and what noise and gates cost."""

import pytest
import torch
from interleaved import ratio, rounds
from torch import nn
from torch.nn.functional import cross_entropy

from suite.data.dataset import Dataset
from suite.experiment.spec import RunSpec
from suite.methods import Method, method, names
from suite.methods.proximal import Proximal
from suite.methods.schedule import Schedule
from suite.methods.splitting import Splitting
from suite.methods.subgradient import Subgradient
from suite.training.loop import Training

BATCH, BATCHES = 100, 20
ROUNDS, BLOCK = 40, 4
OVERHEAD, PENALTY, MAP = 1.10, 1.20, 1.25
SMALL_BATCH, SAMPLING = 128, 0.60
NOISY, NOISE = "variational_dropout, noise in bulk", 2.6
"""Two networks' worth of products and a number drawn for every pre-activation."""

TRAINED = [name for name in names() if method(name).schedule(Schedule(epochs=1)).epochs and getattr(method(name), "on", "") != "scales"]
"""Without those that act on scales of batch normalisation: this network has none."""


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Random images of MNIST's shape; what is in them costs no time."""
    stream = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (BATCH * BATCHES, 1, 28, 28), dtype=torch.uint8, generator=stream)
    labels = torch.arange(len(images)) % 10
    arrays = {"x_train": images, "y_train": labels, "x_test": images[:BATCH], "y_test": labels[:BATCH]}
    return Dataset.from_arrays("mnist", {name: tensor.numpy() for name, tensor in arrays.items()})


def bare(data: Dataset):
    """What a step costs by itself: the same network, batches and optimiser in a plain loop, without a line of the harness."""
    model = nn.Sequential(
        *(nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10)),
    ).to(memory_format=torch.channels_last)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.05, generator=torch.Generator().manual_seed(0))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    x, y, _, _ = data.tensors("cpu")
    rows = torch.arange(len(x)).split(BATCH)
    steps = iter(range(10**9))

    def step():
        chosen = rows[next(steps) % BATCHES]
        loss = cross_entropy(model(x[chosen]), y[chosen])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return step


def begun(chosen: Method, data: Dataset, model: str = "lenet5_caffe") -> Training:
    run = Training(RunSpec.of("mnist", model, chosen, Schedule(epochs=1, penalty_factor=20.0)), data)
    run.method.before_epoch(0)
    run.model.train()
    return run


def ours(run: Training, batch: int = BATCH):
    """A step as `Training.advance` takes it: choice of the batch, step, sum of the losses."""
    rows = [rows for rows in torch.arange(len(run.x)).split(batch) if len(rows) == batch]
    total = torch.zeros(())
    steps = iter(range(10**9))

    def step():
        nonlocal total
        chosen = rows[next(steps) % len(rows)]
        total += run.step(run.x[chosen], run.y[chosen])

    return step


@pytest.fixture(scope="module")
def steps(data):
    noisy = method("variational_dropout", bulk=True)
    return {"bare": bare(data), **{name: ours(begun(method(name), data)) for name in TRAINED}, NOISY: ours(begun(noisy, data))}


@pytest.fixture(scope="module")
def seconds(steps):
    return rounds(steps, ROUNDS, BLOCK)


@pytest.mark.parametrize("name", [*TRAINED, NOISY])
def test_step(benchmark, record_property, steps, seconds, name):
    to_bare, to_dense = ratio(seconds, name, "bare"), ratio(seconds, name, "dense")
    benchmark.group = "training step"
    benchmark.extra_info |= {"ratio_to_bare": to_bare, "ratio_to_dense": to_dense}
    benchmark.pedantic(steps[name], rounds=10, warmup_rounds=2)
    table = {"table": f"training step, batch {BATCH}", "name": name, "to bare PyTorch": f"{to_bare:.3f}", "to dense": f"{to_dense:.3f}"}
    for key, value in (table | {"ms": f"{1e3 * min(seconds[name]):.2f}"}).items():
        record_property(key, value)
    if name == "dense":
        assert to_bare <= OVERHEAD
    elif name == NOISY:
        assert to_dense <= NOISE
    elif isinstance(method(name), Subgradient | Splitting):
        assert to_dense <= PENALTY
    elif isinstance(method(name), Proximal):
        assert to_dense <= MAP


def gates(run: Training):
    return [run.method.sample(name, SMALL_BATCH) for name in run.method.layers]


def noise(run: Training):
    local = run.method.sample == "local"
    layers = run.method.layers.values()
    return [run.method.normal(torch.empty(SMALL_BATCH, len(layer.weight)) if local else layer.weight) for layer in layers]


DRAWN = {
    "hard concrete": (method("hard_concrete"), gates),
    "hard concrete, local": (method("hard_concrete", local=True), gates),
    "noise, local": (method("variational_dropout"), noise),
    "noise, local, log alpha": (method("variational_dropout", parameter="log_alpha"), noise),
    "noise on weights": (method("variational_dropout", sample="weights", parameter="log_alpha"), noise),
    **{name: (method(name), None) for name in ("log_sum", "eta_trick", "ada_prox", "ada_tikhonov")},
}
"""Methods, and what they draw in a step, on LeNet-300-100."""


@pytest.fixture(scope="module")
def small_steps(data):
    work = {"dense": ours(begun(method("dense"), data, "lenet_300_100"), SMALL_BATCH)}
    for name, (chosen, draw) in DRAWN.items():
        run = begun(chosen, data, "lenet_300_100")
        work[name] = ours(run, SMALL_BATCH)
        if draw:
            work[f"{name}: sampling"] = lambda run=run, draw=draw: draw(run)
    return work


@pytest.fixture(scope="module")
def small_seconds(small_steps):
    return rounds(small_steps, ROUNDS, BLOCK)


@pytest.mark.parametrize("name", DRAWN)
def test_sampling(benchmark, record_property, small_steps, small_seconds, name):
    whole, sampling = ratio(small_seconds, name, "dense"), None
    if f"{name}: sampling" in small_seconds:
        sampling = ratio(small_seconds, f"{name}: sampling", "dense")
    benchmark.group = "training step of LeNet-300-100"
    benchmark.extra_info |= {"ratio_to_dense": whole, "sampling_to_dense": sampling}
    benchmark.pedantic(small_steps[name], rounds=10, warmup_rounds=2)
    table = {"table": f"training step of LeNet-300-100, batch {SMALL_BATCH}", "name": name, "to dense": f"{whole:.3f}"}
    table |= {"sampling to dense": "" if sampling is None else f"{sampling:.3f}", "ms": f"{1e3 * min(small_seconds[name]):.2f}"}
    for key, value in table.items():
        record_property(key, value)
    assert sampling is None or sampling <= SAMPLING
