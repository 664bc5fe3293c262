"""The records of a folder in one file, `runs.jsonl`: one a line, sorted by key. `publish` writes it; it is read as single files are."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from suite.base.files import replaced

log = logging.getLogger(__name__)

FILE = "runs.jsonl"
KEY, STATUS = re.compile(rb'"key": "(\w+)"'), re.compile(rb'"status": "(\w+)"')


class Line(NamedTuple):
    """Where in the file a record is, in bytes, and what became of its run."""

    start: int
    length: int
    status: str


def find(folder: Path) -> dict[str, Line]:
    """The lines of a folder's file by key, of equal keys the last; none where it has no such file.

    A process looks through a file once while it stays the same.
    """
    file = f"{folder}/{FILE}"
    try:
        status = os.stat(file)
    except OSError:
        return {}
    return look_through(file, (status.st_ino, status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=8)
def look_through(file: str, mark: tuple[int, ...]) -> dict[str, Line]:
    """The lines of the file that has this mark (inode, time of its last change, size). What is no record is passed over with a warning."""
    found, start = {}, 0
    with open(file, "rb") as lines:
        for number, line in enumerate(lines, 1):
            if named := name_and_status(line):
                found[named[0]] = Line(start, len(line), named[1])
            else:
                log.warning("line %d of %s is no record; the run is computed again", number, FILE)
            start += len(line)
    return found


def name_and_status(line: bytes) -> tuple[str, str] | None:
    """Key and status of a record; None where the line is none. A line as `dumps` writes it, with each word once, is not parsed."""
    keys, statuses = KEY.findall(line), STATUS.findall(line)
    if len(keys) == len(statuses) == 1 and line.startswith(b"{") and line.endswith(b"}\n"):
        return keys[0].decode(), statuses[0].decode()
    try:
        record = json.loads(line)
        return record["key"], record["status"]
    except (ValueError, TypeError, KeyError):
        return None


def read(folder: Path, key: str) -> bytes | None:
    """The line of a run, or None."""
    if (line := find(folder).get(key)) is None:
        return None
    with open(f"{folder}/{FILE}", "rb") as file:
        file.seek(line.start)
        return file.read(line.length)


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
    """Take the lines of these runs out of a folder's file; where it has none of them it is not touched."""
    there = find(folder)
    if gone := there.keys() & set(keys):
        write(folder, [json.loads(text) for key in there.keys() - gone if (text := read(folder, key))])
