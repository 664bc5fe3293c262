"""Interleaved timing, and one table of ratios at the end.

Times are processor seconds of this process, in which one thread computes: another program on the machine takes time off the clock,
not off the processor. What is compared takes turns in short blocks, each round in another order, and a ratio is the median over the
rounds of the ratio within a round: a slower spell meets both sides of it.
"""

import statistics
import time
from collections.abc import Callable

import pytest

from suite.runs.worker import prepare_process


@pytest.fixture(scope="session", autouse=True)
def process():
    prepare_process(threads=1)


def rounds(work: dict[str, Callable[[], object]], count: int, block: int) -> dict[str, list[float]]:
    """Processor seconds a call in each of `count` rounds, `block` calls at a time; one round before them is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    names = list(work)
    for turn in range(-1, count):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            start = time.process_time()
            for _ in range(block):
                work[name]()
            if turn >= 0:
                seconds[name].append((time.process_time() - start) / block)
    return seconds


def ratio(seconds: dict[str, list[float]], name: str, reference: str) -> float:
    """Median over the rounds of one's time over the other's in the same round."""
    return statistics.median(a / b for a, b in zip(seconds[name], seconds[reference], strict=True))


def pytest_terminal_summary(terminalreporter):
    """The ratios, as the tests left them in their benchmarks' extra information."""
    found = [
        report for report in terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", []) if report.when == "call"
    ]
    lines = [dict(report.user_properties) for report in found]
    for title in dict.fromkeys(line["table"] for line in lines if "table" in line):
        rows = [line for line in lines if line.get("table") == title]
        columns = [name for name in rows[0] if name not in ("table", "name")]
        terminalreporter.section(title)
        terminalreporter.write_line(f"{'':<24}" + "".join(f"{name:>22}" for name in columns))
        for row in rows:
            terminalreporter.write_line(f"{row['name']:<24}" + "".join(f"{row[name]:>22}" for name in columns))
