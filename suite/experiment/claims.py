"""The words in which a table says what a paper claims about it. Every word makes a `Claim` of `suite.experiment.statements`.

    lower, higher, lowest, highest           an order of means
    comparable, distinguishable              within a margin, or beyond it
    present                                  the mean is at least so much
    always, never                            every single run: one counterexample decides
    within_path, reaches, at_matched         along paths of strengths
    best_average_rank, distinct_winners      over several data sets; over two metrics

Each takes what is told of it besides: text (the sentence a reader sees), source (where the paper says it), ours=True for a control
that the paper does not state, and given=Given(text, metric, at_least=..., at_most=...) for what it presupposes of a run (not along a path,
which a run that is left out would break).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict, Unpack

from suite.experiment.statements import AnyClaim as AnyClaim
from suite.experiment.statements import AtLevel as AtLevel
from suite.experiment.statements import Better, Kind, RankClaim, WinnersClaim
from suite.experiment.statements import Claim as Claim
from suite.experiment.statements import Given as Given
from suite.experiment.statements import Statement as Statement
from suite.experiment.statements import WithinLoss as WithinLoss


class Told(TypedDict, total=False):
    """What every word takes besides its own arguments: see `suite.experiment.statements.Statement`."""

    text: str
    source: str
    ours: bool
    given: Given | None


def lower(a: str, b: str, metric: str, **told: Unpack[Told]) -> Claim:
    """a is lower than b on average."""
    return Claim(a, (b,), metric, "lower", **_told(told, f"{a} has lower {_words(metric)} than {b}"))


def higher(a: str, b: str, metric: str, **told: Unpack[Told]) -> Claim:
    """a is higher than b on average."""
    return Claim(a, (b,), metric, "higher", **_told(told, f"{a} has higher {_words(metric)} than {b}"))


def lowest(a: str, among: Iterable[str], metric: str, **told: Unpack[Told]) -> Claim:
    """a is lower than every other row of `among`. Raises ValueError if there is no other."""
    return Claim(a, _others(a, among), metric, "lower", **_told(told, f"{a} has the lowest {_words(metric)}"))


def highest(a: str, among: Iterable[str], metric: str, **told: Unpack[Told]) -> Claim:
    """a is higher than every other row of `among`. Raises ValueError if there is no other."""
    return Claim(a, _others(a, among), metric, "higher", **_told(told, f"{a} has the highest {_words(metric)}"))


def comparable(a: str, b: str, metric: str, margin: float, **told: Unpack[Told]) -> Claim:
    """a and b are similar: they differ by at most `margin` on average. Raises ValueError unless margin > 0."""
    if not margin > 0:
        raise ValueError(f"comparable needs a positive margin, not {margin}")
    text = f"{a} and {b} have comparable {_words(metric)} (within {margin:g})"
    return Claim(a, (b,), metric, "comparable", margin=margin, **_told(told, text))


def distinguishable(a: str, b: str, metric: str, margin: float = 0.0, **told: Unpack[Told]) -> Claim:
    """a and b differ on average by more than `margin`, in either direction.

    Without a margin the claim can hold but never fail: runs that vary can show a difference but never its absence. Raises ValueError
    for a negative margin.
    """
    if not margin >= 0:
        raise ValueError(f"a margin cannot be {margin}")
    text = f"{a} can be told apart from {b} by {_words(metric)}"
    return Claim(a, (b,), metric, "distinguishable", margin=margin, **_told(told, text))


def present(a: str, metric: str, at_least: float, **told: Unpack[Told]) -> Claim:
    """The mean of a is `at_least` so much. Raises ValueError unless at_least > 0."""
    if not at_least > 0:
        raise ValueError(f"present needs a positive bound, not {at_least}")
    text = f"{a} has {_words(metric)} of at least {at_least:g}"
    return Claim(a, (), metric, "present", margin=at_least, **_told(told, text))


def always(a: str, metric: str, *, at_least: float | None = None, at_most: float | None = None, **told: Unpack[Told]) -> Claim:
    """In every run of a the metric is at least, or at most, so much. Raises ValueError unless exactly one bound is given."""
    if (at_least is None) == (at_most is None):
        raise ValueError("always needs either at_least or at_most")
    relation: Kind = "always at most" if at_least is None else "always at least"
    bound = at_most if at_least is None else at_least
    assert bound is not None
    text = f"{a} always has {_words(metric)} of {relation.removeprefix('always ')} {bound:g}"
    return Claim(a, (), metric, relation, margin=bound, **_told(told, text))


def never(a: str, metric: str, **told: Unpack[Told]) -> Claim:
    """a has none of `metric`, a quantity that is never negative: it is 0 in every run."""
    return always(a, metric, at_most=0.0, **_told(told, f"{a} has no {_words(metric)}"))


def best_average_rank(a: str, among: Iterable[str], metric: str, blocks: Iterable[str], better: Better, **told: Unpack[Told]) -> RankClaim:
    """a has the best average rank among the methods over the blocks. Raises ValueError if there is no other, or for another `better`."""
    text = f"{a} has the best average rank by {_words(metric)}"
    return RankClaim(a, _others(a, among), metric, tuple(blocks), _direction(better), **_told(told, text))


def distinct_winners(
    rows: Iterable[str], metric: str, better: Better, other_metric: str, other_better: Better, **told: Unpack[Told]
) -> WinnersClaim:
    """The row with the best metric is not the one with the best other_metric. Raises ValueError for fewer than two rows."""
    rows = tuple(rows)
    if len(rows) < 2:
        raise ValueError("winners can differ only among two or more rows")
    ends = _direction(better), _direction(other_better)
    text = f"{_words(metric)} and {_words(other_metric)} have different winners"
    return WinnersClaim(rows[0], rows[1:], metric, ends[0], other_metric, ends[1], **_told(told, text))


def within_path(
    a: str, others: Iterable[str], metric: str, guard: str, loss: float, better: Better = "lower", **told: Unpack[Told]
) -> Claim:
    """Series a reaches a better metric than every other series while `guard` (the higher the better) stays within `loss` of its best.

    Raises ValueError if there is no other series, or for a negative loss.
    """
    series, kept = _others(a, others), _kept(guard, loss)
    text = f"{a} reaches {better} {_words(metric)} than {', '.join(series)} at {kept}"
    return Claim(a, series, metric, _direction(better), WithinLoss(guard, loss), **_told(told, text))


def reaches(
    series: str | Iterable[str],
    metric: str,
    at_least: float,
    guard: str,
    loss: float,
    better: Better = "higher",
    **told: Unpack[Told],
) -> Claim:
    """The series, or any one of several, reaches a metric of at least so much (at most, if lower is better) on average while `guard`
    stays as in `within_path`.

    Raises ValueError for no series, unless at_least > 0, or for a negative loss.
    """
    if not at_least > 0:
        raise ValueError(f"reaches needs a positive bound, not {at_least}")
    names = (series,) if isinstance(series, str) else tuple(dict.fromkeys(series))
    if not names:
        raise ValueError("reaches needs a series")
    bound, kept = f"at {'least' if _direction(better) == 'higher' else 'most'} {at_least:g}", _kept(guard, loss)
    who = names[0] if len(names) == 1 else f"one of {', '.join(names)}"
    relation: Kind = "present" if better == "higher" else "at most"
    text = f"{who} reaches {_words(metric)} of {bound} at {kept}"
    return Claim(names[0], names[1:], metric, relation, WithinLoss(guard, loss), margin=at_least, **_told(told, text))


def at_matched(
    a: str, others: Iterable[str], metric: str, along: str, level: float, better: Better = "lower", **told: Unpack[Told]
) -> Claim:
    """Series a has a better metric than every other series, each at the same `level` of `along`.

    Raises ValueError if there is no other series.
    """
    series = _others(a, others)
    text = f"{a} has {better} {_words(metric)} than {', '.join(series)} at {level:g} in {_words(along)}"
    return Claim(a, series, metric, _direction(better), AtLevel(along, level), **_told(told, text))


def _told(told: Told, text: str) -> Told:
    """With the sentence that says it where none is given."""
    return {**told, "text": told.get("text") or text}


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
