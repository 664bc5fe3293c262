"""What a folder brings that may be records, as it lies there: whole or not, in files of their own or in lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from suite.base.reading import contents
from suite.records import lines
from suite.records.store import Store


def stores(folder: Path) -> list[Store]:
    """The folders of records in a folder of results, or the folder itself where it is one of these."""
    return [
        Store(path) for path in (folder, *sorted(folder.glob("*/*/*"))) if any(path.glob("runs/*.json")) or (path / lines.FILE).exists()
    ]


def entries(folder: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Whatever lies where a record should, with its place and a function that reads it; of a run's file and its line, the file."""
    files = {path.stem: path for path in sorted(folder.glob("runs/*.json")) if not path.name.startswith(".")}
    for path in files.values():
        yield str(path), partial(contents, path)
    try:
        found = list(lines.every(folder))
    except OSError:
        found = []
        yield str(folder / lines.FILE), partial(contents, folder / lines.FILE)
    for number, line in found:
        key, _ = lines.name_and_status(line + b"\n") or ("no key", "")
        if key not in files:
            yield f"line {number} of {folder / lines.FILE} ({key})", partial(bytes, line)
