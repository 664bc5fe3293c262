"""What a source of data provides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from suite.data.checksum import Arrays


class Source(Protocol):
    """One way to come by a data set that is not prepared yet; one file each, and one entry in `suite.data.SOURCES`."""

    @property
    def layout(self) -> str:
        """The place under the data root where the source's own files lie, or what they ship with."""

    def find(self, root: Path) -> Path | None:
        """Where `read` would read from, or None; looks at names only."""

    def read(self, path: Path) -> Arrays:
        """x_train, y_train, x_test, y_test; raises DataCorrupt."""

    def mirrors(self) -> list[str]:
        """The addresses that serve the files now; raises DownloadFailed where there is none, within seconds."""

    def download(self, scratch: Path, mirrors: list[str]) -> Arrays:
        """Fetch the files into the empty folder `scratch` and read them; raises DownloadFailed."""
