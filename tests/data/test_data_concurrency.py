import errno
import os
import signal
import subprocess
import sys
import time

import pytest

from suite import data
from suite.data.checksum import checksum
from suite.data.locks import lock

WITHOUT_FLOCK = """
import errno, fcntl

def unsupported(*_):
    raise OSError(errno.ENOLCK, "No locks available")

fcntl.flock = unsupported
"""
HOLDER = """
import sys, time
from pathlib import Path
from suite.data.locks import lock

with lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""
BUILDER = """
import sys, time
from pathlib import Path
import numpy as np
from suite import data

root, marker = Path(sys.argv[1]), Path(sys.argv[2])

class Slow:
    layout = "nowhere"
    def find(self, root): return None
    def read(self, path): raise AssertionError
    def mirrors(self): return []
    def download(self, scratch, mirrors):
        (scratch / "part").touch()
        with open(marker, "a") as log:
            log.write("built\\n")
        time.sleep(0.3)
        rows = np.arange(4000, dtype=np.float32).reshape(1000, 4)
        return {"x_train": rows, "y_train": np.arange(1000) % 3, "x_test": rows[:10], "y_test": np.arange(10) % 3}

data.SOURCES["sdd"] = Slow()
print("ready", flush=True)
sys.stdin.readline()
print(len(data.prepared.read(data.prepare("sdd", root))["x_train"]))
"""


@pytest.mark.parametrize("machine_has", ["", WITHOUT_FLOCK], ids=["flock", "no flock"])
def test_processes_that_need_the_same_file_build_it_once(machine_has, tmp_path, monkeypatch):
    root, marker = tmp_path / "root", tmp_path / "built"
    monkeypatch.delenv("SUITE_OFFLINE")
    command = [sys.executable, "-c", machine_has + BUILDER, str(root), str(marker)]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(4)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    outcomes = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, outcomes
    assert {out.strip() for out, _ in outcomes} == {"1000"}
    assert marker.read_text() == "built\n"
    assert sorted(os.listdir(root)) == [".sdd.lock", "sdd.npz"]


def test_writers_without_a_lock_leave_one_whole_file(tmp_path, features, images):
    """Readers see one of the two contents at any time, never a mixture."""
    code = (
        "import sys, numpy as np; from pathlib import Path; from suite.data import prepared;"
        "arrays = prepared.read(Path(sys.argv[1]));"
        "[prepared.write(Path(sys.argv[2]), arrays) for _ in range(60)]"
    )
    for name, arrays in (("a", features), ("b", images)):
        data.prepared.write(tmp_path / f"{name}.npz", arrays)
    target = tmp_path / "sdd.npz"
    data.prepared.write(target, features)
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / f"{name}.npz"), str(target)]) for name in "ab"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        seen.add(checksum(data.prepared.read(target)))
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen <= {checksum(features), checksum(images)}
    assert sorted(os.listdir(tmp_path)) == ["a.npz", "b.npz", "sdd.npz"]


@pytest.fixture(params=[None, errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP], ids=["flock", "ENOSYS", "ENOLCK", "EOPNOTSUPP"])
def way(request, monkeypatch):
    if request.param is not None:

        def unsupported(*_):
            raise OSError(request.param, "no flock on this file system")

        monkeypatch.setattr("fcntl.flock", unsupported)
    return request.param


def test_lock_excludes_and_is_released(way, tmp_path):
    path = tmp_path / ".x.lock"
    with lock(path):
        start = time.monotonic()
        with pytest.raises(data.DataRootError, match=f"another process has held {path} for 0.2 s") as error, lock(path, 0.2):
            pass
        assert 0.2 <= time.monotonic() - start < 2
        assert ".x.held" in str(error.value)
    with lock(path, 0.2):
        pass
    with pytest.raises(KeyError), lock(path, 0.2):
        raise KeyError
    with lock(path, 0.2):
        pass


def test_lock_of_a_killed_process_is_free(way, tmp_path):
    path = tmp_path / ".x.lock"
    code = (WITHOUT_FLOCK if way else "") + HOLDER
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(data.DataRootError), lock(path, 0.1):
            pass
        process.send_signal(signal.SIGKILL)
    with lock(path, 1):
        pass


def test_a_process_that_has_to_wait_says_so(tmp_path, caplog):
    caplog.set_level("INFO")
    path = tmp_path / ".x.lock"
    with lock(path), pytest.raises(data.DataRootError), lock(path, 0.1):
        pass
    assert f"waiting for another process to release {path}" in caplog.text


def test_a_lock_file_that_cannot_be_made_is_no_reason_to_wait(tmp_path):
    with pytest.raises(OSError, match="Is a directory"), lock(tmp_path, 5):
        pass
