"""Data sets as four tensors in memory: `load(name)`. Importing this package imports neither torch nor numpy."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from suite.base.errors import SuiteError
from suite.data import prepared
from suite.data.checksum import verified
from suite.data.cifar import CIFAR10, CIFAR100
from suite.data.dataset import Dataset
from suite.data.digits import Digits, rescale, upsample
from suite.data.errors import DataCorrupt, DataRootError, DataUnavailable
from suite.data.locks import lock
from suite.data.mnist import Mnist
from suite.data.network import DownloadFailed, offline
from suite.data.pendigits import Pendigits
from suite.data.root import data_root, is_there, writable
from suite.data.sdd import Sdd
from suite.data.source import Source
from suite.data.splits import hold_out, subset

__all__ = [
    "DataCorrupt",
    "DataRootError",
    "DataUnavailable",
    "Dataset",
    "Elsewhere",
    "available",
    "data_root",
    "hold_out",
    "load",
    "names",
    "prepare",
    "subset",
]

if TYPE_CHECKING:
    from suite.data.checksum import Arrays

    Root = str | os.PathLike[str] | None


@runtime_checkable
class Elsewhere(Hashable, Protocol):
    """In place of a data root: something that has the data sets already, such as the memory that the nodes of a cluster share."""

    def load(self, name: str) -> Dataset: ...


SOURCES: dict[str, Source] = {
    "mnist": Mnist("MNIST"),
    "fashion-mnist": Mnist("FashionMNIST"),
    "cifar10": CIFAR10,
    "cifar100": CIFAR100,
    "pendigits": Pendigits(),
    "sdd": Sdd(),
    "digits": Digits(upsample),
    "digits8": Digits(rescale),
}
ELSEWHERE = "name the folder that holds it with --data-root or SUITE_DATA"


def names() -> tuple[str, ...]:
    """The data sets that `load` knows."""
    return tuple(SOURCES)


def available(root: Root = None) -> dict[str, str | None]:
    """Where each data set would be loaded from without a network: a file, a folder or "scikit-learn"; None where it is not.

    Looks at the names of files only: a damaged one is noticed by `load`. Raises DataRootError.
    """
    folder = data_root(root)
    return {name: str(path) if (path := _found(name, folder)) else None for name in SOURCES}


def load(name: str, root: Root | Elsewhere = None, *, download: bool = True) -> Dataset:
    """The data set `name`, from the first of: `<root>/<name>.npz`, the source's own files under the root, a download.

    `root`: see `data_root`. A download is kept as the prepared file, so it happens once. `download=False` and SUITE_OFFLINE=1
    leave the network alone. Raises DataUnavailable where there is no data, DataCorrupt where a file is truncated, damaged or
    has another content than is known for `name`, DataRootError where the root cannot be used, SuiteError for an unknown name.
    """
    if isinstance(root, Elsewhere):
        return root.load(name)
    _, arrays, digest = _obtain(name, root, download)
    return Dataset.from_arrays(name, arrays, digest)


def prepare(name: str, root: Root = None, *, download: bool = True) -> Path:
    """Make sure that `<root>/<name>.npz` is there and sound, and return its path. Raises as `load`."""
    path, arrays, _ = _obtain(name, root, download)
    target = prepared.prepared_path(data_root(root), name)
    if path != target:
        prepared.write(target, arrays)
    return target


def _obtain(name: str, root: Root, download: bool) -> tuple[Path, Arrays, str]:
    """Where the data set was found, its arrays and their checksum, which is the known one."""
    if name not in SOURCES:
        near = difflib.get_close_matches(name, SOURCES, n=3, cutoff=0.4) or SOURCES
        raise SuiteError(f"unknown data set {name!r}", f"did you mean {' or '.join(near)}?")
    folder = data_root(root)
    path = _found(name, folder) or _download(name, folder, download)
    arrays = prepared.read(path) if path == prepared.prepared_path(folder, name) else SOURCES[name].read(path)
    return path, arrays, verified(name, arrays, path, prepared.DELETE)


def _found(name: str, folder: Path) -> Path | None:
    path = prepared.prepared_path(folder, name)
    return path if is_there(path) else SOURCES[name].find(folder)


def _download(name: str, folder: Path, allowed: bool) -> Path:
    """Download `name` and write its prepared file, once even if several processes ask at the same time."""
    source, target = SOURCES[name], prepared.prepared_path(folder, name)
    try:
        if not allowed or offline():
            raise DownloadFailed("SUITE_OFFLINE is set" if allowed else "no download was asked for")
        mirrors = source.mirrors()  # before the root is touched: without a network, a root that cannot be written is no error
        with writable(folder), lock(folder / f".{name}.lock"):
            if not is_there(target):
                with tempfile.TemporaryDirectory(dir=folder, prefix=f".{name}-") as scratch:
                    arrays = source.download(Path(scratch), mirrors)
                    verified(name, arrays, "the download", "run again")
                    prepared.write(target, arrays)
    except DownloadFailed as error:
        missing = f"{name} is missing: there is no {target}, no {folder / source.layout}, and no download ({error})"
        raise DataUnavailable(missing, f"connect to a network, put {target.name} or the source's own files there, or {ELSEWHERE}") from None
    return target
