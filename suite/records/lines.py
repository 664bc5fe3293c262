"""The records of a folder in one file, `runs.jsonl`: one a line, sorted by key. `publish` writes it; it is read as single files are."""

from __future__ import annotations

import json
import logging
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from suite.base.files import replaced
from suite.base.reading import contents, parsed

log = logging.getLogger(__name__)

FILE = "runs.jsonl"
FINISHED = ("done", "diverged")
KEY, STATUS = re.compile(rb'"key": "(\w+)"'), re.compile(rb'"status": "(\w+)"')


class Line(NamedTuple):
    """Where in the file a record is, in bytes, and what became of its run."""

    start: int
    length: int
    status: str


def find(folder: Path) -> dict[str, Line]:
    """The lines of a folder's file by key, of equal keys the last; none where it has no such file that can be read.

    A process looks through a file once while it stays the same.
    """
    file = f"{folder}/{FILE}"
    try:
        status = os.stat(file)
    except OSError:
        return {}
    return look_through(file, (status.st_ino, status.st_mtime_ns, status.st_size, status.st_mode))


@lru_cache(maxsize=8)
def look_through(file: str, mark: tuple[int, ...]) -> dict[str, Line]:
    """The lines of the file that has this mark (inode, time of its last change, size, mode). What is no record is passed over with a
    warning."""
    found, start = {}, 0
    if not stat.S_ISREG(mark[-1]):
        log.warning("%s is no regular file; its runs are computed again", file)
        return {}
    try:
        with open(file, "rb") as lines:
            for number, line in enumerate(lines, 1):
                if named := name_and_status(line):
                    found[named[0]] = Line(start, len(line), named[1])
                else:
                    log.warning("line %d of %s is no record; the run is computed again", number, FILE)
                start += len(line)
    except OSError as error:
        log.warning("%s cannot be read (%s); its runs are computed again", file, error.strerror)
    return found


def name_and_status(line: bytes) -> tuple[str, str] | None:
    """Key and status of a record; None where the line is none. A line as `dumps` writes it, with each word once, is not parsed."""
    keys, statuses = KEY.findall(line), STATUS.findall(line)
    if len(keys) == len(statuses) == 1 and line.startswith(b"{") and line.endswith(b"}\n"):
        key, status = keys[0].decode(), statuses[0].decode()
    else:
        try:
            record = parsed(line)
            key, status = record["key"], record["status"]
        except (ValueError, TypeError, KeyError):
            return None
    return (key, status) if isinstance(key, str) and status in FINISHED else None


def read(folder: Path, key: str) -> bytes | None:
    """The line of a run, or None."""
    return None if (line := find(folder).get(key)) is None else at(folder, line)


def at(folder: Path, line: Line) -> bytes:
    with open(f"{folder}/{FILE}", "rb") as file:
        file.seek(line.start)
        return file.read(line.length)


def every(folder: Path) -> Iterator[tuple[int, bytes]]:
    """Every line of a folder's file that is not empty, a record or not, with its number; none where there is no file."""
    with suppress(FileNotFoundError):
        yield from ((number, line) for number, line in enumerate(contents(folder / FILE).split(b"\n"), 1) if line)


def dumps(record: dict) -> str:
    """A record as it was read, on one line."""
    return json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n"


def write(folder: Path, records: Iterable[dict]) -> None:
    """Put these records into a folder's file, whole or not at all, in the place of all it had; without a record there is no file."""
    ordered = sorted(records, key=lambda record: record["key"])
    if not ordered:
        (folder / FILE).unlink(missing_ok=True)
        return
    with replaced(folder / FILE) as scratch, open(scratch, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(map(dumps, ordered))


def forget(folder: Path, keys: Iterable[str]) -> None:
    """Take the lines of these runs out of a folder's file; where it has none of them it is not touched, and the other lines never are."""
    gone = find(folder).keys() & set(keys)
    if not gone:
        return
    kept = [line + b"\n" for _, line in every(folder) if (name_and_status(line + b"\n") or ("",))[0] not in gone]
    if not kept:
        (folder / FILE).unlink(missing_ok=True)
        return
    with replaced(folder / FILE) as scratch:
        scratch.write_bytes(b"".join(kept))
