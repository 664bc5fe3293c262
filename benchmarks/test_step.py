"""One training step of every method, as a ratio to a bare PyTorch loop and to the dense method's step."""

import pytest
import torch
from interleaved import ratio, rounds
from torch import nn
from torch.nn.functional import cross_entropy

from suite.data.dataset import Dataset
from suite.methods import method, names
from suite.methods.proximal import Proximal
from suite.methods.splitting import Splitting
from suite.methods.subgradient import Subgradient
from suite.runs.spec import RunSpec
from suite.training.loop import Run
from suite.training.schedule import Schedule

BATCH, BATCHES = 100, 20
ROUNDS, BLOCK = 40, 4
OVERHEAD, PENALTY, MAP = 1.10, 1.20, 1.25

TRAINED = [name for name in names() if method(name).schedule(Schedule(epochs=1)).epochs]


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


def ours(name: str, data: Dataset):
    """A step as `Run.train_epoch` takes it: choice of the batch, step, sum of the losses."""
    run = Run(RunSpec("mnist", "lenet5_caffe", method(name), Schedule(epochs=1, penalty_factor=20.0)), data)
    run.method.before_epoch(0)
    run.model.train()
    rows = torch.arange(len(run.x)).split(BATCH)
    total = torch.zeros(())
    steps = iter(range(10**9))

    def step():
        nonlocal total
        chosen = rows[next(steps) % BATCHES]
        total += run.step(run.x[chosen], run.y[chosen])

    return step


@pytest.fixture(scope="module")
def steps(data):
    return {"bare": bare(data), **{name: ours(name, data) for name in TRAINED}}


@pytest.fixture(scope="module")
def seconds(steps):
    return rounds(steps, ROUNDS, BLOCK)


@pytest.mark.parametrize("name", TRAINED)
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
    elif isinstance(method(name), Subgradient | Splitting):
        assert to_dense <= PENALTY
    elif isinstance(method(name), Proximal):
        assert to_dense <= MAP
