"""What a paper says about a table, as data. `suite.judging.claims.judge` decides on it.

Rows and metrics are named as in the records (`"sgl0"`, `"test_error"`). A series is all rows of a group that differ in their strength
alone, named "group/series" or, without groups, as `suite.experiment.cell.Cell.series` does. Nothing here imports numpy or scipy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, asdict, dataclass
from typing import Any, ClassVar, Literal, TypeAlias

Kind = Literal["lower", "higher", "comparable", "distinguishable", "absent", "present", "at most"]
Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class WithinLoss:
    """Judged on the best that a series reaches along its path while the metric `guard` (the higher the better) stays within `loss` of
    its best: see `suite.judging.path.frontier`."""

    guard: str
    loss: float

    def kind(self, of: Kind) -> str:
        return "best within a loss" if of in ("lower", "higher") else "reaches"


@dataclass(frozen=True)
class AtLevel:
    """Judged where the path of a series passes a `level` of the metric `along`: see `suite.judging.path.matched`."""

    along: str
    level: float

    def kind(self, of: Kind) -> str:
        return "better at matched level"


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
    def metrics(self) -> tuple[str, ...]:
        """Every metric that the claim is about."""
        return (self.metric,)


@dataclass(frozen=True)
class Claim(Statement):
    """`a` stands in the relation `relation` to each of `others`; `absent`, `present` and `at most` are about `a` alone: no `others`.

    at    where it is judged: None, in every run of the rows; else along the paths of series, one value a seed
    """

    relation: Kind
    at: WithinLoss | AtLevel | None = None

    @property
    def kind(self) -> str:
        """What a reader is told about how the claim is decided."""
        return self.at.kind(self.relation) if self.at else self.relation

    @property
    def better(self) -> Better:
        """Which end the claim is about."""
        return "lower" if self.relation in ("lower", "at most") else "higher"

    @property
    def metrics(self) -> tuple[str, ...]:
        match self.at:
            case WithinLoss(guard):
                return self.metric, guard
            case AtLevel(along):
                return self.metric, along
        return (self.metric,)

    @property
    def details(self) -> dict[str, Any]:
        """What is told of the claim beyond kind, rows, metric and margin."""
        return {**asdict(self.at), "better": self.better} if self.at else {}


@dataclass(frozen=True)
class RankClaim(Statement):
    """`a` has the best average rank by `metric` among itself and `others`, over the `blocks`; rows are called "block/name"."""

    kind: ClassVar[str] = "best average rank"

    blocks: tuple[str, ...]
    better: Better

    @property
    def details(self) -> dict[str, Any]:
        return {"blocks": list(self.blocks), "better": self.better}


@dataclass(frozen=True)
class WinnersClaim(Statement):
    """Of all the `rows`, the one with the best `metric` is not the one with the best `other_metric`."""

    kind: ClassVar[str] = "distinct winners"

    better: Better
    other_metric: str
    other_better: Better

    @property
    def metrics(self) -> tuple[str, ...]:
        return self.metric, self.other_metric

    @property
    def details(self) -> dict[str, Any]:
        return {"better": self.better, "other_metric": self.other_metric, "other_better": self.other_better}


AnyClaim: TypeAlias = Claim | RankClaim | WinnersClaim


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
) -> Claim:
    """Series a reaches a better metric than every other series while `guard` (the higher the better) stays within `loss` of its best.

    Raises ValueError if there is no other series, or for a negative loss.
    """
    series, kept = _others(a, others), _kept(guard, loss)
    text = text or f"{a} reaches {better} {_words(metric)} than {', '.join(series)} at {kept}"
    return Claim(a, series, metric, _direction(better), WithinLoss(guard, loss), text=text, source=source)


def reaches(
    series: str, metric: str, at_least: float, guard: str, loss: float, better: Better = "higher", *, text: str = "", source: str = ""
) -> Claim:
    """The series reaches a metric of at least so much (at most, if lower is better) on average while `guard` stays as in `within_path`.

    Raises ValueError unless at_least > 0, or for a negative loss.
    """
    if not at_least > 0:
        raise ValueError(f"reaches needs a positive bound, not {at_least}")
    bound, kept = f"at {'least' if _direction(better) == 'higher' else 'most'} {at_least:g}", _kept(guard, loss)
    text = text or f"{series} reaches {_words(metric)} of {bound} at {kept}"
    relation: Kind = "present" if better == "higher" else "at most"
    return Claim(series, (), metric, relation, WithinLoss(guard, loss), margin=at_least, text=text, source=source)


def at_matched(
    a: str, others: Iterable[str], metric: str, along: str, level: float, better: Better = "lower", *, text: str = "", source: str = ""
) -> Claim:
    """Series a has a better metric than every other series, each at the same `level` of `along`.

    Raises ValueError if there is no other series.
    """
    series = _others(a, others)
    text = text or f"{a} has {better} {_words(metric)} than {', '.join(series)} at {level:g} in {_words(along)}"
    return Claim(a, series, metric, _direction(better), AtLevel(along, level), text=text, source=source)


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
