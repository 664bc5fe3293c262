"""One thread as in a worker, and one table of ratios at the end."""

import pytest

from suite.runs.worker import prepare_process


@pytest.fixture(scope="session", autouse=True)
def process():
    prepare_process(threads=1)


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
