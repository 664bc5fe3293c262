"""One process at a time: a lock file beside the file that is being made."""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from suite.data.errors import DataRootError

log = logging.getLogger(__name__)
UNSUPPORTED = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP}  # some network file systems have no flock


@contextmanager
def lock(path: Path, timeout: float = 900.0) -> Iterator[None]:
    """Hold the lock file `path`; raises DataRootError when another process has held it for `timeout` seconds.

    The lock is `flock`, which the system drops with the process; the empty file stays. Where there is no `flock` the lock is
    the existence of `path` with the suffix .held, which names its process; one that a process killed on another machine left
    behind has to be deleted by hand.
    """
    from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

    def acquired(kind: type[BaseFileLock], file: Path) -> BaseFileLock:
        found = kind(file, timeout, fallback_to_soft=False)
        try:
            found.acquire(blocking=False)
        except Timeout:
            log.info("waiting for another process to release %s", file)
            found.acquire()
        return found

    held = path.with_suffix(".held")
    try:
        try:
            chosen = acquired(FileLock, path)
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise
            chosen = acquired(SoftFileLock, held)
    except Timeout:
        remedy = f"wait for it, or delete {path} and {held.name} if there is none"
        raise DataRootError(f"another process has held {path} for {timeout:g} s", remedy) from None
    try:
        yield
    finally:
        chosen.release()
