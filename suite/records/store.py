"""Records on disk: one file a run while runs are computed, written whole or not at all, or one line a run once they are published."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from suite.base.files import write_text
from suite.base.reading import contents, parsed, read_json
from suite.records import lines
from suite.records.aside import left_aside, put_aside, remove, said
from suite.records.index import Index

log = logging.getLogger(__name__)

FINISHED = lines.FINISHED
STATUS = re.compile(rb'^"status": "(\w+)"', re.MULTILINE)


def dumps(record: dict) -> str:
    """A record as text, one top-level field a line; numbers are written so that they read back exactly, and none is NaN."""
    fields = (f"{json.dumps(k)}: {json.dumps(finite(v), ensure_ascii=False, allow_nan=False)}" for k, v in record.items())
    return "{\n" + ",\n".join(fields) + "\n}\n"


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
    """The folder of one reproduction in one profile: <out>/<paper>/<item>/<profile>.

    A run's record is `runs/<key>.json`, or a line of `runs.jsonl` (see `lines`). Where it is both, the file counts: it is newer.
    """

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
        """The record of a run, or None; what is not a whole record of that run counts as none. A file of its own goes before its line."""
        from suite.records.check import checked  # `plan` and `list` read no record and do not wait for it

        try:
            return None if (text := self.text(key)) is None else checked(parsed(text), key)
        except (OSError, ValueError) as error:
            left_aside(self.where(key), said(error))
            return None

    def where(self, key: str) -> str:
        """The place of a run's record, as a reader finds it."""
        path = self.path(key)
        return str(path) if os.path.lexists(path) else f"{key} in {self.folder / lines.FILE}"

    def text(self, key: str) -> bytes | None:
        """What is stored of a run that is finished: its file, else its line in `runs.jsonl`, else None."""
        try:
            return contents(self.path(key))
        except FileNotFoundError:
            return lines.read(self.folder, key)

    def keys(self) -> set[str]:
        """The keys of all runs that there is a record of, in either form. None is opened."""
        return stems(self.folder / "runs") | lines.find(self.folder).keys()

    def failed(self) -> set[str]:
        """The keys of all runs of which a failure is kept."""
        return stems(self.folder / "failures")

    def read_all(self, keys: Iterable[str] | None = None) -> dict[str, dict]:
        """The records of these runs, by key, those that there are; of all, in the order of the keys, where none are named."""
        if keys is None:
            keys = sorted(self.keys())
        return {key: record for key in keys if (record := self.read(key)) is not None}

    def status(self, key: str) -> str:
        """The status of a run that has a file, from its line alone as `dumps` writes it; "missing" where it cannot be read."""
        with suppress(OSError):
            text = contents(f"{self.folder}/runs/{key}.json")
            if text.endswith(b"\n}\n") and b'"key": "%s"' % key.encode() in text and (found := STATUS.search(text)):
                return status if (status := found[1].decode()) in FINISHED else "missing"
        record = self.read(key)
        return "missing" if record is None else record["status"]

    def states(self, keys: Iterable[str]) -> dict[str, str]:
        """Of each run "done", "diverged", "failed", "resumable" or "missing", by the files and lines there are.

        A record in a file is opened only for its status, and not again while it stays the same file: see `index`.
        """
        files, failures, checkpoints = (stems(self.folder / name) for name in ("runs", "failures", "checkpoints"))
        index, there, found = Index(self.folder), lines.find(self.folder), {}
        for key in keys:
            if key in files:
                found[key] = index.state(key, self.status)
            elif key in there:
                found[key] = there[key].status
            else:
                found[key] = "failed" if key in failures else "resumable" if key in checkpoints else "missing"
        index.keep()
        return found

    def remember(self, statuses: dict[str, str]) -> None:
        """Keep the states of many finished runs, so that no record has to be opened for them; of few, nothing."""
        files, index = stems(self.folder / "runs"), Index(self.folder)
        for key in statuses.keys() & files:
            index.add(key, statuses[key])
        index.keep()

    def write(self, record: dict) -> dict:
        """Keep a finished run, then let its checkpoint and an earlier failure of it go; gives the record as it will be read."""
        text = dumps(record)
        put_aside(self.path(record["key"]))
        write_text(self.path(record["key"]), text)
        for path in (self.failure(record["key"]), self.checkpoint(record["key"])):
            remove(path)
        return json.loads(text)

    def gather(self, records: Collection[dict]) -> None:
        """Put these records, each on a line, in the place of all that `runs.jsonl` has; the single files of the same runs go."""
        lines.write(self.folder, records)
        for record in records:
            for path in (self.path(record["key"]), self.failure(record["key"]), self.checkpoint(record["key"])):
                remove(path)
        for folder in (self.folder / "runs", self.folder / "failures", self.folder / "checkpoints"):
            with suppress(OSError):  # is not there, or not empty
                folder.rmdir()

    def write_failure(self, key: str, failure: dict) -> None:
        """Keep a failure with its traceback; it is never served as a result."""
        put_aside(self.failure(key))
        write_text(self.failure(key), dumps({"key": key, **failure}))

    def read_failure(self, key: str) -> dict | None:
        """What is kept of the failure of a run, or None; what is no such thing counts as none."""
        try:
            return failure_of(key, read_json(self.failure(key)))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            left_aside(str(self.failure(key)), said(error))
            return None

    def forget(self, *keys: str) -> None:
        """Remove the record, in either form, the failure, the checkpoint and the weights of each of these runs."""
        for key in keys:
            for path in (self.path(key), self.failure(key), self.checkpoint(key), self.folder / "weights" / f"{key}.pt"):
                remove(path)
        lines.forget(self.folder, keys)


def failure_of(key: str, found: object) -> dict:
    """What was read as the failure of a run, where it is that; ValueError where it is not."""
    if not isinstance(found, dict) or found.get("key") != key:
        raise ValueError("it is no failure of that run")
    return found


def stems(folder: Path) -> set[str]:
    """Names of the files in a folder, without their endings; scratch files have none."""
    try:
        return {stem for name in os.listdir(folder) if (stem := name.partition(".")[0])}
    except OSError:
        return set()
