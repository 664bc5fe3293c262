import io
import os
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest
import torch
from sklearn.preprocessing import StandardScaler

from suite import data
from suite.data import network, pendigits, sdd, uci
from suite.data.splits import stratified
from suite.data.uci import parse

FORM = {"separator": b",", "columns": 4, "labels": range(1, 4)}
TABLE = b"1,2.5,-3e-2,1\n 4,  5,6, 3\n7,8,9,2\n"


def one_line(error):
    text = str(error.value)
    assert "\n" not in text
    return text


def strokes(n, seed):
    """`n` rows in the form of PENDIGITS: 16 integers from 0 to 100 and a label from 0 to 9."""
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.integers(0, 101, (n, 16)), np.arange(n) % 10])


def pendigits_text(rows):
    return "".join(",".join(f"{v:3d}" for v in row[:-1]) + f", {row[-1]}\n" for row in rows).encode()


@pytest.fixture
def pens(tmp_path, monkeypatch):
    """40 training and 10 test rows, and the contents of UCI's two files that hold them."""
    monkeypatch.setattr(pendigits, "ROWS", {"train": 40, "test": 10})
    train, test = strokes(40, 0), strokes(10, 1)
    return train, test, {"pendigits.tra": pendigits_text(train), "pendigits.tes": pendigits_text(test)}


@pytest.fixture
def drives(monkeypatch):
    """220 rows of 48 features on scales far apart, the eighth constant; their labels from 0; the content of UCI's file."""
    monkeypatch.setattr(sdd, "ROWS", 220)
    rng = np.random.default_rng(2)
    x = rng.normal(size=(220, 48)) * 10.0 ** rng.integers(-6, 3, 48) + rng.normal(size=48)
    x[:, 7] = 0.1
    y = np.repeat(np.arange(11), 20)
    lines = [" ".join([*(f"{value:.5g}" for value in row), str(label + 1)]) for row, label in zip(x, y, strict=True)]
    x = np.array([[float(field) for field in line.split()[:-1]] for line in lines])
    return x, y, {"Sensorless_drive_diagnosis.txt": "".join(f"{line}\n" for line in lines).encode()}


def put(folder, files):
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def test_parse():
    x, y = parse(TABLE, "here", **FORM)
    expected = np.loadtxt(io.BytesIO(TABLE), delimiter=",")
    np.testing.assert_array_equal(x, expected[:, :3])
    assert (x.dtype, y.dtype) == ("float64", "int64")
    assert y.tolist() == [0, 2, 1]


@pytest.mark.parametrize("content", [TABLE.rstrip(), TABLE + b"\n", TABLE.replace(b"\n", b"\r\n")])
def test_line_ends_do_not_matter(content):
    for found, expected in zip(parse(content, "here", **FORM), parse(TABLE, "here", **FORM), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b",9,2\n", b"", "line 3: 2 columns where there are to be 4"),
        (b"9,2\n", b"9,2,1\n", "line 3: 5 columns where there are to be 4"),
        (b"\n 4", b"\n\n 4", "line 2: 1 columns where there are to be 4"),
        (b"2.5", b"2.5x", r"line 1: could not convert string to float: b'2\.5x'"),
        (b"2.5", b"", "line 1: could not convert string to float: b''"),
        (b"9,2", b"9,\xff", "line 3: could not convert string to float"),
        (b"6", b"nan", "line 2: a number that is not finite"),
        (b"8", b"-inf", "line 3: a number that is not finite"),
        (b" 3", b" nan", "line 2: a number that is not finite"),
        (b"9,2", b"9,4", "line 3: the label 4 is none of 1 to 3"),
        (b"9,2", b"9,0", "line 3: the label 0 is none of 1 to 3"),
        (b" 3", b" 1.5", r"line 2: the label 1\.5 is none of 1 to 3"),
        (TABLE, b"", "is empty"),
        (TABLE, b"\n", "is empty"),
    ],
)
def test_damaged_table(old, new, problem):
    assert TABLE.count(old) == 1
    with pytest.raises(data.DataCorrupt, match=f"^here(, | ){problem}") as error:
        parse(TABLE.replace(old, new), "here", **FORM)
    assert "put UCI's own file there, or delete it" in one_line(error)


