"""Sensorless drive diagnosis, from UCI's text file; the split and the standardisation are ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from suite.data.splits import stratified
from suite.data.uci import UciSource, read_table

if TYPE_CHECKING:
    import numpy as np

    from suite.data.checksum import Arrays

ROWS = 58_509


class Sdd(UciSource):
    """58,509 states of an electric drive: 48 features of its currents, eleven classes of defects (1 to 11 there, 0 to 10 here).

    M. Bator, UCI 2015 (data set 325). Under the root: sdd/Sensorless_drive_diagnosis.txt, a row a line, separated by spaces.
    Ma et al. (2019) give 58,508 rows and no split. Split and scale are those of `split`: 46,807 training and 11,702 test rows.
    A file of another number of rows, such as a subset, is refused: it is no result on this data. The content has no checksum
    that is known here, so a file of the right form is believed.
    """

    folder = "sdd"
    files = ("Sensorless_drive_diagnosis.txt",)
    archive = "325/dataset+for+sensorless+drive+diagnosis.zip"

    def read(self, path: Path) -> Arrays:
        return split(*read_table(path / self.files[0], ROWS, separator=None, columns=49, labels=range(1, 12)))


def split(x: np.ndarray, y: np.ndarray) -> Arrays:
    """A fifth of the rows as test rows, by `stratified` with the key "sdd", and all features standardised, in float32.

    z = (x - mean) / SD, with mean and SD (divisor n) of the TRAINING rows in float64; a feature that is constant there has SD 1.
    """
    import numpy as np

    train, test = stratified(y, round(len(y) / 5), key="sdd")
    mean, sd = x[train].mean(axis=0), x[train].std(axis=0)
    sd[np.ptp(x[train], axis=0) == 0] = 1
    z = ((x - mean) / sd).astype(np.float32)
    return {"x_train": z[train], "y_train": y[train], "x_test": z[test], "y_test": y[test]}
