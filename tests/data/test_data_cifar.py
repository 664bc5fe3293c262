import hashlib
import io
import os
import pickle
import struct
import tarfile
import time

import numpy as np
import pytest
import torch
from torchvision import datasets

from suite import data
from suite.data import cifar


def python2_pickle(batch):
    """The form of the published batches: what Python 2 wrote at protocol 2, with byte strings and dtype("u1", 0, 1)."""

    def text(value):
        return b"U" + bytes([len(value)]) + value.encode()

    def integer(value):
        return b"J" + struct.pack("<i", value)

    images = batch["data"]
    dtype = b"cnumpy\ndtype\n" + text("u1") + b"K\x00K\x01\x87R(K\x03" + text("|") + b"NNN" + 2 * integer(-1) + b"K\x00tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + text("b") + b"\x87R"
    array += b"(K\x01" + b"".join(map(integer, images.shape)) + b"\x86" + dtype + b"\x89"
    array += b"T" + struct.pack("<i", images.nbytes) + images.tobytes() + b"tb"
    labels = {key: b"](" + b"".join(b"K" + bytes([label]) for label in value) + b"e" for key, value in batch.items() if "labels" in key}
    return b"\x80\x02}(" + b"".join(text(key) + value for key, value in (labels | {"data": array}).items()) + b"u."


WRITERS = {"Python 2": python2_pickle} | {f"protocol {p}": lambda batch, p=p: pickle.dumps(batch, protocol=p) for p in (2, 4)}


@pytest.fixture
def colours(monkeypatch):
    """colours(name): batches by file name, of 50 training and 10 test images."""
    monkeypatch.setattr(cifar, "ROWS", {"train": 50, "test": 10})

    def make(name):
        source, rng = data.SOURCES[name], np.random.default_rng(3)
        sizes = dict.fromkeys(source.train, 50 // len(source.train)) | dict.fromkeys(source.test, 10)
        batches = {}
        for file, n in sizes.items():
            labels = rng.integers(0, source.n_classes, n)
            labels[0] = source.n_classes - 1
            batches[file] = {"data": rng.integers(0, 256, (n, 3072), dtype=np.uint8), source.label_key: labels.tolist()}
            if name == "cifar100":
                batches[file]["coarse_labels"] = rng.integers(0, 20, n).tolist()
        return batches

    return make


def put(name, root, batches, write=python2_pickle):
    folder = root / data.SOURCES[name].layout
    folder.mkdir(exist_ok=True)
    for file, batch in batches.items():
        (folder / file).write_bytes(write(batch))
    return folder


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", ["cifar10", "cifar100"])
def test_torchvision_layout(name, writer, colours, tmp_path, unpinned, monkeypatch):
    """Against torchvision's own reading of the same files."""
    folder = put(name, tmp_path, colours(name), WRITERS[writer])
    dataset = data.load(name, tmp_path)
    assert dataset.n_classes == {"cifar10": 10, "cifar100": 100}[name]
    assert dataset.x_train.shape == (50, 3, 32, 32)
    assert data.available(tmp_path)[name] == str(folder)

    theirs = {"cifar10": datasets.CIFAR10, "cifar100": datasets.CIFAR100}[name]
    monkeypatch.setattr(theirs, "_check_integrity", lambda self: True)
    monkeypatch.setattr(theirs, "_load_meta", lambda self: None)
    for part in ("train", "test"):
        expected = theirs(tmp_path, train=part == "train")
        assert torch.equal(getattr(dataset, f"x_{part}").permute(0, 2, 3, 1), torch.from_numpy(expected.data))
        assert getattr(dataset, f"y_{part}").tolist() == expected.targets


def test_cifar10_of_another_content(colours, tmp_path):
    folder = put("cifar10", tmp_path, colours("cifar10"))
    with pytest.raises(data.DataCorrupt, match=f"{folder} is not cifar10"):
        data.load("cifar10", tmp_path)


def refused(path, content):
    """The message about the pickle `path` of CIFAR-10 when it has this content."""
    path.write_bytes(content)
    with pytest.raises(data.DataCorrupt) as error:
        data.load("cifar10", path.parent.parent)
    text = str(error.value)
    assert text.startswith(str(path))
    assert text.endswith("; delete it and run again")
    assert "\n" not in text
    return text


@pytest.fixture
def batch(colours, tmp_path, unpinned):
    """The third training batch of a sound CIFAR-10, and its file."""
    batches = colours("cifar10")
    return batches["data_batch_3"], put("cifar10", tmp_path, batches) / "data_batch_3"


@pytest.mark.parametrize("writer", WRITERS)
def test_truncated_pickle(writer, batch):
    whole = WRITERS[writer](batch[0])
    for size in (0, 1, 20, 100, 1000, len(whole) - 1):
        assert "is truncated, damaged or no pickle of arrays" in refused(batch[1], whole[:size])
    assert "is truncated, damaged or no pickle of arrays" in refused(batch[1], b"hello")


@pytest.mark.parametrize("name", ["os.mkdir", "posix.mkdir", "pathlib.Path.mkdir", "numpy.save", "builtins.open"])
def test_pickles_are_not_run(name, batch, tmp_path):
    marker = tmp_path / "made"
    module, function = name.split(".", 1)
    call = f"c{module}\n{function}\n(V{marker}\ntR.".encode()
    assert f"it asks for {name}" in refused(batch[1], call)
    assert not marker.exists()


def test_the_pickles_of_that_test_would_run(tmp_path):
    pickle.loads(f"cos\nmkdir\n(V{tmp_path / 'made'}\ntR.".encode())
    assert (tmp_path / "made").is_dir()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"data": np.zeros((10, 3071), np.uint8)}, "holds no images"),
        ({"data": np.zeros((10, 3072), np.float32)}, "holds no images"),
        ({"data": np.zeros((10, 3, 32, 32), np.uint8)}, "holds no images"),
        ({"data": [0] * 10}, "holds no images"),
        ({"labels": None}, "holds no list 'labels' of 10 labels"),
        ({"labels": [0] * 9}, "holds no list 'labels' of 10 labels"),
        ({"labels": [0] * 9 + [10]}, "the label 10 is none of 0 to 9"),
        ({"labels": [-1] + [0] * 9}, "the label -1 is none of 0 to 9"),
        ({"labels": ["3"] + [0] * 9}, "the label '3' is none of 0 to 9"),
    ],
)
def test_wrong_content(change, problem, batch):
    assert problem in refused(batch[1], pickle.dumps(batch[0] | change, protocol=4))


