"""What all results of this package have in common: a form that JSON can hold."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class Record:
    """Base of the result dataclasses."""

    def as_dict(self) -> dict[str, Any]:
        """Fields by name, tuples as lists, and None where a number does not exist (NaN or infinite), so that it is legal JSON."""
        return _plain(asdict(self))  # type: ignore[call-overload]
