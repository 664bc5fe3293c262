"""Where data lives: the argument, else SUITE_DATA, else a per-user cache folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from suite.data.errors import DataRootError

REMEDY = "name a folder that can be used with --data-root or SUITE_DATA"


def data_root(root: str | os.PathLike[str] | None = None) -> Path:
    """The folder of the prepared files: `root`, else SUITE_DATA, else the user's cache folder of this system, on Linux ~/.cache/suite.

    It need not exist. Raises DataRootError where it exists but cannot be listed, or is no folder.
    """
    from platformdirs import user_cache_path

    try:
        chosen = root or os.environ.get("SUITE_DATA") or user_cache_path("suite", appauthor=False)
        folder = Path(chosen).expanduser().absolute()
    except RuntimeError as error:
        raise DataRootError(f"no data root: {error}", REMEDY) from None
    with readable(folder), suppress(FileNotFoundError):
        os.scandir(folder).close()
    return folder


def is_there(path: Path) -> bool:
    """Whether `path` is an existing file; DataRootError where the system does not say."""
    with readable(path):
        try:
            os.stat(path)
        except FileNotFoundError:
            return False
    return True


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn the operating system's refusal to read `path` into a DataRootError."""
    try:
        yield
    except OSError as error:
        raise DataRootError(f"cannot read {path}: {error.strerror or error}", REMEDY) from None


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Make `folder`, and turn the operating system's refusal to write in it into a DataRootError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise DataRootError(f"cannot write in the data root {folder}: {error.strerror or error}", REMEDY) from None