def test_pendigits(pens, tmp_path, unpinned):
    train, test, files = pens
    folder = put(tmp_path / "pendigits", files)
    dataset = data.load("pendigits", tmp_path)
    assert dataset.x_train.dtype == dataset.x_test.dtype == torch.float32
    assert dataset.x_train.tolist() == train[:, :-1].tolist()
    assert dataset.x_test.tolist() == test[:, :-1].tolist()
    assert dataset.y_train.tolist() == train[:, -1].tolist()
    assert dataset.y_test.tolist() == test[:, -1].tolist()
    assert dataset.n_classes == 10

    assert data.available(tmp_path)["pendigits"] == str(folder)
    assert data.prepare("pendigits", tmp_path) == tmp_path / "pendigits.npz"
    assert data.load("pendigits", tmp_path).checksum == dataset.checksum


def test_published_pendigits_have_the_known_checksum(machine_data, tmp_path):
    """The machine's prepared data, written in the form of UCI's files."""
    prepared = os.path.join(machine_data or "", "pendigits.npz")
    if not os.path.isfile(prepared):
        pytest.skip("no pendigits.npz under SUITE_DATA")
    with np.load(prepared) as stored:
        rows = {part: np.column_stack([stored[f"x_{part}"].astype(int), stored[f"y_{part}"]]) for part in ("train", "test")}
    put(tmp_path / "pendigits", {"pendigits.tra": pendigits_text(rows["train"]), "pendigits.tes": pendigits_text(rows["test"])})
    dataset = data.load("pendigits", tmp_path)
    assert dataset.checksum == data.checksum.KNOWN["pendigits"]
    assert torch.bincount(dataset.y_test).tolist() == [363, 364, 364, 336, 364, 335, 336, 364, 336, 336]


def test_pendigits_of_another_content(pens, tmp_path):
    put(tmp_path / "pendigits", pens[2])
    with pytest.raises(data.DataCorrupt, match=f"{tmp_path}/pendigits is not pendigits"):
        data.load("pendigits", tmp_path)


@pytest.mark.parametrize("file", ["pendigits.tra", "pendigits.tes"])
def test_a_truncated_or_missing_file_of_pendigits(file, pens, tmp_path, unpinned):
    path = put(tmp_path / "pendigits", pens[2]) / file
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b",")])
    with pytest.raises(data.DataCorrupt, match=f"^{path}, line [14]0: 16 columns") as error:
        data.load("pendigits", tmp_path)
    one_line(error)
    path.write_bytes(whole[: whole.rindex(b"\n", 0, -1)])
    with pytest.raises(data.DataCorrupt, match=f"^{path} has [3 ]?9 rows where UCI's file has [14]0;"):
        data.load("pendigits", tmp_path)
    path.unlink()
    with pytest.raises(data.DataUnavailable):
        data.load("pendigits", tmp_path)


def test_sdd(drives, tmp_path):
    x, y, files = drives
    folder = put(tmp_path / "sdd", files)
    dataset = data.load("sdd", tmp_path)
    train, test = stratified(y, 44, key="sdd")
    scaler = StandardScaler().fit(x[train])
    for found, rows in ((dataset.x_train, train), (dataset.x_test, test)):
        assert found.dtype == torch.float32
        np.testing.assert_allclose(found.numpy(), scaler.transform(x[rows]), rtol=1e-6, atol=1e-6)
    assert dataset.y_train.tolist() == y[train].tolist()
    assert dataset.y_test.tolist() == y[test].tolist()
    assert torch.bincount(dataset.y_test).tolist() == [4] * 11
    assert dataset.n_classes == 11
    assert data.available(tmp_path)["sdd"] == str(folder)


def test_sdd_has_an_11702_row_test_part():
    y = np.repeat(np.arange(11), 5_319)
    assert len(y) == sdd.ROWS
    arrays = sdd.split(np.random.default_rng(0).normal(size=(len(y), 2)), y)
    assert (len(arrays["x_train"]), len(arrays["x_test"])) == (len(arrays["y_train"]), len(arrays["y_test"])) == (46_807, 11_702)
    assert set(np.bincount(arrays["y_test"])) == {1_063, 1_064}


def test_a_subset_of_sdd_is_refused(drives, tmp_path, monkeypatch):
    monkeypatch.setattr(sdd, "ROWS", 58_509)
    folder = put(tmp_path / "sdd", drives[2])
    with pytest.raises(data.DataCorrupt) as error:
        data.load("sdd", tmp_path)
    expected = f"{folder}/Sensorless_drive_diagnosis.txt has 220 rows where UCI's file has 58,509; put UCI's own file there, or"
    assert one_line(error).startswith(expected)


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "hello")
        for name, content in files.items():
            archive.writestr(f"deep/er/{name}", content)
    return buffer.getvalue()


