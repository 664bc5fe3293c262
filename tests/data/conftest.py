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

    A content may be a list of parts, sent one after the other below the length of all: a number in it is a pause in seconds, and at
    None the connection is closed.
    """
    files, requests, done = {}, [], threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            content = files.get(self.path)
            self.send_response(404 if content is None else 200)
            parts = content if isinstance(content, list) else [content or b""]
            self.send_header("Content-Length", str(sum(len(part) for part in parts if isinstance(part, bytes))))
            self.end_headers()
            for part in parts:
                if part is None or done.is_set():
                    return
                if isinstance(part, bytes):
                    self.wfile.write(part)
                    self.wfile.flush()
                else:
                    done.wait(part)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{listener.server_port}/", files, requests
        done.set()
        listener.shutdown()
        thread.join()
