"""The digits of scikit-learn, which are always there: 1,797 images, at their own 8x8 or upsampled to MNIST's 28x28."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from suite.data.network import DownloadFailed
from suite.data.splits import stratified

if TYPE_CHECKING:
    import numpy as np

    from suite.data.checksum import Arrays

N_TEST = 360
SIZE, SIDE = 8, 28  # of the source and of the upsampled images, in pixels


@dataclass(frozen=True)
class Digits:
    """Handwritten digits (E. Alpaydin, C. Kaynak, UCI 1998), as scikit-learn ships them: always there.

    `images` makes uint8 images (N, 1, H, W) of the source's integers from 0 to 16 in (N, 8, 8). The split is ours (the source
    has none): 1,437 training and 360 test rows by `stratified`, the same for every `images`. The same writers are in both.
    """

    images: Callable[[np.ndarray], np.ndarray]
    layout = "scikit-learn"

    def find(self, root: Path) -> Path | None:
        return Path(self.layout)

    def read(self, path: Path) -> Arrays:
        import numpy as np
        from sklearn.datasets import load_digits

        source = load_digits()
        x, y = self.images(source.images.astype(np.int64)), source.target.astype(np.int64)
        train, test = stratified(y, N_TEST, key="digits")
        return {"x_train": x[train], "y_train": y[train], "x_test": x[test], "y_test": y[test]}

    def mirrors(self) -> list[str]:
        raise DownloadFailed("digits ships inside scikit-learn")

    def download(self, scratch: Path, mirrors: list[str]) -> Arrays:
        raise DownloadFailed("digits ships inside scikit-learn")


def rescale(images: np.ndarray) -> np.ndarray:
    """(N, 8, 8) integers v from 0 to 16 to (N, 1, 8, 8) uint8: 255 v / 16, rounded to nearest (ties up) in integers."""
    import numpy as np

    return ((255 * images + 8) // 16).astype(np.uint8)[:, None]


def upsample(images: np.ndarray) -> np.ndarray:
    """(N, 8, 8) integers from 0 to 16 to (N, 1, 28, 28) uint8 from 0 to 255, by bilinear interpolation in integers.

    Pixel centres: output i lies at u = (i + 1/2) 8/28 - 1/2 = (4 i - 5) / 14 of the input, clamped to its border, so every
    weight is a multiple of 1/14 and the result, rounded to nearest (ties up), is the same on every machine.
    """
    import numpy as np

    weights = np.zeros((SIDE, SIZE), np.int64)
    for i in range(SIDE):
        left, part = divmod(min(max(4 * i - 5, 0), 14 * (SIZE - 1)), 14)
        weights[i, left] += 14 - part
        weights[i, min(left + 1, SIZE - 1)] += part
    scaled, full = weights @ images @ weights.T, 16 * 14**2
    return ((255 * scaled + full // 2) // full).astype(np.uint8)[:, None]
