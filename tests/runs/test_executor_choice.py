"""Which executor is chosen, and what is refused before anything is computed."""

from __future__ import annotations

import sys

import pytest

from suite.app.api import chosen_executor
from suite.base.errors import SuiteError
from suite.runs.executors.processes import Processes
from suite.runs.executors.serial import Serial


@pytest.mark.parametrize(("jobs", "expected"), [(None, Serial), (1, Serial), (2, Processes)])
def test_this_machine_computes_unless_a_cluster_is_asked_for(jobs, expected):
    with chosen_executor("local", jobs, "cpu") as (executor, device):
        assert type(executor) is expected
        assert device == "cpu"


@pytest.mark.parametrize(
    ("device", "expected"), [("auto", ("cuda:0", "cuda:1")), ("cuda", ("cuda:0", "cuda:1")), ("cuda:1", ()), ("cpu", ())]
)
def test_workers_share_the_gpus_unless_one_is_named(device, expected, monkeypatch):
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    with chosen_executor("local", 4, device) as (executor, found):
        assert executor.devices == expected
        assert found == ("cuda" if device == "auto" else device)


@pytest.mark.parametrize("options", [{"address": "10.0.0.1:6379"}, {"cpus": 2}, {"gpus": 0.5}])
def test_options_of_a_cluster_are_refused_without_one(options):
    with pytest.raises(SuiteError, match="are for a cluster; add --executor ray"), chosen_executor("local", None, "cpu", **options):
        pass


def test_an_executor_that_there_is_not_is_refused():
    with pytest.raises(SuiteError, match="unknown executor 'dask'; there are local and ray"), chosen_executor("dask", None, "cpu"):
        pass


def test_without_ray_the_remedy_is_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SuiteError) as error, chosen_executor("ray", None, "cpu"):
        pass
    assert str(error.value) == "--executor ray needs Ray, which is not installed; pip install 'suite[ray]'"
