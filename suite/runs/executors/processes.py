"""Runs in local worker processes, a few threads each.

Every worker has a pipe of its own and shares no lock with the others: when one is killed, only its own run fails, and a new worker
takes its place. (A pool of several processes, the standard library's or loky's, gives up all its runs when one process dies.)
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from threading import Thread
from typing import cast

from suite.base.stopping import Stopped, stoppable
from suite.experiment.task import Task
from suite.runs.executors import Result
from suite.runs.executors.serial import attempt
from suite.runs.worker import prepare_process

GRACE = 10.0
"""Seconds that workers have to put away what they are at, on a busy machine; they take less than one, as a rule."""
STOPPED = 143
"""The exit code of a worker that was told to end, as a shell shows SIGTERM."""
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def work(pipe: Connection, threads: int) -> None:
    """Compute the tasks that come through the pipe, until it is closed, or the process is told to end, or the parent is gone.

    Ctrl-C is the parent's to handle.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=end_with_parent, daemon=True).start()
    try:
        with stoppable():
            prepare_process(threads)
            while True:
                pipe.send(attempt(pipe.recv(), lambda *progress: pipe.send(progress)))
    except (EOFError, ConnectionError):
        pass
    except Stopped:
        sys.exit(STOPPED)


def end_with_parent() -> None:
    """Wait for the death of the process that started this one. Then have it end in order, and if it does not, end it."""
    if (parent := parent_process()) is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        os._exit(STOPPED)


class Worker:
    """A process that computes one task after the other, on `device`, or where the task says when that is ""."""

    def __init__(self, threads: int, device: str = "") -> None:
        self.device = device
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, threads), daemon=True)
        self.process.start()
        theirs.close()

    def give(self, task: Task) -> None:
        self.pipe.send(replace(task, device=self.device) if self.device else task)

    def tell(self) -> None:
        """Have the process put away what it is at, and end."""
        self.process.terminate()

    def stop(self, grace: float = 0.0) -> None:
        """End the process, after so many seconds whatever it is at."""
        try:
            self.process.join(grace)
        finally:
            self.process.kill()
            self.process.join()
            self.pipe.close()

    def death(self) -> str:
        """How a process ended that stopped answering."""
        self.process.join(timeout=10)
        code = self.process.exitcode
        how = f"was killed by signal {-code} (out of memory?)" if code and code < 0 else f"ended with exit code {code}"
        return f"the worker process {how}; run the same command again to resume it"


@contextmanager
def thread_limits(threads: int) -> Iterator[None]:
    """Environment variables that worker processes inherit and numerical libraries read when they are loaded."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


@dataclass
class Processes:
    """`jobs` worker processes with `threads` threads each, started as they are needed.

    devices    those that the workers share evenly, each computing on one; (): where the task says
    """

    jobs: int
    threads: int = 1
    devices: tuple[str, ...] = ()

    def run(self, next_task: Callable[[], Task | None], on_epoch: Callable[[str, int, float], None]) -> Generator[Result, None, None]:
        idle: list[Worker] = []
        busy: dict[Connection, tuple[Worker, Task]] = {}
        try:
            while True:
                while len(busy) < self.jobs and (task := next_task()) is not None:
                    worker = idle.pop() if idle else self.start([worker.device for worker, _ in busy.values()])
                    busy[worker.pipe] = worker, task
                    with suppress(OSError):  # a worker that died idle is noticed when it is read from
                        worker.give(task)
                if not busy:
                    return
                for pipe in cast("list[Connection]", wait(list(busy))):
                    worker, task = busy[pipe]
                    try:
                        message = pipe.recv()
                    except (EOFError, OSError):
                        message = Result(task, failure={"error": worker.death(), "traceback": ""})
                        worker.stop()
                    else:
                        if not isinstance(message, Result):
                            on_epoch(*message)
                            continue
                        idle.append(worker)
                    del busy[pipe]
                    yield message
        finally:
            workers, end = [*idle, *(worker for worker, _ in busy.values())], time.monotonic() + GRACE
            for worker in workers:
                worker.tell()
            for worker in workers:
                worker.stop(max(0.0, end - time.monotonic()))

    def start(self, taken: list[str]) -> Worker:
        """A worker on the device that the fewest others are on."""
        with thread_limits(self.threads):
            return Worker(self.threads, min(self.devices, key=taken.count, default=""))
