"""What a node of the cluster does with one run. The driver sends it, with the files it starts from; what it leaves goes back in reports.

A run is computed in a thread of its own, in a folder that no one else sees. The thread of the task looks into that folder and reports:
so whatever a program keeps there (checkpoints, final weights) travels, and no program knows of the cluster.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from suite.data import Dataset
from suite.runs.executors import Result
from suite.runs.executors.serial import attempt
from suite.runs.worker import Task, prepare_process

BEAT = 0.5
"""Seconds between two reports of a run, at least."""


@dataclass(frozen=True)
class Report:
    """What is new of a run: the last epoch and its test error, files of its folder by name, and at the end its record or its failure."""

    progress: tuple[int, float] | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    record: dict | None = None
    failure: dict | None = None

    @property
    def final(self) -> bool:
        return self.record is not None or self.failure is not None


@dataclass(frozen=True)
class Shared:
    """A data set in the object store, by the reference of what `packed` gives: the processes of a node share one copy of the arrays."""

    reference: Any

    def load(self, name: str) -> Dataset:
        import ray

        content = ray.get(self.reference)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # torch: the arrays cannot be written to; nothing does
            return Dataset.from_arrays(name, *content)


def packed(dataset: Dataset) -> tuple:
    """The arguments of `Dataset.from_arrays` that give the data set again."""
    return dataset.arrays(), dataset.checksum, dataset.n_classes


def work(task: Task, files: dict[str, bytes], threads: int) -> Iterator[Report]:
    """Compute a run from the files it starts from; reports as there is something new, the last one with the result."""
    news: SimpleQueue[tuple[int, float] | Result] = SimpleQueue()

    def run() -> None:
        prepare_process(threads)  # what it sets is a thread's own
        news.put(attempt(replace(task, folder=folder), lambda key, epoch, error: news.put((epoch, error))))

    with tempfile.TemporaryDirectory(prefix="suite-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for file, content in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content)
        seen = dict(marks(folder))
        thread = Thread(target=run, daemon=True)
        thread.start()
        try:
            while True:
                report = gathered(news, thread)
                fresh = {file: mark for file, mark in marks(folder) if seen.get(file) != mark}
                seen |= fresh
                if report.final or report.progress or fresh:
                    yield replace(report, files={file: (folder / file).read_bytes() for file in fresh})
                if report.final:
                    return
        except KeyboardInterrupt:  # cancelled, and a thread can be ended only with its process
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(1)


def gathered(news: SimpleQueue, thread: Thread) -> Report:
    """What a run says within a beat: its last progress, and its result, at which the beat ends."""
    progress, deadline = None, time.monotonic() + BEAT
    while (left := deadline - time.monotonic()) > 0:
        try:
            said = news.get(timeout=left)
        except Empty:
            if not thread.is_alive() and news.empty():
                return Report(progress, failure={"error": "the run ended without a result", "traceback": ""})
            break
        if isinstance(said, Result):
            return Report(progress, record=said.record, failure=said.failure)
        progress = said
    return Report(progress)


def marks(folder: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """The whole files of a folder by name, each with what is another once it was replaced."""
    for path in folder.rglob("[!.]*.*"):
        with suppress(FileNotFoundError):
            found = path.stat()
            yield path.relative_to(folder).as_posix(), (found.st_ino, found.st_mtime_ns)
