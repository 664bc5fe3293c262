"""What the sources from the UCI Machine Learning Repository share: text files of numbers, which UCI serves in a zip archive."""

from __future__ import annotations

import array
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from suite.data.errors import DataCorrupt
from suite.data.network import DownloadFailed, fetch, serving
from suite.data.prepared import DELETE
from suite.data.root import is_there, readable

if TYPE_CHECKING:
    import numpy as np

    from suite.data.checksum import Arrays

ADDRESS = "https://archive.ics.uci.edu/static/public/"
REMEDY = f"put UCI's own file there, or {DELETE}"


class UciSource:
    """Text files under `<root>/<folder>`, or out of the archive that UCI serves under `ADDRESS`; a subclass reads them."""

    folder: str
    files: tuple[str, ...]
    archive: str

    @property
    def layout(self) -> str:
        return f"{self.folder}/{' and '.join(self.files)}"

    def find(self, root: Path) -> Path | None:
        """The folder of the files, where all of them are there."""
        folder = root / self.folder
        return folder if all(is_there(folder / file) for file in self.files) else None

    def read(self, path: Path) -> Arrays:
        raise NotImplementedError

    def mirrors(self) -> list[str]:
        return serving([ADDRESS], self.archive)

    def download(self, scratch: Path, mirrors: list[str]) -> Arrays:
        """Fetch the archive into `scratch`, and read the files in it; raises DownloadFailed."""
        unpack(fetch(mirrors, self.archive, scratch), self.files, scratch)
        try:
            return self.read(scratch)
        except DataCorrupt as error:
            raise DownloadFailed(error.message) from None


def unpack(archive: Path, files: tuple[str, ...], folder: Path) -> None:
    """Write `files`, wherever they lie in the zip file `archive`, into `folder`; raises DownloadFailed."""
    try:
        with zipfile.ZipFile(archive) as packed:
            members = {PurePosixPath(member).name: member for member in packed.namelist()}
            if missing := [file for file in files if file not in members]:
                raise DownloadFailed(f"the archive that came holds no {' and no '.join(missing)}")
            contents = {file: packed.read(members[file]) for file in files}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DownloadFailed(f"what came is no sound zip archive: {error}") from None
    for file, content in contents.items():
        (folder / file).write_bytes(content)


def read_table(path: Path, n_rows: int, **form) -> tuple[np.ndarray, np.ndarray]:
    """Features and labels of the file `path` in the `form` that `parse` takes; DataCorrupt unless it has `n_rows` rows."""
    with readable(path):
        content = path.read_bytes()
    x, y = parse(content, path, **form)
    if len(y) != n_rows:
        raise DataCorrupt(f"{path} has {len(y):,} rows where UCI's file has {n_rows:,}", REMEDY)
    return x, y


def parse(content: bytes, origin: object, *, separator: bytes | None, columns: int, labels: range) -> tuple[np.ndarray, np.ndarray]:
    """Features (N, `columns` - 1) in float64 and labels (N,) in int64, counted from 0, of a row a line with the label last.

    `separator` None is any white space; `labels` are those of the file. Raises DataCorrupt, which names `origin` and the line,
    for a line of another number of columns, a field that is no finite number and a label that is none of `labels`.
    """
    import numpy as np

    values = array.array("d")
    for number, line in enumerate(content.rstrip().splitlines(), 1):
        fields = line.split(separator)
        if len(fields) != columns:
            raise DataCorrupt(f"{origin}, line {number}: {len(fields)} columns where there are to be {columns}", REMEDY)
        try:
            values.extend(map(float, fields))
        except ValueError as error:
            raise DataCorrupt(f"{origin}, line {number}: {error}", REMEDY) from None
    if not values:
        raise DataCorrupt(f"{origin} is empty", REMEDY)
    table = np.frombuffer(values).reshape(-1, columns)
    if not np.isfinite(table).all():
        row = int(np.argmin(np.isfinite(table).all(axis=1)))
        raise DataCorrupt(f"{origin}, line {row + 1}: a number that is not finite", REMEDY)
    known = np.isin(table[:, -1], labels)
    if not known.all():
        row = int(np.argmin(known))
        raise DataCorrupt(f"{origin}, line {row + 1}: the label {table[row, -1]:g} is none of {labels[0]} to {labels[-1]}", REMEDY)
    return table[:, :-1], table[:, -1].astype(np.int64) - labels.start
