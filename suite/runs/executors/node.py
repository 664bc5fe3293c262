"""What a node of the cluster does with runs. The driver sends some, with the files they start from; what they leave goes back in reports.

They are computed one after the other in a thread of their own, in a folder that no one else sees. The thread of the task looks into that
folder and reports: so whatever a program keeps there (checkpoints, final weights) travels, and no program knows of the cluster.
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
from suite.experiment.task import Task
from suite.runs.executors import Result
from suite.runs.executors.serial import attempt
from suite.runs.worker import prepare_process

BEAT = 0.5
"""Seconds between two reports of a task, at least, unless it ends."""


@dataclass(frozen=True)
class Report:
    """What is new of the runs of a task: by key the last epoch and its test error, and records or failures; files of the folder by name."""

    progress: dict[str, tuple[int, float]] = field(default_factory=dict)
    records: dict[str, dict] = field(default_factory=dict)
    failures: dict[str, dict] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def ended(self) -> set[str]:
        """The runs that have their result."""
        return {*self.records, *self.failures}


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


def work(tasks: list[Task], files: dict[str, bytes], threads: int) -> Iterator[Report]:
    """Compute runs from the files they start from; reports as there is something new. A run without a result in any of them is lost."""
    news: SimpleQueue[tuple[str, int, float] | Result] = SimpleQueue()

    def run() -> None:
        prepare_process(threads)  # what it sets is a thread's own
        for task in tasks:
            result = Result(task, failure={"error": "the run left its process without a result", "traceback": ""})
            with suppress(SystemExit):
                result = attempt(replace(task, folder=folder), lambda *progress: news.put(progress))
            news.put(result)

    with tempfile.TemporaryDirectory(prefix="suite-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for file, content in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content)
        seen, left = dict(marks(folder)), {task.spec.key for task in tasks}
        thread = Thread(target=run, daemon=True)
        thread.start()
        try:
            while left and (thread.is_alive() or not news.empty()):
                report = gathered(news, left)
                fresh = {file: mark for file, mark in marks(folder) if seen.get(file) != mark}
                seen |= fresh
                left -= report.ended
                if report.ended or report.progress or fresh:
                    yield replace(report, files={file: (folder / file).read_bytes() for file in fresh})
        except KeyboardInterrupt:  # cancelled, and a thread can be ended only with its process
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(1)


def gathered(news: SimpleQueue, left: set[str]) -> Report:
    """What runs say within a beat, which ends early with the last of those left."""
    report, deadline = Report(), time.monotonic() + BEAT
    while report.ended < left and (wait := deadline - time.monotonic()) > 0:
        try:
            said = news.get(timeout=wait)
        except Empty:
            break
        if not isinstance(said, Result):
            report.progress[said[0]] = said[1:]
        elif said.record is not None:
            report.records[said.task.spec.key] = said.record
        else:
            report.failures[said.task.spec.key] = said.failure or {}
    return report


def marks(folder: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """The whole files of a folder by name, each with what is another once it was replaced."""
    for path in folder.rglob("[!.]*.*"):
        with suppress(FileNotFoundError):
            found = path.stat()
            yield path.relative_to(folder).as_posix(), (found.st_ino, found.st_mtime_ns)