@pytest.fixture
def archives(server, monkeypatch, online):
    """The archives that a server in place of UCI has, by name; and what it was asked for."""
    url, files, requests = server
    monkeypatch.setattr(uci, "ADDRESS", url)

    def serve(name, content):
        files["/" + data.SOURCES[name].archive] = content

    return serve, requests


@pytest.mark.parametrize(("name", "fixture"), [("pendigits", "pens"), ("sdd", "drives")])
def test_download(name, fixture, request, archives, tmp_path, unpinned):
    serve, requests = archives
    files = request.getfixturevalue(fixture)[2]
    serve(name, zipped(files))
    root = tmp_path / "new" / "root"
    dataset = data.load(name, root)
    assert sorted(os.listdir(root)) == [f".{name}.lock", f"{name}.npz"]
    asked = len(requests)
    assert data.load(name, root).checksum == dataset.checksum
    assert len(requests) == asked
    put(tmp_path / "other" / name, files)
    assert data.load(name, tmp_path / "other").checksum == dataset.checksum


def test_download_of_another_content_leaves_nothing(pens, archives, tmp_path):
    archives[0]("pendigits", zipped(pens[2]))
    with pytest.raises(data.DataCorrupt, match="the download is not pendigits"):
        data.load("pendigits", tmp_path)
    assert os.listdir(tmp_path) == [".pendigits.lock"]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda files: zipped({"other.txt": b""}), "the archive that came holds no Sensorless_drive_diagnosis.txt"),
        (lambda files: b"<html>please log in</html>", "what came is no sound zip archive: File is not a zip file"),
        (lambda files: zipped(files)[:-30], "what came is no sound zip archive"),
        (lambda files: zipped(files)[:5000] + b"#" * 9 + zipped(files)[5009:], "what came is no sound zip archive"),
        (lambda files: zipped(files)[:120] + b"\xff" * 9 + zipped(files)[129:], "what came is no sound zip archive: Error -3"),
        (lambda files: zipped({k: v[: v.rindex(b"\n", 0, -1)] for k, v in files.items()}), "has 219 rows where UCI's file has 220"),
        (lambda files: [zipped(files)[:9000], 30, zipped(files)[9000:]], "no data for 0.7 s"),
    ],
)
def test_damaged_download_is_none(damage, reason, drives, archives, tmp_path, monkeypatch):
    monkeypatch.setattr(network, "STALL_SECONDS", 0.7)
    archives[0]("sdd", damage(drives[2]))
    start = time.monotonic()
    with pytest.raises(data.DataUnavailable) as error:
        data.load("sdd", tmp_path)
    assert time.monotonic() - start < 10
    assert f"no download ({reason}" in one_line(error) or (reason.startswith("has") and reason in one_line(error))
    assert os.listdir(tmp_path) == [".sdd.lock"]


def test_two_processes_at_once_download_once(pens, archives, server, tmp_path):
    serve, requests = archives
    serve("pendigits", zipped(pens[2]))
    code = (
        "import sys; from suite import data; from suite.data import checksum, pendigits, uci;"
        "uci.ADDRESS, checksum.KNOWN, pendigits.ROWS = sys.argv[1], {}, {'train': 40, 'test': 10};"
        "print('ready', flush=True); sys.stdin.readline(); data.prepare('pendigits', sys.argv[2])"
    )
    command, pipe = [sys.executable, "-c", code, server[0], str(tmp_path)], subprocess.PIPE
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    outcomes = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outcomes
    assert [err for _, err in outcomes] == ["", ""]
    probes = len(processes)
    assert len(requests) == probes + 1
    assert sorted(os.listdir(tmp_path)) == [".pendigits.lock", "pendigits.npz"]


@pytest.mark.parametrize("name", ["pendigits", "sdd"])
def test_no_network(name, closed, archives, tmp_path, monkeypatch):
    with pytest.raises(data.DataUnavailable, match="HTTP status 404"):
        data.load(name, tmp_path / "root")
    monkeypatch.setattr(uci, "ADDRESS", closed)
    start = time.monotonic()
    with pytest.raises(data.DataUnavailable, match="refused") as error:
        data.load(name, tmp_path / "root")
    assert time.monotonic() - start < 2
    one_line(error)
    assert os.listdir(tmp_path) == []
