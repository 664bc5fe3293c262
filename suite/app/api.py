"""`suite.reproduce(id, ...)`: the command line's `reproduce` as a function."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from suite.app.catalogue import get
from suite.app.known import said
from suite.app.results import Results
from suite.base.errors import SuiteError
from suite.base.stopping import TimeLimit
from suite.experiment.reproduction import Experiment, Reproduction
from suite.experiment.spec import RunSpec
from suite.report.banner import banner

if TYPE_CHECKING:
    from suite.runs.executors import Executor
    from suite.runs.timings import Timing


def reproduce(
    table: str | Reproduction,
    seeds: int | None = None,
    profile: str = "quick",
    *,
    methods: Sequence[str] = (),
    jobs: int | None = None,
    device: str = "auto",
    executor: str = "local",
    address: str = "auto",
    cpus: int = 1,
    gpus: float | None = None,
    out: str | Path = Path("results", "runs"),
    data_root: str | Path | None = None,
    force: bool = False,
    retry_failed: bool = True,
    track: bool = True,
    progress: bool = False,
    early: bool = False,
    time_limit: float | TimeLimit | None = None,
) -> Results:
    """Compute the missing runs of a table or figure, store and render them, and give its `Results`.

    table           its id, or the reproduction itself
    seeds           None: as many as the reproduction asks for, 5 as a rule
    methods         only these rows are computed and returned; the files show all that is stored
    jobs            worker processes of one thread each; 1, the default, computes in this process. On a cluster at most so many runs
                    at a time, by default as many as its nodes take
    device          "cpu", "cuda" (the GPUs, which the workers share evenly), "cuda:0" and so on, or "auto" (GPUs where there are any)
    executor        "local", or "ray": the nodes of the Ray cluster at `address` ("HOST:PORT", or "auto" on one of its nodes), where each
                    run takes `cpus` threads and `gpus` GPUs, which may be a share of one (by default 1 on a GPU)
    force           compute again what is there
    retry_failed    try again the runs that failed before
    track           write the finished runs to MLflow (`<out>/mlflow.db`)
    progress        show on standard error how far the runs are, and how long they will take
    early           with progress: show the table there too, each time that one more seed is whole
    time_limit      seconds for all of it. No run is begun that cannot finish in what is left; those that are not done then keep their
                    checkpoints, and the results, which are those of the runs that are there, say so in `stopped`

    With `jobs` above 1 in a script of your own, call it under `if __name__ == "__main__":`, as worker processes import the script.
    """
    from suite.app.early import EarlyTables
    from suite.runs.orchestrate import Options, Watcher, compute_missing
    from suite.runs.progress import Progress
    from suite.runs.timings import add_timings, forecast, from_records
    from suite.runs.tracking import Tracker

    table = get(table) if isinstance(table, str) else table
    wanted = (table.with_methods(methods) if methods else table).at(profile, seeds)
    root = os.fspath(data_root) if data_root is not None else None
    limit = time_limit if time_limit is None or isinstance(time_limit, TimeLimit) else TimeLimit(time_limit)
    out = Path(out)
    with chosen_executor(executor, jobs, device, address, cpus, gpus) as (computing, found_device):
        options = Options(out, root, found_device, force, retry_failed, limit)
        wanted, absent = find_data(wanted, root)
        timings = partial(forecast, out=out, data_root=root, device=found_device) if executor == "local" else no_forecast
        watchers: list[Watcher] = []
        if progress:
            known = partial(said, table, profile, out)
            shown = Progress(wanted, jobs or (1 if executor == "local" else None), found_device, timings, first=known)
            watchers = [shown, EarlyTables(wanted, out, shown.sweep, shown.say)] if early else [shown]
        tracker = Tracker(out, table.id, profile)
        watchers += [tracker] if track else []
        results = Results.of(compute_missing(wanted, computing, options, watchers, absent))
    if track:
        tracker.tell({"scale": results.verdicts["scale"]["name"], "banner": banner(results)})
    add_timings(out, from_records(results.records.values(), wanted.specs))
    (Results.load(table, profile, out) if methods else results).write()
    return results


def no_forecast(specs: list[RunSpec], say: Callable[[str], None]) -> dict[str, Timing]:
    """On a cluster there is no telling beforehand how long runs take: its nodes were not timed."""
    return {}


@contextmanager
def chosen_executor(
    name: str, jobs: int | None, device: str, address: str = "auto", cpus: int = 1, gpus: float | None = None
) -> Iterator[tuple[Executor, str]]:
    """Who computes the runs, and on which device; SuiteError for what is not there."""
    if name == "ray":
        from suite.runs.executors.cluster import Cluster

        with Cluster(address, cpus=cpus, gpus=gpus, jobs=jobs, device=device) as cluster:
            yield cluster, cluster.device
        return
    if name != "local":
        raise SuiteError(f"unknown executor {name!r}", "there are local and ray")
    if (address, cpus, gpus) != ("auto", 1, None):
        raise SuiteError("--address, --cpus and --gpus are for a cluster", "add --executor ray")
    from suite.runs.executors.processes import Processes
    from suite.runs.executors.serial import Serial

    found = choose_device(device)
    devices = tuple(gpus_there()) if found == "cuda" else ()
    yield Processes(jobs, devices=devices) if jobs and jobs > 1 else Serial(), found


def gpus_there() -> list[str]:
    """The GPUs of this machine, "cuda:0" and so on."""
    import torch

    return [f"cuda:{i}" for i in range(torch.cuda.device_count())]


def choose_device(wanted: str) -> str:
    """ "auto" is CUDA where there is a device; SuiteError for one that is not there."""
    gpus = gpus_there()
    there = ["cpu", *(["cuda"] if gpus else []), *gpus]
    if wanted == "auto":
        return "cuda" if gpus else "cpu"
    if wanted not in there:
        raise SuiteError(f"device {wanted!r} is not available", f"there is {', '.join(there)}")
    return wanted


def find_data(wanted: Experiment, root: str | None) -> tuple[Experiment, frozenset[str]]:
    """Make sure that the data is there: the experiment, on its stand-in where it must be, and the data sets whose cells are left out.

    Cells whose data is not to be had are left out where others can run. Where none can, the table's stand-in takes the place of all;
    without one, DataUnavailable.
    """
    import logging

    from suite import data

    log = logging.getLogger(__name__)
    absent: dict[str, data.DataUnavailable] = {}
    for name in wanted.datasets:
        try:
            data.load(name, root)
        except data.DataUnavailable as error:
            absent[name] = error
    if len(absent) < len(wanted.datasets) or not absent:
        for reason in absent.values():
            log.warning("%s. Its cells are left out.", reason)
        return wanted, frozenset(absent)
    stand_in = wanted.reproduction.stand_in
    if not stand_in:
        raise next(iter(absent.values()))
    data.load(stand_in, root)
    log.warning("%s. Running on %s instead: NOT A RESULT about the paper.", next(iter(absent.values())), stand_in)
    return replace(wanted, stand_in=True), frozenset()
