"""One process at a time: a lock file beside the file that is being made."""

from __future__ import annotations

import errno
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from suite.data.errors import DataRootError

try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)
UNSUPPORTED = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP}  # some network file systems have no flock
Release = Callable[[], None]


@contextmanager
def lock(path: Path, timeout: float = 900.0, poll: float = 0.05) -> Iterator[None]:
    """Hold the lock file `path`; raises DataRootError when another process has held it for `timeout` seconds.

    The lock is `flock`, which the system drops with the process; the empty file stays. Where there is no `flock` the lock is
    the existence of `path` with the suffix .held, which a killed process leaves behind: the error names it.
    """
    deadline = time.monotonic() + timeout
    release = _acquire(path)
    if release is None:
        log.info("waiting for another process to release %s", path)
    while release is None:
        if time.monotonic() > deadline:
            raise DataRootError(
                f"another process has held {path} for {timeout:g} s",
                f"wait for it, or delete {path} and {path.with_suffix('.held').name} if there is none",
            )
        time.sleep(poll)
        release = _acquire(path)
    try:
        yield
    finally:
        release()


def _acquire(path: Path) -> Release | None:
    if fcntl is not None:
        try:
            return _flock(path)
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise
    return _create(path.with_suffix(".held"))


def _flock(path: Path) -> Release | None:
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return lambda: os.close(handle)


def _create(path: Path) -> Release | None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileExistsError:
        return None
    return path.unlink
