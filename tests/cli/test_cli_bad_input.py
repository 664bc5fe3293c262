"""Wrong use: one line on standard error, exit code 2, no traceback, nothing on standard output."""

import os

import numpy as np
import pytest

from suite.app.catalogue import ids


@pytest.fixture
def refused(invoke):
    """`refused("plan", "tabel1")`: the one line of a command that must be refused."""

    def run(*arguments):
        result = invoke(*arguments)
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        (line,) = result.stderr.splitlines()
        assert line.startswith("error: ")
        return line

    return run


@pytest.mark.parametrize("name", ["plan", "reproduce", "report", "verify", "publish"])
def test_unknown_id_names_the_nearest(refused, name):
    line = refused(name, "tabel1")
    assert "'tabel1'" in line
    assert "sgl0/table1" in line


def test_unknown_id_far_from_all_names_all(refused):
    line = refused("plan", "qqqq/zzzz")
    assert all(name in line for name in ids())


@pytest.mark.parametrize("name", ["plan", "reproduce", "report", "verify", "publish"])
def test_unknown_profile_names_those_there_are(refused, name):
    line = refused(name, "table1", "--profile", "quik")
    assert "'quik'" in line
    assert all(profile in line for profile in ("smoke", "quick", "paper"))


@pytest.mark.parametrize("name", ["plan", "reproduce"])
def test_a_profile_that_no_table_has(refused, name):
    assert "'quik'" in refused(name, "--all", "--profile", "quik")


def test_unknown_method_names_the_nearest(refused):
    line = refused("reproduce", "table1", "--method", "group_laso")
    assert "'group_laso'" in line
    assert "group_lasso" in line


@pytest.mark.parametrize("name", ["plan", "reproduce", "report"])
@pytest.mark.parametrize("seeds", ["0", "-1", "five", "1.5", ""])
def test_seeds_that_are_no_positive_number(refused, name, seeds):
    assert "--seeds" in refused(name, "table1", "--seeds", seeds)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["reproduce"], "ID"),
        (["reproduce", "table1", "--sedes", "5"], "--sedes"),
        (["reproduce", "table1", "--all"], "--all"),
        (["reproduce", "table1", "--hours", "5"], "--all"),
        (["reproduce", "--all", "--hours", "0"], "--hours"),
        (["reproduce", "--all", "--method", "sgl0"], "--method"),
        (["reproduce", "--all", "--hours", "5", "--force"], "--force"),
        (["reproduce", "--all", "--hours", "5", "--executor", "ray"], "--jobs"),
        (["plan"], "ID"),
        (["plan", "table1", "--all"], "--all"),
        (["plan", "table1", "--hours", "5"], "--all"),
        (["reproduce", "table1", "--jobs", "0"], "--jobs"),
        (["report", "table1", "--format", "word"], "word"),
        (["reprodce", "table1"], "reprodce"),
        (["--quick"], "--quick"),
        (["data", "list", "--all"], "--all"),
        (["compare", "a"], "B"),
        (["compare", "a", "nowhere"], "nowhere"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_words_are_one_line_too(refused, tmp_path, arguments, named):
    (tmp_path / "a").mkdir()
    line = refused(*arguments)
    assert named in line
    assert "--help" in line


@pytest.mark.parametrize("device", ["gpu", "tpu", "cuda:x", ""])
def test_unknown_device(refused, device):
    line = refused("reproduce", "table1", "--profile", "smoke", "--device", device)
    assert repr(device) in line
    assert "cpu" in line


@pytest.mark.parametrize("device", ["cuda", "cuda:0"])
def test_cuda_where_there_is_none(refused, monkeypatch, device):
    monkeypatch.setattr("torch.cuda.device_count", lambda: 0)
    assert device in refused("reproduce", "table1", "--profile", "smoke", "--device", device)


@pytest.mark.parametrize("profile", ["smoke", "quick"])
def test_a_data_root_that_is_no_folder(refused, tmp_path, profile):
    (tmp_path / "data").write_text("")
    line = refused("reproduce", "table1", "--profile", profile, "--data-root", tmp_path / "data")
    assert "cannot read" in line
    assert "--data-root" in line


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="every folder is readable here")
def test_a_data_root_without_permission(refused, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir(mode=0)
    try:
        assert "cannot read" in refused("reproduce", "table1", "--data-root", folder)
    finally:
        folder.chmod(0o700)


def test_a_truncated_data_file_is_not_replaced_by_the_stand_in(refused, tmp_path):
    path = tmp_path / "data" / "mnist.npz"
    path.parent.mkdir()
    np.savez(path, x_train=np.zeros((10, 1, 28, 28), np.uint8), y_train=np.zeros(10, np.int64))
    path.write_bytes(path.read_bytes()[:2000])
    line = refused("reproduce", "table1", "--data-root", path.parent)
    assert "mnist.npz" in line
    assert "truncated" in line
    assert path.stat().st_size == 2000


def test_an_output_folder_that_is_a_file(refused, tmp_path):
    (tmp_path / "out").write_text("")
    line = refused("reproduce", "table1", "--profile", "smoke", "--out", tmp_path / "out")
    assert "cannot write" in line
    assert "--out" in line


def test_a_report_without_runs_says_how_to_get_them(refused, tmp_path):
    line = refused("report", "table1", "--profile", "smoke")
    assert "python -m suite reproduce" in line
    assert not (tmp_path / "results").exists()


def test_folders_that_share_nothing(refused, stored, tmp_path):
    stored("dense", 0, out=tmp_path / "a")
    stored("l1", 0, out=tmp_path / "b")
    assert "share no row" in refused("compare", tmp_path / "a/sgl0/table1/smoke", tmp_path / "b/sgl0/table1/smoke")


def test_verify_without_reference_and_without_runs(refused, stored, tmp_path):
    assert "no reference records" in refused("verify", "table1", "--profile", "smoke")
    stored("dense", 0, out=tmp_path / "results" / "reference")
    assert "no runs" in refused("verify", "table1", "--profile", "smoke")


def test_no_traceback_in_a_process_of_its_own(command):
    done = command("reproduce", "table1", "--seeds", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_unknown_data_set(refused):
    assert "mnist" in refused("data", "prepare", "minst")
