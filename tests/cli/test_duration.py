"""Lengths of time on the command line."""

import pytest

from suite.app.cli.duration import seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", 90),
        ("3m", 180),
        ("2h30m", 9000),
        ("1d2h3m4s", 93784),
        ("150", 9000),
        ("1:30", 90),
        ("2:30:00", 9000),
        ("1-12", 129600),
        ("1-12:30", 131400),
        ("1-0:0:1", 86401),
        (" 3m ", 180),
    ],
)
def test_forms_of_people_and_of_slurm(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", "0", "0s", "-5", "3x", "m", "30m2h", "1.5h", "1:2:3:4", "1-", "1-2-3", "2h 30m", "nan", "inf", "٣m", "9" * 20, "9" * 5000]
)
def test_anything_else_is_none(text):
    assert seconds(text) is None


def test_the_error_is_one_line_with_the_forms_there_are(invoke):
    found = invoke("reproduce", "table1", "--time-limit", "soon")
    assert found.exit_code == 2
    (line,) = found.stderr.splitlines()
    assert "'soon' is no length of time" in line
    assert "2h30m" in line
