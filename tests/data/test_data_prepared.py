import hashlib
import io
import os
import zipfile

import numpy as np
import pytest
import torch

from suite import data
from suite.base.errors import SuiteError
from suite.data import prepared
from suite.data.checksum import checksum


def one_line(error):
    text = str(error.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize("name", ["cifar10", "cifar100", "pendigits", "sdd", "mnist", "fashion-mnist"])
@pytest.mark.parametrize("form", ["images", "features"])
def test_round_trip(name, form, request, tmp_path, unpinned):
    arrays = request.getfixturevalue(form)
    prepared.write(tmp_path / f"{name}.npz", arrays)
    loaded = data.load(name, tmp_path)
    for key, array in arrays.items():
        assert torch.equal(getattr(loaded, key), torch.from_numpy(array))
        assert getattr(loaded, key).numpy().dtype == array.dtype
    assert loaded.name == name
    assert loaded.n_classes == {"images": 10, "features": 3}[form]
    assert os.listdir(tmp_path) == [f"{name}.npz"]


def test_file_is_readable_by_others(tmp_path, images):
    """Shared data roots: the mode follows the umask, unlike that of a temporary file."""
    prepared.write(tmp_path / "x.npz", images)
    reference = tmp_path / "reference"
    reference.touch()
    assert (tmp_path / "x.npz").stat().st_mode == reference.stat().st_mode


def test_checksum_is_of_the_content_not_of_the_file(tmp_path, images):
    """Compressed, in another order and with another key beside: the same data; one bit, a dtype or a shape: other data."""
    for folder, save in (("a", np.savez), ("b", np.savez_compressed)):
        (tmp_path / folder).mkdir()
        order = images if folder == "a" else dict(reversed(images.items()))
        save(tmp_path / folder / "cifar100.npz", **order, **({"note": np.zeros(3)} if folder == "b" else {}))
    a, b = (data.load("cifar100", tmp_path / folder).checksum for folder in "ab")
    assert a == b
    assert (tmp_path / "a/cifar100.npz").read_bytes() != (tmp_path / "b/cifar100.npz").read_bytes()

    changes = [
        {"x_test": images["x_test"] ^ np.eye(28, dtype=np.uint8)},
        {"y_train": images["y_train"].astype(np.int32)},
        {"x_train": images["x_train"].reshape(40, 1, 14, 56)},
        {"x_train": images["x_test"], "x_test": images["x_train"], "y_train": images["y_test"], "y_test": images["y_train"]},
    ]
    assert len({a, *(checksum(images | change) for change in changes)}) == 5


def test_checksum_of_its_own_description(features):
    text = {key: f"{key} {array.dtype} {array.shape}\n".encode() for key, array in features.items()}
    expected = hashlib.sha256(b"".join(text[key] + features[key].tobytes() for key in features)).hexdigest()
    assert checksum(features) == expected
    strided = features | {"x_train": np.asfortranarray(features["x_train"])}
    assert checksum(strided) == expected


def test_known_data_of_another_content_is_refused(tmp_path, images):
    prepared.write(tmp_path / "mnist.npz", images)
    with pytest.raises(data.DataCorrupt, match="SHA-256") as error:
        data.load("mnist", tmp_path)
    assert str(tmp_path / "mnist.npz") in one_line(error)
    assert "delete it" in one_line(error)
    with pytest.raises(data.DataCorrupt):
        data.prepare("mnist", tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_truncated_file(share, tmp_path, images, unpinned):
    path = tmp_path / "mnist.npz"
    prepared.write(path, images)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(data.DataCorrupt) as error:
        data.load("mnist", tmp_path)
    assert f"{path} is truncated or damaged" in one_line(error)
    assert "delete it" in one_line(error)


def test_flipped_bit_in_a_set_without_a_known_checksum(tmp_path, images):
    path = tmp_path / "cifar100.npz"
    prepared.write(path, images)
    content = bytearray(path.read_bytes())
    content[20_000] ^= 1
    path.write_bytes(content)
    with pytest.raises(data.DataCorrupt, match="damaged"):
        data.load("cifar100", tmp_path)


def test_no_npz_at_all(tmp_path, images):
    buffer = io.BytesIO()
    np.save(buffer, images["x_train"])
    empty_zip = io.BytesIO()
    zipfile.ZipFile(empty_zip, "w").close()
    for content in (b"hello", b"\x80\x04N.", buffer.getvalue(), empty_zip.getvalue(), b"PK\x03\x04"):
        (tmp_path / "sdd.npz").write_bytes(content)
        with pytest.raises(data.DataCorrupt) as error:
            data.load("sdd", tmp_path)
        one_line(error)


def test_pickles_are_not_run(tmp_path, features):
    np.savez(tmp_path / "sdd.npz", **(features | {"y_test": np.array([print], dtype=object)}))
    with pytest.raises(data.DataCorrupt, match="allow_pickle"):
        data.load("sdd", tmp_path)


@pytest.mark.parametrize("key", ["x_train", "y_train", "x_test", "y_test"])
def test_missing_array(key, tmp_path, images):
    del images[key]
    np.savez(tmp_path / "sdd.npz", **images)
    with pytest.raises(data.DataCorrupt, match=f"{key} missing"):
        data.load("sdd", tmp_path)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"x_train": np.zeros((30, 4))}, "x_train is float64"),
        ({"x_train": np.zeros((30, 1, 28, 28), np.float32)}, "x_train is float32 with 4 axes"),
        ({"x_test": np.zeros((9, 28, 28), np.uint8)}, "x_test is uint8 with 3 axes"),
        ({"y_train": np.zeros(30, np.uint8)}, "y_train is uint8"),
        ({"y_test": np.zeros((9, 1), np.int64)}, "y_test is int64 with 2 axes"),
        ({"y_train": np.zeros(29, np.int64)}, "30 rows of x_train but 29"),
        ({"x_test": np.zeros((0, 4), np.float32), "y_test": np.zeros(0, np.int64)}, "0 rows"),
        ({"x_test": np.zeros((9, 5), np.float32)}, r"float32 \(4,\), of x_test float32 \(5,\)"),
        ({"x_test": np.zeros((9, 1, 2, 2), np.uint8)}, "of x_test uint8"),
        ({"y_test": np.full(9, -1)}, "below 0"),
    ],
)
def test_wrong_form(change, problem, tmp_path, features):
    np.savez(tmp_path / "sdd.npz", **(features | change))
    with pytest.raises(data.DataCorrupt, match=problem) as error:
        data.load("sdd", tmp_path)
    assert "delete it" in one_line(error)


