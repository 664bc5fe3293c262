import gzip
import hashlib
import os
import socket
import struct
import threading
import time

import numpy as np
import pytest
import torch
from torchvision import datasets

from suite import data
from suite.data import network


def idx(array):
    """The IDX form of a uint8 array."""
    return struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def idx_files(images):
    return {
        "train-images-idx3-ubyte": idx(images["x_train"][:, 0]),
        "train-labels-idx1-ubyte": idx(images["y_train"]),
        "t10k-images-idx3-ubyte": idx(images["x_test"][:, 0]),
        "t10k-labels-idx1-ubyte": idx(images["y_test"]),
    }


@pytest.fixture(params=["MNIST", "FashionMNIST"])
def layout(request, tmp_path, images):
    """The name of a data set and the folder where torchvision would have put it."""
    raw = tmp_path / request.param / "raw"
    raw.mkdir(parents=True)
    for name, content in idx_files(images).items():
        (raw / name).write_bytes(content)
    return {"MNIST": "mnist", "FashionMNIST": "fashion-mnist"}[request.param], raw


def test_torchvision_layout(layout, tmp_path, images, unpinned):
    name, raw = layout
    dataset = data.load(name, tmp_path)
    for key, array in images.items():
        assert torch.equal(getattr(dataset, key), torch.from_numpy(array))
    theirs = getattr(datasets, raw.parent.name)(tmp_path, train=False)
    assert torch.equal(dataset.x_test[:, 0], theirs.data)
    assert torch.equal(dataset.y_test, theirs.targets)

    assert data.prepare(name, tmp_path) == tmp_path / f"{name}.npz"
    assert data.available(tmp_path)[name] == str(tmp_path / f"{name}.npz")
    assert data.load(name, tmp_path).checksum == dataset.checksum


def test_torchvision_layout_of_another_content(layout, tmp_path):
    name, raw = layout
    with pytest.raises(data.DataCorrupt, match=f"{raw} is not {name}"):
        data.load(name, tmp_path)


def test_prepared_file_comes_first(layout, tmp_path, images, unpinned):
    name, _ = layout
    data.prepared.write(tmp_path / f"{name}.npz", images | {"y_test": images["y_test"][::-1]})
    assert data.load(name, tmp_path).y_test.tolist() == images["y_test"][::-1].tolist()


@pytest.mark.parametrize("damage", [lambda c: c[:-1], lambda c: c + b"\0", lambda c: c[:6], lambda c: b"", lambda c: b"\1" + c])
def test_damaged_idx_file(damage, layout, tmp_path, unpinned):
    name, raw = layout
    path = raw / "t10k-images-idx3-ubyte"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(data.DataCorrupt, match=str(path)) as error:
        data.load(name, tmp_path)
    assert "\n" not in str(error.value)


def test_incomplete_layout_is_not_there(layout, tmp_path):
    name, raw = layout
    (raw / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(data.DataUnavailable):
        data.load(name, tmp_path)


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("mnist", "MNIST/raw"),
        ("fashion-mnist", "FashionMNIST/raw"),
        ("cifar10", "cifar-10-batches-py"),
        ("cifar100", "cifar-100-python"),
        ("pendigits", "pendigits/pendigits.tra and pendigits.tes"),
        ("sdd", "sdd/Sensorless_drive_diagnosis.txt"),
    ],
)
def test_offline_message(name, layout, tmp_path, monkeypatch):
    monkeypatch.setattr(type(data.SOURCES[name]), "mirrors", None)
    monkeypatch.setattr(type(data.SOURCES[name]), "download", None)
    with pytest.raises(data.DataUnavailable, match="SUITE_OFFLINE is set") as error:
        data.load(name, tmp_path / "new")
    text = str(error.value)
    assert f"no {tmp_path}/new/{name}.npz" in text
    assert f"no {tmp_path}/new/{layout}, and no download" in text
    assert f"put {name}.npz or the source's own files there" in text
    assert "SUITE_DATA" in text
    assert "\n" not in text
    assert os.listdir(tmp_path) == []
    monkeypatch.delenv("SUITE_OFFLINE")
    with pytest.raises(data.DataUnavailable, match="no download was asked for"):
        data.load(name, tmp_path, download=False)


@pytest.fixture
def mirror(server, images):
    """A server of the four packed files, its list of requests, and their names and MD5s."""
    url, files, requests = server
    files |= {f"/{name}.gz": gzip.compress(content) for name, content in idx_files(images).items()}
    return url, requests, [(path[1:], hashlib.md5(content).hexdigest()) for path, content in files.items()]


def test_unanswering_network_is_noticed_in_time(silent, closed, tmp_path, monkeypatch):
    monkeypatch.delenv("SUITE_OFFLINE")
    monkeypatch.setattr(datasets.MNIST, "mirrors", [silent, closed, silent + "second/"])
    start = time.monotonic()
    with pytest.raises(data.DataUnavailable, match="no mirror serves") as error:
        data.load("mnist", tmp_path / "root")
    assert time.monotonic() - start < 10
    assert "refused" in str(error.value)
    assert "\n" not in str(error.value)
    assert os.listdir(tmp_path) == []


