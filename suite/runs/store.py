"""Records on disk: one file a run, written whole or not at all."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from suite.files import write_text

log = logging.getLogger(__name__)


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
