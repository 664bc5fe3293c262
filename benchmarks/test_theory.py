"""One iteration of the splitting methods on 10,000 starts of k = 20, d = 50, with all that is observed of it."""

import pytest
import torch
from interleaved import rounds

from suite.penalties import L0, L1, TransformedL1
from suite.theory import BinarizedReLU, Problem, ReLU, admm, rvscgd, rvsm

STARTS, D, K = 10_000, 50, 20
ITERATIONS, ROUNDS = 20, 5

CASES = {
    "rvscgd, L0": (rvscgd, BinarizedReLU(K), L0()),
    "rvscgd, L1": (rvscgd, BinarizedReLU(K), L1()),
    "rvscgd, TransformedL1": (rvscgd, BinarizedReLU(K), TransformedL1(1.0)),
    "rvsm, L0": (rvsm, ReLU(K), L0()),
    "admm, L0": (admm, ReLU(K), L0()),
}


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=["float64", "float32"])
@pytest.mark.parametrize("name", CASES)
def test_iterations(benchmark, record_property, name, dtype):
    algorithm, network, penalty = CASES[name]
    generator = torch.Generator().manual_seed(0)
    star = torch.nn.functional.normalize(torch.randn(D, generator=generator, dtype=dtype), dim=0)
    w0 = torch.randn(STARTS, D, generator=generator, dtype=dtype)
    problem = Problem(network, penalty, star, lam=1e-4, beta=4e-3, eta=1e-3)

    def run():
        return algorithm(problem, w0, steps=ITERATIONS)

    iteration = min(rounds({name: run}, ROUNDS, 1)[name]) / ITERATIONS
    benchmark.group = "no-overlap network"
    benchmark.pedantic(run, rounds=1)
    row = {"table": f"one iteration, {STARTS:,} starts", "name": name, "dtype": str(dtype).removeprefix("torch.")}
    for key, value in (row | {"ms": f"{1e3 * iteration:.2f}", "s for 10,000": f"{1e4 * iteration:.0f}"}).items():
        record_property(key, value)