def test_write_leaves_the_old_file_when_it_fails(tmp_path, images, features, monkeypatch):
    path = tmp_path / "sdd.npz"
    prepared.write(path, features)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(data.DataRootError, match="No space left"):
        prepared.write(path, images)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["sdd.npz"]


def test_inputs_of_images(tmp_path, images, unpinned):
    prepared.write(tmp_path / "mnist.npz", images)
    dataset = data.load("mnist", tmp_path)
    x_train, y_train, x_test, y_test = dataset.tensors("cpu")
    np.testing.assert_array_equal(x_train.numpy(), images["x_train"].astype(np.float32) / np.float32(255))
    np.testing.assert_array_equal(x_test.numpy(), images["x_test"].astype(np.float32) / np.float32(255))
    assert x_train.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(y_train, dataset.y_train)
    assert torch.equal(y_test, dataset.y_test)
    np.testing.assert_array_equal(dataset.x_train.numpy(), images["x_train"])


def test_inputs_of_colour_images_are_channels_last(images):
    x = torch.from_numpy(images["x_train"]).reshape(40, 4, 14, 14)
    made = data.dataset.inputs(x)
    assert made.stride() == (784, 1, 56, 4)
    assert torch.equal(made, x / 255)


def test_inputs_of_features_are_unchanged(tmp_path, features):
    prepared.write(tmp_path / "sdd.npz", features)
    assert torch.equal(data.load("sdd", tmp_path).tensors()[0], torch.from_numpy(features["x_train"]))


def test_unknown_name(tmp_path):
    with pytest.raises(SuiteError, match="unknown data set 'mnits'; did you mean mnist"):
        data.load("mnits", tmp_path)
    with pytest.raises(SuiteError, match=r"did you mean .*sdd"):
        data.prepare("???", tmp_path)
