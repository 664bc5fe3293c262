"""Stratified splits by a fixed rule, the same on every machine and in every library version."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from suite.base.errors import SuiteError
from suite.data.checksum import KEYS
from suite.data.dataset import Dataset

if TYPE_CHECKING:
    import numpy as np


def stratified(labels: np.ndarray, n: int, key: str) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers (kept, taken), each ascending, with `n` rows taken in proportion to the classes.

    A class with m of N rows gives floor(n m / N), and the classes with the largest remainders (the lower label at a tie) one
    more until `n` are taken. Within a class the rows are taken in the order of SHA-256("key/row"): no random generator is
    involved. Raises ValueError unless 0 < n < N.
    """
    import numpy as np

    if not 0 < n < len(labels):
        raise ValueError(f"cannot take {n} of {len(labels)} rows")
    classes, counts = np.unique(labels, return_counts=True)
    quota, remainder = np.divmod(n * counts, len(labels))
    quota[np.argsort(-remainder, kind="stable")[: n - quota.sum()]] += 1
    rank = np.array([hashlib.sha256(f"{key}/{row}".encode()).digest()[:8] for row in range(len(labels))]).view(">u8")
    order = np.argsort(rank, kind="stable")
    taken = np.sort(np.concatenate([order[labels[order] == c][:q] for c, q in zip(classes, quota, strict=True)]))
    return np.delete(np.arange(len(labels)), taken), taken


def subset(dataset: Dataset, n_train: int = 0, n_test: int = 0) -> Dataset:
    """`dataset` with `n_train` and `n_test` rows, stratified and the same whatever the seed of a run; 0 means all.

    A smaller part is in every larger one but for the rounding of classes to whole rows. Rows keep their order. Raises SuiteError for
    more rows than there are.
    """
    arrays, changed = dataset.arrays(), False
    for part, n in (("train", n_train), ("test", n_test)):
        rows = len(arrays[f"y_{part}"])
        if n > rows:
            raise SuiteError(f"{dataset.name} has {rows:,} {part} examples, not {n:,}", "ask for fewer, or for 0, which means all")
        if 0 < n < rows:
            _, taken = stratified(arrays[f"y_{part}"], n, key=f"subset/{part}")
            arrays, changed = arrays | {f"{axis}_{part}": arrays[f"{axis}_{part}"][taken] for axis in "xy"}, True
    return Dataset.from_arrays(dataset.name, arrays, n_classes=dataset.n_classes) if changed else dataset


def hold_out(dataset: Dataset, n: int, seed: int) -> Dataset:
    """`dataset` with `n` training rows, stratified and chosen by `seed`, as its test part and without its own test part.

    For choosing hyper-parameters: the test rows of `dataset` are not in the result. Rows keep their order. Raises ValueError
    unless 0 < n < number of training rows.
    """
    x, y = dataset.x_train.numpy(), dataset.y_train.numpy()
    kept, held = stratified(y, n, key=f"hold-out/{seed}")
    arrays = dict(zip(KEYS, (x[kept], y[kept], x[held], y[held]), strict=True))
    return Dataset.from_arrays(dataset.name, arrays, n_classes=dataset.n_classes)
