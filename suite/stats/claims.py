"""What a paper says about a table, as data. `suite.stats.judge.judge` decides on it.

Rows and metrics are named as in the records (`"sgl0"`, `"test_error"`). `text` is the sentence a reader sees, made up from the
rest if left out; `source` says where the paper makes the claim. Nothing here imports numpy or scipy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

Kind = Literal["lower", "higher", "comparable", "distinguishable", "absent", "present"]
Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Claim:
    """Row `a` stands in the relation `kind` to every row of `others`, in `metric`; `margin` is in the unit of the metric.

    `absent` and `present` are about `a` alone: no `others`.
    """

    kind: Kind
    a: str
    others: tuple[str, ...]
    metric: str
    margin: float = 0.0
    text: str = ""
    source: str = ""

    @property
    def rows(self) -> tuple[str, ...]:
        return (self.a, *self.others)

    @property
    def details(self) -> dict[str, Any]:
        """What the kind has beyond kind, rows, metric and margin."""
        return {}


@dataclass(frozen=True)
class RankClaim:
    """`a` has the best average rank by `metric` among itself and `others`, over the `blocks`; rows are called "block/name"."""

    kind: ClassVar[str] = "best average rank"
    margin: ClassVar[float] = 0.0

    a: str
    others: tuple[str, ...]
    metric: str
    blocks: tuple[str, ...]
    better: Better
    text: str = ""
    source: str = ""

    @property
    def rows(self) -> tuple[str, ...]:
        return (self.a, *self.others)

    @property
    def details(self) -> dict[str, Any]:
        return {"blocks": list(self.blocks), "better": self.better}


@dataclass(frozen=True)
class WinnersClaim:
    """Of the `rows`, the one with the best `metric` is not the one with the best `other_metric`."""

    kind: ClassVar[str] = "distinct winners"
    margin: ClassVar[float] = 0.0

    rows: tuple[str, ...]
    metric: str
    better: Better
    other_metric: str
    other_better: Better
    text: str = ""
    source: str = ""

    @property
    def details(self) -> dict[str, Any]:
        return {"better": self.better, "other_metric": self.other_metric, "other_better": self.other_better}


@dataclass(frozen=True)
class PathClaim:
    """Along its path of strengths, `a` reaches a better `metric` than each of `others` at a `guard` metric at most `loss` below the best.

    `a` and `others` are series, "group/method": all rows of a group with a method, one a strength. See `suite.report.path.frontier`.
    """

    kind: ClassVar[str] = "best within a loss"
    margin: ClassVar[float] = 0.0

    a: str
    others: tuple[str, ...]
    metric: str
    guard: str
    loss: float
    better: Better
    text: str = ""
    source: str = ""

    @property
    def rows(self) -> tuple[str, ...]:
        return (self.a, *self.others)

    @property
    def details(self) -> dict[str, Any]:
        return {"guard": self.guard, "loss": self.loss, "better": self.better}


AnyClaim: TypeAlias = Claim | RankClaim | WinnersClaim | PathClaim


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


def absent(a: str, metric: str, *, text: str = "", source: str = "") -> Claim:
    """a has none of `metric`, a quantity that is never negative: it is 0 in every run."""
    return Claim("absent", a, (), metric, text=text or f"{a} has no {_words(metric)}", source=source)


def present(a: str, metric: str, at_least: float, *, text: str = "", source: str = "") -> Claim:
    """The mean of a is `at_least` so much. Raises ValueError unless at_least > 0."""
    if not at_least > 0:
        raise ValueError(f"present needs a positive bound, not {at_least}")
    return Claim("present", a, (), metric, at_least, text or f"{a} has {_words(metric)} of at least {at_least:g}", source)


def best_average_rank(
    a: str, among: Iterable[str], metric: str, blocks: Iterable[str], better: Better, *, text: str = "", source: str = ""
) -> RankClaim:
    """a has the best average rank among the methods over the blocks. Raises ValueError if there is no other, or for another `better`."""
    text = text or f"{a} has the best average rank by {_words(metric)}"
    return RankClaim(a, _others(a, among), metric, tuple(blocks), _direction(better), text, source)


def distinct_winners(
    rows: Iterable[str], metric: str, better: Better, other_metric: str, other_better: Better, *, text: str = "", source: str = ""
) -> WinnersClaim:
    """The row with the best metric is not the one with the best other_metric. Raises ValueError for fewer than two rows."""
    rows = tuple(rows)
    if len(rows) < 2:
        raise ValueError("winners can differ only among two or more rows")
    text = text or f"{_words(metric)} and {_words(other_metric)} have different winners"
    return WinnersClaim(rows, metric, _direction(better), other_metric, _direction(other_better), text, source)


def within_path(
    a: str,
    others: Iterable[str],
    metric: str,
    guard: str,
    loss: float,
    better: Better = "lower",
    *,
    text: str = "",
    source: str = "",
) -> PathClaim:
    """Series a reaches a better metric than every other series while `guard` (the higher the better) stays within `loss` of its best.

    Raises ValueError if there is no other series, or for a negative loss.
    """
    if not loss >= 0:
        raise ValueError(f"a loss cannot be {loss}")
    series = _others(a, others)
    text = text or f"{a} reaches {better} {_words(metric)} than {', '.join(series)} at a loss of at most {loss:g} in {_words(guard)}"
    return PathClaim(a, series, metric, guard, loss, _direction(better), text, source)


def _direction(better: Better) -> Better:
    if better not in ("lower", "higher"):
        raise ValueError(f"better is 'lower' or 'higher', not {better!r}")
    return better


def _others(a: str, among: Iterable[str]) -> tuple[str, ...]:
    others = tuple(name for name in among if name != a)
    if not others:
        raise ValueError(f"{a} needs at least one other row to be compared with")
    return others


def _words(metric: str) -> str:
    return metric.replace("_", " ")
