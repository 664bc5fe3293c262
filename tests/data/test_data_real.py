"""Real data, where the machine that runs the tests has it under SUITE_DATA."""

import hashlib
import os
import struct
import time

import pytest

from suite import data

MD5 = {  # of the unpacked IDX files as published: images and labels, train and test
    "mnist": (
        "6bbc9ace898e44ae57da46a324031adb",
        "a25bea736e30d166cdddb491f175f624",
        "2646ac647ad5339dbf082846283269ea",
        "27ae3e4e09519cfbb04c329615203637",
    ),
    "fashion-mnist": (
        "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "9018921c3c673c538a1fc5bad174d6f9",
        "8181f5470baa50b63fa0f6fddb340f0a",
        "15d484375f8d13e6eb1aabb0c3f46965",
    ),
}


@pytest.mark.parametrize("name", MD5)
def test_known_checksum_is_of_the_published_files(name, machine_data):
    if not machine_data or not os.path.isfile(os.path.join(machine_data, f"{name}.npz")):
        pytest.skip(f"no {name}.npz under SUITE_DATA")
    start = time.perf_counter()
    dataset = data.load(name, machine_data)
    assert time.perf_counter() - start < 2
    assert dataset.n_classes == 10
    assert dataset.checksum == data.checksum.KNOWN[name]
    found = []
    for key, array in dataset.arrays().items():
        axes = (len(array), 28, 28) if key[0] == "x" else (len(array),)
        header = struct.pack(f">{1 + len(axes)}I", 0x800 + len(axes), *axes)
        found.append(hashlib.md5(header + array.astype("uint8").tobytes()).hexdigest())
    assert tuple(found) == MD5[name]
