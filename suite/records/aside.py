"""What lies where a record should and is none: it is named with the reason, and what is written makes its way past it."""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from pathlib import Path

log = logging.getLogger(__name__)


def in_line(text: str) -> str:
    """A text that may hold anything as one line that a terminal can show."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in " ".join(text.split()))


def said(error: OSError | ValueError) -> str:
    """An error of reading in a line."""
    return in_line(str(getattr(error, "strerror", None) or error))[:300]


@lru_cache(maxsize=1000)
def left_aside(where: str, reason: str) -> None:
    """Say once what is left aside, and why."""
    log.warning("%s is left aside (%s); what it should hold is computed again", in_line(where), reason)


def put_aside(path: Path) -> None:
    """Rename a folder that lies where a file should be."""
    if path.is_dir() and not path.is_symlink():
        path.rename(path.with_name(f"{path.name}.{time.time_ns()}.aside"))


def remove(path: Path) -> None:
    """Remove a file that may not be there; a folder in its place is put aside."""
    put_aside(path)
    path.unlink(missing_ok=True)
