"""Records on disk: one file a run, written whole or not at all."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from suite.base.errors import SuiteError
from suite.base.files import write_text

log = logging.getLogger(__name__)

FINISHED = ("done", "diverged")
INDEX = "index.json"
STATUS = re.compile(rb'^"status": "(\w+)"', re.MULTILINE)
MANY = 1000
"""From so many records on, their states are kept in one file beside them: opening each takes longer."""


def dumps(record: dict) -> str:
    """A record as text, one top-level field a line; numbers are written so that they read back exactly, and none is NaN."""
    lines = (f"{json.dumps(k)}: {json.dumps(finite(v), ensure_ascii=False, allow_nan=False)}" for k, v in record.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def finite(value):
    """JSON has no NaN and no infinity: they are stored as null."""
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, dict):
        return {k: finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(v) for v in value]
    return value


@dataclass(frozen=True)
class Store:
    """The folder of one reproduction in one profile: <out>/<paper>/<item>/<profile>."""

    folder: Path

    @classmethod
    def of(cls, out: Path, id: str, profile: str) -> Store:
        return cls(Path(out, *id.split("/"), profile))

    def path(self, key: str) -> Path:
        return self.folder / "runs" / f"{key}.json"

    def failure(self, key: str) -> Path:
        return self.folder / "failures" / f"{key}.json"

    def checkpoint(self, key: str) -> Path:
        return self.folder / "checkpoints" / f"{key}.pt"

    def check_writable(self) -> None:
        """SuiteError when the folder cannot be written to, before anything is computed."""
        probe = self.folder / ".writable"
        write_text(probe, "")
        probe.unlink(missing_ok=True)

    def read(self, key: str) -> dict | None:
        """The record of a run, or None; a file that is not a whole record of that run counts as none."""
        path = self.path(key)
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.warning("%s cannot be read (%s); the run is computed again", path.name, error)
            return None
        if not isinstance(record, dict) or record.get("key") != key or "status" not in record:
            log.warning("%s is not the record of run %s; the run is computed again", path.name, key)
            return None
        return record

    def read_all(self, keys: Iterable[str]) -> dict[str, dict]:
        return {key: record for key in keys if (record := self.read(key)) is not None}

    def status(self, key: str) -> str:
        """The status of a run that has a record, from its line alone as `dumps` writes it; "missing" where it cannot be read."""
        with suppress(OSError), open(f"{self.folder}/runs/{key}.json", "rb", buffering=0) as file:
            text = file.read()
            if text.endswith(b"\n}\n") and b'"key": "%s"' % key.encode() in text and (found := STATUS.search(text)):
                return found[1].decode()
        record = self.read(key)
        return "missing" if record is None else record["status"]

    def states(self, keys: Iterable[str]) -> dict[str, str]:
        """Of each run "done", "diverged", "failed", "resumable" or "missing", by the files there are.

        A record is opened only for its status, and not again while it stays the same file: see `index`.
        """
        there = {name: stems(self.folder / name) for name in ("runs", "failures", "checkpoints")}
        index, found, new = self.index(), {}, 0
        for key in keys:
            if key not in there["runs"]:
                found[key] = "failed" if key in there["failures"] else "resumable" if key in there["checkpoints"] else "missing"
                continue
            mark = self.mark(key)
            if index.get(key, [])[:-1] != mark:
                index[key], new = [*mark, self.status(key)], new + 1
            found[key] = index[key][-1]
        if new >= MANY:
            self.keep_index(index)
        return found

    def remember(self, statuses: dict[str, str]) -> None:
        """Keep the states of many finished runs, so that no record has to be opened for them; of few, nothing."""
        if len(statuses) >= MANY:
            self.keep_index(self.index() | {key: [*self.mark(key), status] for key, status in statuses.items()})

    def mark(self, key: str) -> list[int]:
        """What is another when the record's file is: time of its last change in nanoseconds and size; zeros where it is gone."""
        try:
            status = os.stat(f"{self.folder}/runs/{key}.json")
        except OSError:
            return [0, 0]
        return [status.st_mtime_ns, status.st_size]

    def index(self) -> dict[str, list]:
        """What was last known of the records, by key: their marks and status. It is made of the records, and may be deleted at any time."""
        try:
            return json.loads((self.folder / INDEX).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def keep_index(self, index: dict[str, list]) -> None:
        with suppress(SuiteError):  # a folder that may only be read is as well without
            write_text(self.folder / INDEX, json.dumps(index))

    def write(self, record: dict) -> dict:
        """Keep a finished run, then let its checkpoint and an earlier failure of it go; gives the record as it will be read."""
        text = dumps(record)
        write_text(self.path(record["key"]), text)
        for path in (self.failure(record["key"]), self.checkpoint(record["key"])):
            path.unlink(missing_ok=True)
        return json.loads(text)

    def write_failure(self, key: str, failure: dict) -> None:
        """Keep a failure with its traceback; it is never served as a result."""
        write_text(self.failure(key), dumps({"key": key, **failure}))

    def read_failure(self, key: str) -> dict | None:
        try:
            return json.loads(self.failure(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def forget(self, key: str) -> None:
        """Remove a run's record, failure, checkpoint and weights."""
        for path in (self.path(key), self.failure(key), self.checkpoint(key), self.folder / "weights" / f"{key}.pt"):
            path.unlink(missing_ok=True)


def stems(folder: Path) -> set[str]:
    """Names of the files in a folder, without their endings."""
    try:
        return {name.partition(".")[0] for name in os.listdir(folder)}
    except OSError:
        return set()
