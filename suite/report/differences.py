"""How the difference of two rows and its p become text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from suite.report.cells import NONE, Entry, interval

if TYPE_CHECKING:
    from suite.stats.comparisons import Comparison


def difference(found: Comparison, digits: int) -> Entry:
    """The difference with its Welch interval, where there is one."""
    wide = interval(found.low, found.high, digits, "+")
    text = NONE if found.difference != found.difference else f"{found.difference:+.{digits}f}" + (f" {wide}" if wide != NONE else "")
    return Entry(text)


def corrected(found: Comparison) -> Entry:
    """Holm's p, where a test is possible."""
    from suite.stats.comparisons import format_p

    return Entry(NONE if found.p_holm is None else format_p(found.p_holm))


def remarks(found: Sequence[Comparison], names: Mapping[str, str]) -> list[str]:
    """What a reader must know, each remark with the rows that it is about: "cges, l1: no runs"."""
    texts = []
    for remark in dict.fromkeys(c.note for c in found if c.note):
        about = [names[c.name] for c in found if c.note == remark]
        texts.append(f"{', '.join(about) if len(about) < 4 else f'{len(about)} of {len(found)} rows'}: {remark}")
    return texts
