"""Proximal maps on the largest matrix of LeNet-5-Caffe, as ratios to one pass over it: PyTorch's own soft threshold."""

import pytest
import torch
from interleaved import ratio, rounds
from torch.nn.functional import softshrink

from suite import penalties as p

STEP = 0.01
ROUNDS, BLOCK = 30, 3

MAPS = {
    "L0": p.L0(),
    "L1": p.L1(),
    "Ridge": p.Ridge(),
    "Lp(1/2)": p.Lp(1 / 2),
    "Lp(2/3)": p.Lp(2 / 3),
    "TransformedL1": p.TransformedL1(1.0),
    "TransformedL1, a = 0.01": p.TransformedL1(0.01),
    "SCAD": p.SCAD(3.7),
    "MCP": p.MCP(2.0),
    "LogSum": p.LogSum(0.1),
    "CappedL1": p.CappedL1(1.0),
    "L1MinusL2": p.L1MinusL2(1.0),
    "GroupLasso": p.GroupLasso(),
    "ExclusiveLasso": p.ExclusiveLasso(),
    "SparseGroup": p.SparseGroup(p.L1(), p.GroupLasso()),
    "CGES": p.CGES(0.5),
    "IntegratedTL1": p.IntegratedTL1(0.5, 1.0),
}


@pytest.fixture(scope="module")
def matrix():
    """800 neurons of 500 weights, as the first linear layer has them: a transposed view."""
    return torch.randn(500, 800, generator=torch.Generator().manual_seed(0)).mul_(0.05).T


@pytest.fixture(scope="module")
def work(matrix):
    reference = {"one pass": lambda: softshrink(matrix, STEP)}
    return reference | {name: lambda f=f: f.prox(matrix, STEP) for name, f in MAPS.items()}


@pytest.fixture(scope="module")
def seconds(work):
    return rounds(work, ROUNDS, BLOCK)


@pytest.mark.parametrize("name", MAPS)
def test_prox(benchmark, record_property, work, seconds, name):
    found = ratio(seconds, name, "one pass")
    benchmark.group = "proximal map"
    benchmark.extra_info["ratio_to_one_pass"] = found
    benchmark.pedantic(work[name], rounds=10, warmup_rounds=1)
    table = {"table": "proximal map, 800 x 500", "name": name, "to one pass": f"{found:.2f}"}
    for key, value in (table | {"ms": f"{1e3 * min(seconds[name]):.2f}"}).items():
        record_property(key, value)
