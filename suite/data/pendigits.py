"""Pen-based recognition of handwritten digits, from UCI's two text files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from suite.data.uci import UciSource, read_table

if TYPE_CHECKING:
    from suite.data.checksum import Arrays

ROWS = {"train": 7_494, "test": 3_498}


class Pendigits(UciSource):
    """10,992 digits written on a tablet, as eight points (x, y) along the pen's way: 16 integers from 0 to 100, ten classes.

    E. Alpaydin, F. Alimoglu, UCI 1998 (data set 81). Under the root: pendigits/pendigits.tra and pendigits/pendigits.tes, a row
    a line, separated by commas. Rows, order and split are UCI's (other writers in the test rows); the features stay 0 to 100.
    """

    folder = "pendigits"
    files = ("pendigits.tra", "pendigits.tes")
    archive = "81/pen+based+recognition+of+handwritten+digits.zip"

    def read(self, path: Path) -> Arrays:
        arrays: Arrays = {}
        for part, file in zip(("train", "test"), self.files, strict=True):
            x, y = read_table(path / file, ROWS[part], separator=b",", columns=17, labels=range(10))
            arrays |= {f"x_{part}": x.astype("float32"), f"y_{part}": y}
        return arrays
