"""The states of many single records, kept in `index.json` beside them so that not every file has to be opened to know them.

`plan` asks for the state of every run, and to open 100,000 files takes longer than all else it does. So beside each state the index
keeps two numbers that change when the record is written again: when its file was last changed, and its size. Where the file still has
both, the state is taken from the index; where it has not, or nothing is known of it, the record is opened. The index is made of the
records alone and may be deleted at any time. Few records have none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from suite.base.errors import SuiteError
from suite.base.files import write_text
from suite.base.reading import read_json
from suite.records.lines import FINISHED

FILE = "index.json"
STATES = (*FINISHED, "missing")
"""What can become of a file that should be a record."""
MANY = 1000
"""So many states that are new to the index are worth writing it."""


class Index:
    """What is known of the records of one folder: by key, time of the last change in nanoseconds, size, state."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.new = folder, 0
        self.known: dict[str, list] = {}
        with suppress(OSError, ValueError):
            found = read_json(folder / FILE)
            self.known = found if isinstance(found, dict) else {}

    def state(self, key: str, opened: Callable[[str], str]) -> str:
        """The state of a record that has a file: as it is known, else by `opened(key)`."""
        known = self.known.get(key)
        if not isinstance(known, list) or known[:-1] != self.mark(key) or known[-1] not in STATES:
            self.add(key, opened(key))
        return self.known[key][-1]

    def add(self, key: str, state: str) -> None:
        self.known[key] = [*self.mark(key), state]
        self.new += 1

    def mark(self, key: str) -> list[int]:
        """When the record's file was last changed, and its size; zeros where it is gone."""
        try:
            status = os.stat(f"{self.folder}/runs/{key}.json")
        except OSError:
            return [0, 0]
        return [status.st_mtime_ns, status.st_size]

    def keep(self) -> None:
        """Write the index where many states are new in it."""
        if self.new >= MANY:
            with suppress(SuiteError):  # a folder that may only be read is as well without
                write_text(self.folder / FILE, json.dumps(self.known))
