"""Random streams: one for each purpose, the same for every method, on every machine."""

from __future__ import annotations

import hashlib

import torch

from suite.base.seeding import Streams

STREAMS = Streams(3, "mnist", "lenet5_caffe")


def test_numbers_are_pinned():
    expected = hashlib.sha256(b"3/mnist/lenet5_caffe/order/7").digest()
    assert STREAMS.number("order", 7) == int.from_bytes(expected[:8], "big") // 2
    assert STREAMS.number("init") == 156136264360536471


def test_everything_that_names_a_stream_changes_it():
    every = [
        STREAMS.number("order", 7),
        STREAMS.number("order", 8),
        STREAMS.number("order"),
        STREAMS.number("gates", 7),
        Streams(4, "mnist", "lenet5_caffe").number("order", 7),
        Streams(3, "digits", "lenet5_caffe").number("order", 7),
        Streams(3, "mnist", "lenet_300_100").number("order", 7),
    ]
    assert len(set(every)) == len(every)


def test_a_generator_starts_anew_each_time_and_leaves_the_global_one_alone():
    before = torch.random.get_rng_state()
    first, second = (torch.randperm(50, generator=STREAMS.generator("order", 1)) for _ in range(2))
    assert torch.equal(first, second)
    assert not torch.equal(first, torch.randperm(50, generator=STREAMS.generator("order", 2)))
    assert torch.equal(torch.random.get_rng_state(), before)
