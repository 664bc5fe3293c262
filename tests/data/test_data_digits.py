import hashlib
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from suite import data
from suite.data.digits import rescale, upsample


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    return data.load("digits", tmp_path_factory.mktemp("empty"))


def test_shapes_and_classes(digits):
    assert digits.x_train.shape == (1437, 1, 28, 28)
    assert digits.x_test.shape == (360, 1, 28, 28)
    assert digits.x_train.dtype == digits.x_test.dtype == torch.uint8
    assert digits.y_train.dtype == digits.y_test.dtype == torch.int64
    assert digits.n_classes == 10
    assert digits.x_train.min() == 0
    assert digits.x_train.max() == 255


def test_content_is_pinned(digits):
    """By a hash that is not the suite's own: a change of the split or of the upsampling moves it."""
    content = b"".join(array.tobytes() for array in digits.arrays().values())
    assert hashlib.sha256(content).hexdigest() == "bcd4d7ba3101a014f6dbdf06ee14f0c3dc2ceb11bf7f6803ee2c9c86d43518c4"
    assert digits.checksum == "f8b9dd3e813b17e0a64c9b985c2be552bf93577345a087774465a79372da4b85"


def test_split_is_stratified_and_covers_every_row_once(digits):
    source = load_digits()
    total = np.bincount(source.target)
    test = np.bincount(digits.y_test.numpy())
    assert np.abs(test - 360 / 1797 * total).max() < 1
    np.testing.assert_array_equal(np.bincount(digits.y_train.numpy()) + test, total)
    rows = upsample(source.images.astype(int))
    ours = torch.cat([digits.x_train, digits.x_test]).numpy()
    assert sorted(row.tobytes() for row in ours) == sorted(row.tobytes() for row in rows)


def test_upsampling_is_bilinear():
    """Against torch's float bilinear interpolation, up to rounding."""
    source = load_digits().images[:50]
    expected = torch.nn.functional.interpolate(
        torch.tensor(source)[:, None] * (255 / 16), size=(28, 28), mode="bilinear", align_corners=False
    )
    difference = torch.from_numpy(upsample(source.astype(int))).double() - expected
    assert difference.abs().max() <= 0.5 + 1e-9


def test_a_prepared_file_of_other_content_is_refused(tmp_path, images):
    data.prepared.write(tmp_path / "digits.npz", images)
    with pytest.raises(data.DataCorrupt, match=r"digits\.npz is not digits"):
        data.load("digits", tmp_path)


def test_a_prepared_file_of_the_same_content_is_read(tmp_path, digits, monkeypatch):
    path = data.prepare("digits", tmp_path)
    monkeypatch.setattr(data.digits.Digits, "read", None)
    assert path == tmp_path / "digits.npz"
    assert data.load("digits", tmp_path).checksum == digits.checksum


def test_digits8_are_the_same_rows_at_their_own_size(digits, tmp_path):
    small = data.load("digits8", tmp_path)
    assert torch.equal(small.y_train, digits.y_train)
    assert torch.equal(small.y_test, digits.y_test)
    assert small.x_train.shape == (1437, 1, 8, 8)
    assert small.x_test.shape == (360, 1, 8, 8)
    assert small.x_train.dtype == torch.uint8
    assert small.n_classes == 10
    values = (16 * small.arrays()["x_test"][:, 0].astype(int) + 127) // 255  # of the source, 0 to 16
    np.testing.assert_array_equal(upsample(values), digits.x_test.numpy())


def test_digits8_are_rounded_half_up():
    exact = [Decimal(255 * v) / 16 for v in range(17)]
    expected = [int(value.quantize(Decimal(1), ROUND_HALF_UP)) for value in exact]
    assert rescale(np.arange(17)[:, None, None]).ravel().tolist() == expected
    assert expected[8] == 128  # 127.5


def test_content_of_digits8_is_pinned(tmp_path):
    small = data.load("digits8", tmp_path)
    content = b"".join(array.tobytes() for array in small.arrays().values())
    assert hashlib.sha256(content).hexdigest() == "04923b923ff938c0fc4b20b07ed5ed23de1ff5fed22d02107d61f8059299df76"
    assert small.checksum == data.checksum.KNOWN["digits8"]
