"""kill -9 at random moments of a sweep, and again, until it is done: as if nobody had.

With twenty kills, of workers too, and on a Ray cluster: python benchmarks/kills.py --help
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time

import pytest
from misbehaving import Misbehaving
from reproducible import reproducible
from small_tables import make_table

from suite.base import checkpoint
from suite.runs.executors.serial import Serial
from suite.runs.orchestrate import Options, compute_missing
from suite.training import loop

pytestmark = pytest.mark.slow

KILLS = 6
LONGEST = 0.4
SEEDS = 3


def sweep(out):
    checkpoint.SECONDS = -1.0
    loop.compact_metrics = lambda *arguments, **options: {}
    table = make_table("sgl0", "magnitude", Misbehaving(how="diverges"), epochs=3)
    return compute_missing(table.at("smoke", SEEDS), Serial(), Options(out), [])


@pytest.fixture
def start(tmp_path):
    """Starts the sweep in a process that has everything imported, as forked from one."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["suite.training.program", "suite.data.digits", "sklearn.datasets", "misbehaving"])

    def start():
        process = context.Process(target=sweep, args=(tmp_path / "killed",), daemon=True)
        process.start()
        return process

    return start


def test_every_run_is_there_once_and_whole(start, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "SECONDS", checkpoint.SECONDS)
    monkeypatch.setattr(loop, "compact_metrics", loop.compact_metrics)
    draws, runs, killed = random.Random(0), tmp_path / "killed" / "fake" / "table" / "smoke" / "runs", 0

    def files():
        return {(path.name, path.stat().st_mtime_ns) for path in runs.parent.glob("[!.]*/[!.]*")}

    while killed < KILLS:
        before, process = files(), start()
        while process.is_alive() and files() == before:
            time.sleep(0.01)
        process.join(draws.uniform(0, LONGEST))
        if not process.is_alive():
            break
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        killed += 1
    assert killed >= 3, "the sweep was over too soon"
    resumed = sweep(tmp_path / "killed")
    assert resumed.counts["failed"] == 0
    expected = sweep(tmp_path / "whole").records
    found = {path.stem: json.loads(path.read_text()) for path in runs.glob("[!.]*")}
    assert len(found) == 4 * SEEDS
    assert reproducible(found) == reproducible(expected)
    assert not list(runs.parent.glob("failures/*"))
    assert not list(runs.parent.glob("checkpoints/[!.]*"))
