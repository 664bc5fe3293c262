"""What a paper says about a table, as data. `suite.judging.claims.judge` decides on it.

Rows and metrics are named as in the records (`"sgl0"`, `"test_error"`). A series is all rows of a group that differ in their strength
alone, named "group/series" or, without groups, as `suite.experiment.cell.Cell.series` does. Nothing here imports numpy or scipy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, fields
from typing import Any, ClassVar, Literal, TypeAlias

Kind = Literal["lower", "higher", "comparable", "distinguishable", "absent", "present"]
Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Statement:
    """Base of all claims: of a row or series `a`, and of `others` where it is compared, by `metric`. Each has a `kind` besides.

    margin    in the unit of the metric
    text      the sentence a reader sees
    source    where the paper makes the claim
    """

    a: str
    others: tuple[str, ...]
    metric: str
    _: KW_ONLY
    margin: float = 0.0
    text: str = ""
    source: str = ""

    @property
    def rows(self) -> tuple[str, ...]:
        return (self.a, *self.others)

    @property
    def details(self) -> dict[str, Any]:
        """What the kind has beyond kind, rows, metric and margin."""
        shared = {"kind", *(f.name for f in fields(Statement))}
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in shared}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in own.items()}


@dataclass(frozen=True)
class Claim(Statement):
    """Row `a` stands in the relation `kind` to every row of `others`; `absent` and `present` are about `a` alone: no `others`."""

    kind: Kind


@dataclass(frozen=True)
class RankClaim(Statement):
    """`a` has the best average rank by `metric` among itself and `others`, over the `blocks`; rows are called "block/name"."""

    kind: ClassVar[str] = "best average rank"

    blocks: tuple[str, ...]
    better: Better


@dataclass(frozen=True)
class WinnersClaim(Statement):
    """Of all the `rows`, the one with the best `metric` is not the one with the best `other_metric`."""

    kind: ClassVar[str] = "distinct winners"

    better: Better
    other_metric: str
    other_better: Better


@dataclass(frozen=True)
class PathClaim(Statement):
    """Along its path of strengths, `a` reaches a better `metric` than each of `others` at a `guard` metric at most `loss` below the best.

    What a series reaches is `suite.judging.path.frontier`.
    """

    kind: ClassVar[str] = "best within a loss"

    guard: str
    loss: float
    better: Better


@dataclass(frozen=True)
class ReachesClaim(Statement):
    """Along its path of strengths, series `a` reaches the `margin` in `metric` at a `guard` metric at most `loss` below the best."""

    kind: ClassVar[str] = "reaches"

    guard: str
    loss: float
    better: Better


@dataclass(frozen=True)
class MatchedClaim(Statement):
    """Where its path of strengths passes a `level` of the metric `along`, series `a` has a better `metric` than each of `others` there.

    What a series has there is `suite.judging.path.matched`.
    """

    kind: ClassVar[str] = "better at matched level"

    along: str
    level: float
    better: Better


AnyClaim: TypeAlias = Claim | RankClaim | WinnersClaim | PathClaim | ReachesClaim | MatchedClaim


def lower(a: str, b: str, metric: str, *, text: str = "", source: str = "") -> Claim:
    """a is lower than b on average."""
    return Claim(a, (b,), metric, "lower", text=text or f"{a} has lower {_words(metric)} than {b}", source=source)


def higher(a: str, b: str, metric: str, *, text: str = "", source: str = "") -> Claim:
    """a is higher than b on average."""
    return Claim(a, (b,), metric, "higher", text=text or f"{a} has higher {_words(metric)} than {b}", source=source)


def lowest(a: str, among: Iterable[str], metric: str, *, text: str = "", source: str = "") -> Claim:
    """a is lower than every other row of `among`. Raises ValueError if there is no other."""
    return Claim(a, _others(a, among), metric, "lower", text=text or f"{a} has the lowest {_words(metric)}", source=source)


def highest(a: str, among: Iterable[str], metric: str, *, text: str = "", source: str = "") -> Claim:
    """a is higher than every other row of `among`. Raises ValueError if there is no other."""
    return Claim(a, _others(a, among), metric, "higher", text=text or f"{a} has the highest {_words(metric)}", source=source)


def comparable(a: str, b: str, metric: str, margin: float, *, text: str = "", source: str = "") -> Claim:
    """a and b differ by at most `margin` on average. Raises ValueError unless margin > 0."""
    if not margin > 0:
        raise ValueError(f"comparable needs a positive margin, not {margin}")
    text = text or f"{a} and {b} have comparable {_words(metric)} (within {margin:g})"
    return Claim(a, (b,), metric, "comparable", margin=margin, text=text, source=source)


def distinguishable(a: str, b: str, metric: str, margin: float = 0.0, *, text: str = "", source: str = "") -> Claim:
    """a and b differ on average, in either direction.

    The claim can fail only within a `margin` below which a difference does not matter: without one, runs that vary can show a
    difference but never its absence. Raises ValueError for a negative margin.
    """
    if not margin >= 0:
        raise ValueError(f"a margin cannot be {margin}")
    text = text or f"{a} can be told apart from {b} by {_words(metric)}"
    return Claim(a, (b,), metric, "distinguishable", margin=margin, text=text, source=source)


def absent(a: str, metric: str, *, text: str = "", source: str = "") -> Claim:
    """a has none of `metric`, a quantity that is never negative: it is 0 in every run."""
    return Claim(a, (), metric, "absent", text=text or f"{a} has no {_words(metric)}", source=source)


def present(a: str, metric: str, at_least: float, *, text: str = "", source: str = "") -> Claim:
    """The mean of a is `at_least` so much. Raises ValueError unless at_least > 0."""
    if not at_least > 0:
        raise ValueError(f"present needs a positive bound, not {at_least}")
    text = text or f"{a} has {_words(metric)} of at least {at_least:g}"
    return Claim(a, (), metric, "present", margin=at_least, text=text, source=source)


def best_average_rank(
    a: str, among: Iterable[str], metric: str, blocks: Iterable[str], better: Better, *, text: str = "", source: str = ""
) -> RankClaim:
    """a has the best average rank among the methods over the blocks. Raises ValueError if there is no other, or for another `better`."""
    text = text or f"{a} has the best average rank by {_words(metric)}"
    return RankClaim(a, _others(a, among), metric, tuple(blocks), _direction(better), text=text, source=source)


def distinct_winners(
    rows: Iterable[str], metric: str, better: Better, other_metric: str, other_better: Better, *, text: str = "", source: str = ""
) -> WinnersClaim:
    """The row with the best metric is not the one with the best other_metric. Raises ValueError for fewer than two rows."""
    rows = tuple(rows)
    if len(rows) < 2:
        raise ValueError("winners can differ only among two or more rows")
    text = text or f"{_words(metric)} and {_words(other_metric)} have different winners"
    return WinnersClaim(rows[0], rows[1:], metric, _direction(better), other_metric, _direction(other_better), text=text, source=source)


def within_path(
    a: str, others: Iterable[str], metric: str, guard: str, loss: float, better: Better = "lower", *, text: str = "", source: str = ""
) -> PathClaim:
    """Series a reaches a better metric than every other series while `guard` (the higher the better) stays within `loss` of its best.

    Raises ValueError if there is no other series, or for a negative loss.
    """
    series, kept = _others(a, others), _kept(guard, loss)
    text = text or f"{a} reaches {better} {_words(metric)} than {', '.join(series)} at {kept}"
    return PathClaim(a, series, metric, guard, loss, _direction(better), text=text, source=source)


def reaches(
    series: str, metric: str, at_least: float, guard: str, loss: float, better: Better = "higher", *, text: str = "", source: str = ""
) -> ReachesClaim:
    """The series reaches a metric of at least so much (at most, if lower is better) on average while `guard` stays as in `within_path`.

    Raises ValueError unless at_least > 0, or for a negative loss.
    """
    if not at_least > 0:
        raise ValueError(f"reaches needs a positive bound, not {at_least}")
    bound, kept = f"at {'least' if _direction(better) == 'higher' else 'most'} {at_least:g}", _kept(guard, loss)
    text = text or f"{series} reaches {_words(metric)} of {bound} at {kept}"
    return ReachesClaim(series, (), metric, guard, loss, better, margin=at_least, text=text, source=source)


def at_matched(
    a: str, others: Iterable[str], metric: str, along: str, level: float, better: Better = "lower", *, text: str = "", source: str = ""
) -> MatchedClaim:
    """Series a has a better metric than every other series, each at the same `level` of `along`.

    Raises ValueError if there is no other series.
    """
    series = _others(a, others)
    text = text or f"{a} has {better} {_words(metric)} than {', '.join(series)} at {level:g} in {_words(along)}"
    return MatchedClaim(a, series, metric, along, level, _direction(better), text=text, source=source)


def _kept(guard: str, loss: float) -> str:
    """The condition of a loss in words. Raises ValueError for a negative loss."""
    if not loss >= 0:
        raise ValueError(f"a loss cannot be {loss}")
    return f"a loss of at most {loss:g} in {_words(guard)}"


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