def test_refused_connections_are_noticed_at_once(closed, tmp_path, monkeypatch):
    monkeypatch.delenv("SUITE_OFFLINE")
    monkeypatch.setattr(datasets.FashionMNIST, "mirrors", [closed, closed])
    start = time.monotonic()
    with pytest.raises(data.DataUnavailable, match="refused"):
        data.load("fashion-mnist", tmp_path)
    assert time.monotonic() - start < 2


def test_name_lookup_that_hangs_is_noticed(monkeypatch):
    done = threading.Event()

    def hang(*_, **__):
        done.wait(30)
        raise socket.gaierror("no name")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    before, start = set(threading.enumerate()), time.monotonic()
    with pytest.raises(network.DownloadFailed, match=r"no answer in 0\.3 s"):
        network.serving(["http://name.invalid/", "http://other.invalid/"], "file", seconds=0.3)
    assert time.monotonic() - start < 2
    done.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)


def test_mirrors_that_serve(mirror, silent, closed):
    url, _, _ = mirror
    file = "t10k-labels-idx1-ubyte.gz"
    assert network.serving([closed, url + "nothing/", url, silent], file, seconds=0.5) == [url]
    with pytest.raises(network.DownloadFailed, match="HTTP status 404"):
        network.serving([url], "nothing", seconds=0.5)


def test_download(mirror, closed, tmp_path, images, monkeypatch, unpinned):
    url, requests, resources = mirror
    monkeypatch.delenv("SUITE_OFFLINE")
    monkeypatch.setattr(datasets.MNIST, "mirrors", [closed, url])
    monkeypatch.setattr(datasets.MNIST, "resources", resources)
    root = tmp_path / "new" / "root"
    dataset = data.load("mnist", root)
    for key, array in images.items():
        assert torch.equal(getattr(dataset, key), torch.from_numpy(array))
    assert sorted(os.listdir(root)) == [".mnist.lock", "mnist.npz"]
    asked = len(requests)
    assert data.load("mnist", root).checksum == dataset.checksum
    assert len(requests) == asked


def test_download_of_another_content_leaves_nothing(tmp_path, images, monkeypatch):
    monkeypatch.delenv("SUITE_OFFLINE")
    source = data.SOURCES["mnist"]
    monkeypatch.setattr(type(source), "mirrors", lambda self: ["a mirror"])
    monkeypatch.setattr(type(source), "download", lambda self, scratch, mirrors: images)
    with pytest.raises(data.DataCorrupt, match="the download is not mnist"):
        data.load("mnist", tmp_path)
    assert os.listdir(tmp_path) == [".mnist.lock"]


def test_root_that_cannot_be_written(tmp_path, monkeypatch):
    """An error with a network; without one the data is just not there, so that a stand-in can be run."""
    monkeypatch.delenv("SUITE_OFFLINE")
    source = data.SOURCES["mnist"]
    monkeypatch.setattr(type(source), "mirrors", lambda self: ["a mirror"])

    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(type(tmp_path), "mkdir", refuse)
    with pytest.raises(data.DataRootError, match=f"cannot write in the data root {tmp_path}: Read-only"):
        data.load("mnist", tmp_path)
    monkeypatch.setenv("SUITE_OFFLINE", "1")
    with pytest.raises(data.DataUnavailable):
        data.load("mnist", tmp_path)


def refused(match, mirrors, folder, **options):
    """A download fails for this reason and leaves nothing."""
    with pytest.raises(network.DownloadFailed, match=match):
        network.fetch(mirrors, "file", folder, **options)
    assert os.listdir(folder) == []


def test_stalled_download_is_given_up(server, silent, tmp_path, monkeypatch):
    """At once: another mirror would double the time that a user waits for a network that does not answer."""
    assert network.PROBE_SECONDS + max(network.PROBE_SECONDS, network.STALL_SECONDS) < 15
    monkeypatch.setattr(network, "STALL_SECONDS", 0.5)
    url, files, _ = server
    files["/file"] = [b"some", 30, b"more"]
    for mirror in (url, silent):
        start = time.monotonic()
        refused(r"^no data for 0\.5 s$", [mirror, mirror, mirror], tmp_path)
        assert 0.5 <= time.monotonic() - start < 1.4


def test_slow_download_is_not_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(network, "STALL_SECONDS", 0.5)
    url, files, _ = server
    files["/file"] = [b"x", 0.1] * 15
    assert network.fetch([url], "file", tmp_path).read_bytes() == b"x" * 15
    assert os.listdir(tmp_path) == ["file"]


def test_failed_download_says_why(server, closed, tmp_path):
    url, files, _ = server
    refused("404", [url], tmp_path)
    refused("refused", [closed], tmp_path)
    files["/file"] = [b"some", None, b"more"]
    refused("IncompleteRead", [url], tmp_path)
    files["/file"] = b"some"
    refused("MD5 hash .* does not match", [url], tmp_path, md5="0" * 32)


def test_mirrors_are_tried_in_turn(server, closed, tmp_path):
    url, files, requests = server
    files |= {"/cut/file": [b"so", None, b"me"], "/old/file": b"same", "/file": b"some", "/last/file": b"some"}
    mirrors = [closed, f"{url}nothing/", f"{url}cut/", f"{url}old/", url, f"{url}last/"]
    path = network.fetch(mirrors, "file", tmp_path, md5=hashlib.md5(b"some").hexdigest())
    assert path.read_bytes() == b"some"
    assert requests == ["/nothing/file", "/cut/file", "/old/file", "/file"]
