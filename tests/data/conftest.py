"""Small data sets made here, a machine without a network, and servers in place of one."""

import http.server
import os
import socket
import threading

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


@pytest.fixture
def online(monkeypatch):
    """Allow downloads: they go to the addresses that a test puts in place of the real ones."""
    monkeypatch.delenv("SUITE_OFFLINE")


@pytest.fixture
def silent():
    """The address of a server that accepts connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.fixture
def closed():
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"http://127.0.0.1:{port}/"


@pytest.fixture
def server():
    """The address of a server, the dictionary of what it serves (content by path) and the list of paths it was asked for.

    A content that is a tuple is sent up to its first part, with the length of all parts, and then nothing comes until the end.
    """
    files, requests, done = {}, [], threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            parts = files.get(self.path)
            self.send_response(404 if parts is None else 200)
            parts = parts if isinstance(parts, tuple) else (parts or b"",)
            self.send_header("Content-Length", str(sum(map(len, parts))))
            self.end_headers()
            self.wfile.write(parts[0])
            if len(parts) > 1:
                self.wfile.flush()
                done.wait(30)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{listener.server_port}/", files, requests
        done.set()
        listener.shutdown()
        thread.join()
