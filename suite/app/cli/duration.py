"""Lengths of time on the command line, as people and as Slurm write them."""

from __future__ import annotations

import re

import click

UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
WORDS = re.compile(r"(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+)s)?")
SLURM = (
    re.compile(r"(?P<m>\d+)(?::(?P<s>\d+))?"),
    re.compile(r"(?P<h>\d+):(?P<m>\d+):(?P<s>\d+)"),
    re.compile(r"(?P<d>\d+)-(?P<h>\d+)(?::(?P<m>\d+)(?::(?P<s>\d+))?)?"),
)
LONGEST = 366 * UNITS["d"]


def seconds(text: str) -> float | None:
    """Seconds that a text means; None where it means none.

    2h30m, 90s; and as Slurm has it: minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes,
    days-hours:minutes:seconds.
    """
    for form in (WORDS, *SLURM):
        if text.isascii() and (found := form.fullmatch(text.strip())):
            total = sum(UNITS[unit] * float(number) for unit, number in found.groupdict().items() if number)
            return total if 0 < total <= LONGEST else None
    return None


class Duration(click.ParamType):
    name = "time"

    def convert(self, value, param, ctx) -> float:
        if isinstance(value, float):
            return value
        if (found := seconds(value)) is None:
            self.fail(f"{value!r} is no length of time: give 2h30m, 90s, minutes, hours:minutes:seconds or days-hours", param, ctx)
        return found


DURATION = Duration()
