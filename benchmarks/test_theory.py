"""The splitting methods on 10,000 starts of k = 20, d = 50, with all that is observed of every iterate.

`python -m pytest benchmarks/test_theory.py` times an iteration of each, by one thread, and then 10,000 iterations of RVSCGD from end to
end by two threads, which are to take at most two minutes; that alone: `-k whole`.
"""

import time

import pytest
import torch
from interleaved import rounds

from suite.base.seeding import Streams
from suite.penalties import L0, L1, TransformedL1
from suite.theory import BinarizedNoOverlap, Problem, ReLUNoOverlap, admm, rvscgd, rvsm
from suite.theory.starts import Starts

STARTS, D, K = 10_000, 50, 20
ITERATIONS, ROUNDS = 20, 5
WHOLE, THREADS, LIMIT = 10_000, 2, 120.0

CASES = {
    "rvscgd, L0": (rvscgd, BinarizedNoOverlap(K), L0()),
    "rvscgd, L1": (rvscgd, BinarizedNoOverlap(K), L1()),
    "rvscgd, TransformedL1": (rvscgd, BinarizedNoOverlap(K), TransformedL1(1.0)),
    "rvsm, L0": (rvsm, ReLUNoOverlap(K), L0()),
    "admm, L0": (admm, ReLUNoOverlap(K), L0()),
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


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("threads")
def test_the_whole_of_10_000_iterations(record_property):
    """Every start with a teacher of its own, from the first to the last iteration."""
    wall, cpu = time.perf_counter(), time.process_time()
    iteration = Starts(k=K, d=D).begin(STARTS, 1e-4, Streams(0, "", "no_overlap"))
    iteration.advance(WHOLE)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    row = {"table": f"{WHOLE:,} iterations, {STARTS:,} starts, {THREADS} threads", "name": "rvscgd, L0", "s": f"{wall:.0f}"}
    for key, value in (row | {"CPU s": f"{cpu:.0f}"}).items():
        record_property(key, value)
    assert wall < LIMIT
