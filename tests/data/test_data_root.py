import os
import subprocess
import sys

import pytest

from suite import data
from suite.data import prepared


def test_order_of_roots(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert data.data_root() == tmp_path / "home/.cache/suite"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert data.data_root() == tmp_path / "xdg/suite"
    monkeypatch.setenv("SUITE_DATA", str(tmp_path / "variable"))
    assert data.data_root() == tmp_path / "variable"
    assert data.data_root(tmp_path / "argument") == tmp_path / "argument"
    assert data.data_root("~/data") == tmp_path / "home/data"
    assert os.listdir(tmp_path) == []


def test_the_root_of_the_environment_is_loaded_from(tmp_path, monkeypatch, features):
    prepared.write(tmp_path / "sdd.npz", features)
    monkeypatch.setenv("SUITE_DATA", str(tmp_path))
    assert data.load("sdd").n_classes == 3


@pytest.mark.parametrize("name", ["mnist", "sdd", "digits"])
@pytest.mark.parametrize("function", [data.load, data.prepare])
def test_a_file_in_place_of_the_root(name, function, tmp_path):
    path = tmp_path / "file"
    path.touch()
    for root in (path, path / "below"):
        with pytest.raises(data.DataRootError, match="Not a directory") as error:
            function(name, root)
        assert str(error.value).startswith(f"cannot read {root}: ")
        assert "--data-root" in str(error.value)
        assert "\n" not in str(error.value)


def test_a_root_that_may_not_be_read(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    for function in (data.load, data.prepare):
        with pytest.raises(data.DataRootError, match=f"cannot read {tmp_path}: Permission denied"):
            function("mnist", tmp_path)
    with pytest.raises(data.DataRootError):
        data.available(tmp_path)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch, features):
    path = tmp_path / "sdd.npz"
    prepared.write(path, features)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(prepared, "open", refuse, raising=False)
    with pytest.raises(data.DataRootError, match=f"cannot read {path}: Permission denied"):
        data.load("sdd", tmp_path)


def test_a_folder_in_place_of_the_file(tmp_path):
    (tmp_path / "sdd.npz").mkdir()
    with pytest.raises(data.DataRootError, match="Is a directory"):
        data.load("sdd", tmp_path)


def test_no_home(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("HOME")

    def unknown(user):
        raise KeyError(user)

    monkeypatch.setattr("pwd.getpwuid", unknown)
    for root in (None, "~/data"):
        with pytest.raises(data.DataRootError, match="no data root"):
            data.data_root(root)


def test_available(tmp_path, features):
    prepared.write(tmp_path / "sdd.npz", features)
    raw = tmp_path / "FashionMNIST/raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        (raw / f"{part}-images-idx3-ubyte").touch()
        (raw / f"{part}-labels-idx1-ubyte").touch()
    expected = dict.fromkeys(data.names())
    expected |= {"sdd": str(tmp_path / "sdd.npz"), "fashion-mnist": str(raw), "digits": "scikit-learn", "digits8": "scikit-learn"}
    assert data.available(tmp_path) == expected
    assert set(data.names()) == {"mnist", "fashion-mnist", "cifar10", "cifar100", "pendigits", "sdd", "digits", "digits8"}


def test_listing_imports_nothing_heavy(tmp_path):
    code = (
        "import sys, suite.data as d; d.names(); d.available(sys.argv[1]);"
        "print([m for m in ('torch', 'numpy', 'sklearn', 'torchvision') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
