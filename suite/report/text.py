"""Text that a format shows as it is."""

from __future__ import annotations

import re


def escape(text: str) -> str:
    """Text that Markdown shows as it is, also inside a table; what stands between two backticks is code and stays."""
    parts = re.split(r"(`[^`]+`)", re.sub(r"\s+", " ", text))
    return "".join(part if i % 2 else re.sub(r"([\\`*_|<>])", r"\\\1", part) for i, part in enumerate(parts))
