"""What can be wrong with data, each as one line that says what to do."""

from __future__ import annotations

from suite.base.errors import SuiteError


class DataUnavailable(SuiteError):
    """A data set is neither on this machine nor to be had; a caller may run on its stand-in instead."""


class DataCorrupt(SuiteError):
    """A data file is there but truncated, altered or of another form; it is never trained on and never replaced unasked."""


class DataRootError(SuiteError):
    """The data root, or a file in it, cannot be read or written."""
