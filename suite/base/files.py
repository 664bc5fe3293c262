"""Writing files so that a reader sees the old one or the whole new one, never a part."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from suite.base.errors import SuiteError

ABANDONED_SECONDS = 3600.0
"""No write takes so long: a scratch file this old is of a process that was killed."""


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A scratch file beside `path` to write to; on leaving without an error it is flushed to the disk and renamed to `path`.

    A full disk or a missing permission is a SuiteError; the scratch file does not stay behind.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield scratch
        with open(scratch, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except OSError as error:
        raise SuiteError(f"cannot write {path}: {error.strerror or error}", "give a folder you can write to with --out") from None
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all."""
    with replaced(path) as scratch:
        scratch.write_text(text, encoding="utf-8")


def tidy(folder: Path) -> None:
    """Remove the scratch files that killed processes left in a folder and in the folders in it."""
    for path in folder.glob("**/.*.tmp"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                path.unlink()
