"""MNIST and Fashion-MNIST, from torchvision's layout or from the mirrors that torchvision names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from suite.data.errors import DataCorrupt
from suite.data.network import check_by_torchvision, fetch, serving, torchvision_class
from suite.data.prepared import DELETE
from suite.data.root import is_there, readable

if TYPE_CHECKING:
    import numpy as np

    from suite.data.checksum import Arrays

PARTS = {"train": "train", "test": "t10k"}


@dataclass(frozen=True)
class Mnist:
    """70,000 grey images of 28x28 in ten classes, in IDX files under `<root>/<class_name>/raw`.

    MNIST: Y. LeCun, C. Cortes, C. Burges. Fashion-MNIST: H. Xiao, K. Rasul, R. Vollgraf 2017. `class_name` is torchvision's.
    """

    class_name: str

    @property
    def layout(self) -> str:
        return f"{self.class_name}/raw"

    def find(self, root: Path) -> Path | None:
        """The folder of the four files, where all of them are there."""
        raw = root / self.layout
        return raw if all(is_there(raw / file_name(part, axis)) for part in PARTS for axis in "xy") else None

    def read(self, raw: Path) -> Arrays:
        """The four arrays; raises DataCorrupt where a file is not what its header says."""
        import numpy as np

        arrays = {}
        for part in PARTS:
            arrays[f"x_{part}"] = read_idx(raw / file_name(part, "x"), axes=3)[:, None]
            arrays[f"y_{part}"] = read_idx(raw / file_name(part, "y"), axes=1).astype(np.int64)
        return arrays

    def mirrors(self) -> list[str]:
        source = torchvision_class(self.class_name)
        return serving(source.mirrors, source.resources[0][0])

    def download(self, scratch: Path, mirrors: list[str]) -> Arrays:
        """Fetch the files that torchvision names into its layout under `scratch`, and read them; raises DownloadFailed."""
        from pooch import Decompress

        for file, md5 in torchvision_class(self.class_name).resources:
            fetch(mirrors, file, scratch / self.layout, md5, Decompress(name=file.removesuffix(".gz")))
        check_by_torchvision(self.class_name, scratch)
        return self.read(scratch / self.layout)


def file_name(part: str, axis: str) -> str:
    kind = "images-idx3" if axis == "x" else "labels-idx1"
    return f"{PARTS[part]}-{kind}-ubyte"


def read_idx(path: Path, axes: int) -> np.ndarray:
    """A uint8 array of `axes` axes in IDX form: 00 00 08 <axes>, one big-endian uint32 per axis, the bytes."""
    import numpy as np

    with readable(path):
        content = path.read_bytes()
    start = 4 + 4 * axes
    if len(content) < start or content[:4] != bytes((0, 0, 8, axes)):
        raise DataCorrupt(f"{path} is no IDX file of bytes with {axes} axes", DELETE)
    shape = [int(size) for size in np.frombuffer(content, ">u4", axes, offset=4)]
    expected = start + int(np.prod(shape))
    if len(content) != expected:
        raise DataCorrupt(f"{path} has {len(content)} bytes where its header says {expected}", DELETE)
    return np.frombuffer(bytearray(content), np.uint8, offset=start).reshape(shape)
