"""Small data sets made here, and a machine without a network."""

import os

import numpy as np
import pytest

from suite.data import checksum

MACHINE_DATA = os.environ.get("SUITE_DATA")


@pytest.fixture
def machine_data():
    """The data root of the machine that runs the tests, for those that need real data."""
    return MACHINE_DATA


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """No data root, network or proxy of the machine that runs the tests."""
    for variable in ("SUITE_DATA", "http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("SUITE_OFFLINE", "1")


@pytest.fixture
def images():
    """Arrays in the form of MNIST: 40 training and 10 test images."""
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (40, 1, 28, 28), dtype=np.uint8),
        "y_train": rng.permutation(np.arange(40) % 10),
        "x_test": rng.integers(0, 256, (10, 1, 28, 28), dtype=np.uint8),
        "y_test": rng.permutation(10),
    }


@pytest.fixture
def features():
    """Arrays in the form of the tabular sets: 30 training and 9 test rows of three classes."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(39, 4)).astype(np.float32)
    y = np.arange(39) % 3
    return {"x_train": x[:30], "y_train": y[:30], "x_test": x[30:], "y_test": y[30:]}


@pytest.fixture
def unpinned(monkeypatch):
    """Accept any content for every name."""
    monkeypatch.setattr(checksum, "KNOWN", {})
