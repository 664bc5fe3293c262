"""The error that a user is meant to see."""

from __future__ import annotations


class SuiteError(Exception):
    """What went wrong and what to do about it, in one line; the command line shows it without a traceback and exits with code 2.

    `str(error)` is the message, followed by the remedy (what the user can do) where there is one. Line breaks in either are
    turned into spaces.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return " ".join("; ".join(part for part in (self.message, self.remedy) if part).split())
