"""CIFAR-10 and CIFAR-100, from torchvision's layout or from the address that torchvision names."""

from __future__ import annotations

import codecs
import io
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suite.data.errors import DataCorrupt
from suite.data.network import check_by_torchvision, fetch, serving, torchvision_class
from suite.data.prepared import DELETE
from suite.data.root import is_there, readable

if TYPE_CHECKING:
    import numpy as np

    from suite.data.checksum import Arrays

ROWS = {"train": 50_000, "test": 10_000}
PIXELS = 3 * 32 * 32


@dataclass(frozen=True)
class Cifar:
    """60,000 colour images of 32x32 in `n_classes` classes, in pickles under `<root>/<layout>`.

    A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. `class_name` is torchvision's, `label_key` the
    name of the labels in a pickle: for CIFAR-100 the fine ones. No checksum of CIFAR-100 is known here: its download is held
    against torchvision's MD5s, but files that are there already are believed when they have the right form.
    """

    class_name: str
    layout: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    label_key: str
    n_classes: int

    def find(self, root: Path) -> Path | None:
        """The folder of the pickles, where all of them are there."""
        folder = root / self.layout
        return folder if all(is_there(folder / file) for file in self.train + self.test) else None

    def read(self, folder: Path) -> Arrays:
        """The four arrays; raises DataCorrupt where a pickle is damaged, holds another thing or asks for more than arrays."""
        import numpy as np

        arrays: Arrays = {}
        for part, files in (("train", self.train), ("test", self.test)):
            x, y = zip(*(self._read_batch(folder / file) for file in files), strict=True)
            arrays |= {f"x_{part}": np.concatenate(x), f"y_{part}": np.concatenate(y)}
            if (n := len(arrays[f"y_{part}"])) != ROWS[part]:
                raise DataCorrupt(f"{folder} has {n:,} {part} images where {ROWS[part]:,} are published", DELETE)
        return arrays

    def mirrors(self) -> list[str]:
        source = torchvision_class(self.class_name)
        return serving([source.url.removesuffix(source.filename)], source.filename)

    def download(self, scratch: Path, mirrors: list[str]) -> Arrays:
        """Fetch and unpack the archive that torchvision names into `scratch`, and read the pickles; raises DownloadFailed."""
        from pooch import Untar

        source = torchvision_class(self.class_name)
        fetch(mirrors, source.filename, scratch, source.tgz_md5, Untar(extract_dir="."))
        check_by_torchvision(self.class_name, scratch)
        return self.read(scratch / self.layout)

    def _read_batch(self, path: Path) -> tuple[np.ndarray, np.ndarray]:
        """Images (n, 3, 32, 32) in uint8 and labels (n,) in int64 of one pickle."""
        import numpy as np

        batch = unpickle(path)
        images, labels = (batch.get(key) if isinstance(batch, dict) else None for key in ("data", self.label_key))
        if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.shape[1:] != (PIXELS,):
            raise DataCorrupt(f"{path} holds no images: no array 'data' of bytes with {PIXELS:,} columns", DELETE)
        if not isinstance(labels, list) or len(labels) != len(images):
            raise DataCorrupt(f"{path} holds no list {self.label_key!r} of {len(images):,} labels", DELETE)
        if wrong := [label for label in labels if type(label) is not int or not 0 <= label < self.n_classes]:
            raise DataCorrupt(f"{path}: the label {wrong[0]!r} is none of 0 to {self.n_classes - 1}", DELETE)
        return images.reshape(-1, 3, 32, 32), np.array(labels, np.int64)


CIFAR10 = Cifar("CIFAR10", "cifar-10-batches-py", tuple(f"data_batch_{i}" for i in range(1, 6)), ("test_batch",), "labels", 10)
CIFAR100 = Cifar("CIFAR100", "cifar-100-python", ("train",), ("test",), "fine_labels", 100)


def unpickle(path: Path) -> Any:
    """The content of a pickle of plain values and arrays; DataCorrupt where it is damaged or would run anything else."""
    with readable(path):
        content = path.read_bytes()
    try:
        return _ArraysOnly(io.BytesIO(content), encoding="latin1").load()
    except Exception as error:  # damaged bytes raise a dozen types
        raise DataCorrupt(f"{path} is truncated, damaged or no pickle of arrays ({type(error).__name__}: {error})", DELETE) from None


class _ArraysOnly(pickle.Unpickler):
    """Resolves only the names that a pickled array needs, in its old and its new spelling."""

    def find_class(self, module: str, name: str) -> Any:
        import numpy as np

        reconstruct = np.empty(0).__reduce__()[0]
        allowed = {
            ("numpy.core.multiarray", "_reconstruct"): reconstruct,
            ("numpy._core.multiarray", "_reconstruct"): reconstruct,
            ("numpy", "ndarray"): np.ndarray,
            ("numpy", "dtype"): np.dtype,
            ("_codecs", "encode"): codecs.encode,
        }
        if (module, name) not in allowed:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return allowed[module, name]
