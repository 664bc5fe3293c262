"""What a paper says about a table, as data. `suite.stats.verdicts.claim_verdict` decides on it.

Rows and metrics are named as in the records (`"sgl0"`, `"test_error"`). `text` is the sentence a reader sees, made up from the
rest if left out; `source` says where the paper makes the claim. Nothing here imports numpy or scipy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["lower", "higher", "comparable", "distinguishable"]


@dataclass(frozen=True)
class Claim:
    """Row `a` stands in the relation `kind` to every row of `others`, in `metric`; `margin` is in the unit of the metric."""

    kind: Kind
    a: str
    others: tuple[str, ...]
    metric: str
    margin: float = 0.0
    text: str = ""
    source: str = ""


def lower(a: str, b: str, metric: str, *, text: str = "", source: str = "") -> Claim:
    """a is lower than b on average."""
    return Claim("lower", a, (b,), metric, text=text or f"{a} has lower {_words(metric)} than {b}", source=source)


def higher(a: str, b: str, metric: str, *, text: str = "", source: str = "") -> Claim:
    """a is higher than b on average."""
    return Claim("higher", a, (b,), metric, text=text or f"{a} has higher {_words(metric)} than {b}", source=source)


def lowest(a: str, among: Iterable[str], metric: str, *, text: str = "", source: str = "") -> Claim:
    """a is lower than every other row of `among`. Raises ValueError if there is no other."""
    return Claim("lower", a, _others(a, among), metric, text=text or f"{a} has the lowest {_words(metric)}", source=source)


def highest(a: str, among: Iterable[str], metric: str, *, text: str = "", source: str = "") -> Claim:
    """a is higher than every other row of `among`. Raises ValueError if there is no other."""
    return Claim("higher", a, _others(a, among), metric, text=text or f"{a} has the highest {_words(metric)}", source=source)


def comparable(a: str, b: str, metric: str, margin: float, *, text: str = "", source: str = "") -> Claim:
    """a and b differ by at most `margin` on average. Raises ValueError unless margin > 0."""
    if not margin > 0:
        raise ValueError(f"comparable needs a positive margin, not {margin}")
    text = text or f"{a} and {b} have comparable {_words(metric)} (within {margin:g})"
    return Claim("comparable", a, (b,), metric, margin, text, source)


def distinguishable(a: str, b: str, metric: str, margin: float = 0.0, *, text: str = "", source: str = "") -> Claim:
    """a and b differ on average, in either direction.

    The claim can fail only within a `margin` below which a difference does not matter: without one, runs that vary can show a
    difference but never its absence. Raises ValueError for a negative margin.
    """
    if not margin >= 0:
        raise ValueError(f"a margin cannot be {margin}")
    text = text or f"{a} can be told apart from {b} by {_words(metric)}"
    return Claim("distinguishable", a, (b,), metric, margin, text, source)


def _others(a: str, among: Iterable[str]) -> tuple[str, ...]:
    others = tuple(name for name in among if name != a)
    if not others:
        raise ValueError(f"{a} needs at least one other row to be compared with")
    return others


def _words(metric: str) -> str:
    return metric.replace("_", " ")