def test_no_dictionary(batch):
    assert "holds no images" in refused(batch[1], pickle.dumps([1, 2]))


def test_wrong_number_of_images(batch, tmp_path):
    content, path = batch
    path.write_bytes(python2_pickle({key: value[:9] for key, value in content.items()}))
    with pytest.raises(data.DataCorrupt, match=f"{path.parent} has 49 train images where 50 are published"):
        data.load("cifar10", tmp_path)


def test_missing_batch(batch, tmp_path):
    batch[1].unlink()
    with pytest.raises(data.DataUnavailable):
        data.load("cifar10", tmp_path)


@pytest.fixture
def mirror(server, colours, monkeypatch, online):
    """A server of CIFAR-100 at the address that torchvision names, and the batches in it."""
    theirs = datasets.CIFAR100
    url, files, _ = server
    batches = colours("cifar100")
    contents = {file: pickle.dumps(batch, protocol=4) for file, batch in batches.items()}
    contents["meta"] = pickle.dumps({"fine_label_names": ["?"] * 100}, protocol=2)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for file, content in contents.items():
            member = tarfile.TarInfo(f"cifar-100-python/{file}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    files["/cifar-100-python.tar.gz"] = buffer.getvalue()
    md5 = {file: hashlib.md5(content).hexdigest() for file, content in contents.items()}
    monkeypatch.setattr(theirs, "url", url + "cifar-100-python.tar.gz")
    monkeypatch.setattr(theirs, "tgz_md5", hashlib.md5(buffer.getvalue()).hexdigest())
    monkeypatch.setattr(theirs, "train_list", [["train", md5["train"]]])
    monkeypatch.setattr(theirs, "test_list", [["test", md5["test"]]])
    monkeypatch.setattr(theirs, "meta", theirs.meta | {"md5": md5["meta"]})
    return batches


def test_download(mirror, tmp_path):
    dataset = data.load("cifar100", tmp_path)
    assert dataset.y_test.tolist() == mirror["test"]["fine_labels"]
    assert dataset.x_test.flatten(1).tolist() == mirror["test"]["data"].tolist()
    assert sorted(os.listdir(tmp_path)) == [".cifar100.lock", "cifar100.npz"]


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("tgz_md5", "0" * 32, "MD5 hash of downloaded file .* does not match"),
        ("train_list", [["train", "0" * 32]], "Dataset not found or corrupted"),
    ],
)
def test_download_of_another_content_leaves_nothing(key, value, problem, mirror, tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.CIFAR100, key, value)
    with pytest.raises(data.DataUnavailable, match=problem):
        data.load("cifar100", tmp_path)
    assert os.listdir(tmp_path) == [".cifar100.lock"]


def test_refused_connections_are_noticed_at_once(closed, tmp_path, monkeypatch, online):
    monkeypatch.setattr(datasets.CIFAR10, "url", closed + datasets.CIFAR10.filename)
    start = time.monotonic()
    with pytest.raises(data.DataUnavailable, match=r"no mirror serves cifar-10-python\.tar\.gz .*refused"):
        data.load("cifar10", tmp_path)
    assert time.monotonic() - start < 2
