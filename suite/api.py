"""`suite.reproduce(id, ...)`: the command line's `reproduce` as a function."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from suite.errors import SuiteError
from suite.reproduction import Reproduction, get
from suite.results import Results


def reproduce(id: str, seeds: int | None = None, profile: str = "quick", **options) -> Results:
    """Compute the missing runs of a table or figure and give its `Results`. Options: those of `reproduce_table`.

    seeds    None: as many as the reproduction asks for, 5 as a rule

    With `jobs` above 1 in a script of your own, call it under `if __name__ == "__main__":`, as worker processes import the script.
    """
    return reproduce_table(get(id), seeds=seeds, profile=profile, **options)


def reproduce_table(
    table: Reproduction,
    *,
    seeds: int | None = None,
    profile: str = "quick",
    methods: Sequence[str] = (),
    jobs: int = 1,
    device: str = "auto",
    out: str | Path = Path("results", "runs"),
    data_root: str | Path | None = None,
    force: bool = False,
    retry_failed: bool = True,
    track: bool = True,
    progress: bool = False,
) -> Results:
    """Compute, store and render.

    methods         only these rows are computed and returned; the files show all that is stored
    jobs            worker processes of one thread each; 1 computes in this process
    device          "cpu", "cuda" or "auto" (CUDA where there is one)
    force           compute again what is there
    retry_failed    try again the runs that failed before
    track           write the finished runs to MLflow (`<out>/mlflow.db`)
    progress        show a progress bar on standard error
    """
    from suite.runs.executors.processes import Processes
    from suite.runs.executors.serial import Serial
    from suite.runs.orchestrate import Options, Watcher, reproduce
    from suite.runs.planning import add_timings, from_records
    from suite.runs.progress import Progress
    from suite.runs.tracking import Tracker

    seeds = table.seeds if seeds is None else seeds
    if seeds < 1:
        raise SuiteError(f"seeds must be at least 1, got {seeds}")
    wanted = table.with_methods(methods) if methods else table
    root = os.fspath(data_root) if data_root is not None else None
    out = Path(out)
    options = Options(out, root, choose_device(device), force, retry_failed)
    stand_in, absent = find_data(wanted, profile, root)
    executor = Processes(jobs) if jobs > 1 else Serial()
    watchers: list[Watcher] = [*([Progress(table, profile)] if progress else []), *([Tracker(out, table.id, profile)] if track else [])]
    results = reproduce(wanted, seeds, profile, executor, options, watchers, stand_in, absent)
    add_timings(out, from_records(list(results.records.values()), table.runs(profile, seeds, stand_in)))
    (Results.load(table, profile, out) if methods else results).write()
    return results


def choose_device(wanted: str) -> str:
    """ "auto" is CUDA where there is a device; SuiteError for one that is not there."""
    import torch

    gpus = [f"cuda:{i}" for i in range(torch.cuda.device_count())]
    there = ["cpu", *(["cuda"] if gpus else []), *gpus]
    if wanted == "auto":
        return "cuda" if gpus else "cpu"
    if wanted not in there:
        raise SuiteError(f"device {wanted!r} is not available", f"there is {', '.join(there)}")
    return wanted


def find_data(table: Reproduction, profile: str, root: str | None) -> tuple[bool, frozenset[str]]:
    """Make sure that the data is there: whether the table runs on its stand-in, and the data sets whose cells are left out.

    Cells whose data is not to be had are left out where others can run. Where none can, the table's stand-in takes the place of all;
    without one, DataUnavailable.
    """
    import logging

    from suite import data

    log = logging.getLogger(__name__)
    absent: dict[str, data.DataUnavailable] = {}
    needed = table.data_needed(profile)
    for name in needed:
        try:
            data.load(name, root)
        except data.DataUnavailable as error:
            absent[name] = error
    if len(absent) < len(needed) or not needed:
        for reason in absent.values():
            log.warning("%s. Its cells are left out.", reason)
        return False, frozenset(absent)
    if not table.stand_in:
        raise next(iter(absent.values()))
    data.load(table.stand_in, root)
    log.warning("%s. Running on %s instead: NOT A RESULT about the paper.", next(iter(absent.values())), table.stand_in)
    return True, frozenset()
