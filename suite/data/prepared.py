"""Prepared files: `<root>/<name>.npz` with x_train, y_train, x_test, y_test."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from suite.data.checksum import KEYS
from suite.data.errors import DataCorrupt
from suite.data.root import readable, writable

if TYPE_CHECKING:
    from suite.data.checksum import Arrays

DELETE = "delete it and run again"


def prepared_path(root: Path, name: str) -> Path:
    return root / f"{name}.npz"


def read(path: Path) -> Arrays:
    """The four arrays of `path`.

    Raises DataCorrupt where the file is truncated, is no npz, lacks an array or holds one of another form, and DataRootError
    where the system does not let us read it. Nothing is unpickled.
    """
    import numpy as np

    with readable(path), open(path, "rb") as handle:
        try:
            with np.load(handle, allow_pickle=False) as stored:
                arrays = {key: stored[key] for key in KEYS if key in stored}
        except Exception as error:  # zipfile, zlib and numpy raise a dozen types for damaged bytes
            raise DataCorrupt(f"{path} is truncated or damaged ({type(error).__name__}: {error})", DELETE) from None
    if problem := form_problem(arrays):
        raise DataCorrupt(f"{path} is no prepared data set: {problem}", DELETE)
    return arrays


def write(path: Path, arrays: Arrays) -> None:
    """Write the four arrays to `path` in one step: readers see the old file, or none, or the whole new one."""
    import numpy as np

    scratch = path.with_name(f".{path.stem}-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    with writable(path.parent):
        try:
            with open(scratch, "xb") as handle:
                np.savez(handle, **{key: arrays[key] for key in KEYS})  # type: ignore[arg-type]
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(scratch, path)
        finally:
            scratch.unlink(missing_ok=True)


def form_problem(arrays: Arrays) -> str | None:
    """What is wrong with the names, dtypes and shapes of `arrays`, or None."""
    if missing := [key for key in KEYS if key not in arrays]:
        return f"{' and '.join(missing)} missing"
    for split in ("train", "test"):
        x, y = arrays[f"x_{split}"], arrays[f"y_{split}"]
        if (x.dtype, x.ndim) not in (("uint8", 4), ("float32", 2)):
            return f"x_{split} is {x.dtype} with {x.ndim} axes, not uint8 (N, C, H, W) or float32 (N, d)"
        if (y.dtype, y.ndim) != ("int64", 1):
            return f"y_{split} is {y.dtype} with {y.ndim} axes, not int64 (N,)"
        if len(x) != len(y) or len(y) == 0:
            return f"{len(x)} rows of x_{split} but {len(y)} of y_{split}"
        if y.min() < 0:
            return f"y_{split} has a label below 0"
    train, test = arrays["x_train"], arrays["x_test"]
    if (train.dtype, train.shape[1:]) != (test.dtype, test.shape[1:]):
        return f"rows of x_train are {train.dtype} {train.shape[1:]}, of x_test {test.dtype} {test.shape[1:]}"
    return None
