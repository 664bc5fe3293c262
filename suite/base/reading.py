"""Reading what may be anything: only a regular file is read, and only strict JSON is taken from it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any


def contents(path: str | Path) -> bytes:
    """The bytes of a regular file; FileNotFoundError where there is nothing, OSError for a folder, a pipe, a device or a link to nothing.

    A pipe is not waited for.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except NotADirectoryError:
        raise FileNotFoundError(path) from None  # below a file there is nothing
    except FileNotFoundError:
        if os.path.islink(path):
            raise OSError("it is a link to nothing") from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is no regular file")
    with open(descriptor, "rb") as file:
        return file.read()


def parsed(text: bytes | str) -> Any:
    """What a text in JSON and UTF-8 says; ValueError for any other, NaN, infinity and halves of characters among them, and for one that
    is nested too deeply."""
    from pydantic_core import from_json

    return from_json(text, allow_inf_nan=False)


def read_json(path: str | Path) -> Any:
    """What a file in JSON says; OSError or ValueError where there is none that can be read."""
    return parsed(contents(path))
