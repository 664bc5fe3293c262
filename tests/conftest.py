"""A hundred embedded digits, and runs on them that take a fraction of a second; and which process runs which tests, and when."""

from __future__ import annotations

import signal

import pytest
import torch

from suite import data
from suite.data import Dataset
from suite.experiment.spec import RunSpec
from suite.methods import method
from suite.methods.base import Finished, Method
from suite.methods.schedule import Schedule
from suite.training import loop
from suite.training.loop import Training


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With -n, all tests of a file are run by one process, since they share what is made once: a cluster, a run, a data base.

    But the tests of the regression's file take minutes and share nothing. Not --dist loadfile among the options of every call:
    pytest-benchmark would take it for several processes, and measure nothing.
    """
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return nodeid if "/regression/" in nodeid else super()._split_scope(nodeid)

    if config.option.dist != "load":
        return None
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_collection_modifyitems(items):
    """Files with slow tests come first, so that no process is left with one when the others have nothing to do any more."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True, scope="session")
def heeded():
    """What a shell starts in the background ignores Ctrl-C, and what `nohup` starts SIGHUP; so would all that the tests start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def small() -> Dataset:
    arrays = data.load("digits").arrays()
    return Dataset.from_arrays("digits", {k: v[:100] if "train" in k else v[:50] for k, v in arrays.items()}, n_classes=10)


@pytest.fixture(scope="session")
def trained() -> dict[str, Finished]:
    """Runs that others build on, by key: each is trained once."""
    return {}


@pytest.fixture
def no_latency(monkeypatch):
    """Leave out the compact network, whose latency takes longer to measure than these runs to train."""
    monkeypatch.setattr("suite.training.loop.compact_metrics", lambda *arguments, **options: {})


@pytest.fixture
def untimed(monkeypatch):
    """Build the compact network and compare it with the masked one, but leave out the timing of both."""
    monkeypatch.setattr("suite.metrics.savings._latencies", lambda networks, batch: [1.0] * len(networks))


@pytest.fixture
def sketched(monkeypatch):
    """Draw figures, but write them as coarse PNG files alone, for tests that do not look at them."""

    def save(made, path, form):
        if form == "png":
            path.parent.mkdir(parents=True, exist_ok=True)
            made.savefig(path, format=form, dpi=40)

    monkeypatch.setattr("suite.report.figures._save", save)


@pytest.fixture(scope="session")
def counted() -> dict:
    """The counts of multiply-adds by the name of their function, each made once for an architecture, on which alone they depend."""
    known: dict = {}

    def once(count):
        def found(model, in_shape):
            key = count, str(model), in_shape
            if key not in known:
                known[key] = count(model, in_shape)
            return known[key]

        return found

    return {name: once(getattr(loop, name)) for name in ("dense_flops", "valid_flops")}


@pytest.fixture
def start(small, trained, counted, monkeypatch):
    """start(method, model=..., seed=..., **schedule): a run that has not trained yet; what it builds on is trained first."""
    for name, count in counted.items():
        monkeypatch.setattr(loop, name, count)

    def make(chosen: Method | str, model: str = "", seed: int = 0, **schedule) -> Training:
        chosen = method(chosen) if isinstance(chosen, str) else chosen
        model = model or ("mlp_40_20" if getattr(chosen, "on", "") == "scales" else "lenet_300_100")  # network slimming needs scales
        spec = RunSpec.of("digits", model, chosen, Schedule(**{"epochs": 1, "batch_size": 40} | schedule), seed)
        for needed in spec.needs():
            if needed.key not in trained:
                outcome = Training(needed, small).train()
                trained[needed.key] = Finished({"layers": outcome.layers}, lambda weights=outcome.weights: weights)
        return Training(spec, small, finished=[trained[needed.key] for needed in spec.needs()])

    return make
