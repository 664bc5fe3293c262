"""What a claim about a table is, as data. `suite.experiment.claims` has the words for it, `suite.judging.claims.judge` decides on it.

Rows and metrics are named as in the records (`"sgl0"`, `"test_error"`). A series is all rows of a group that differ in their strength
alone, named "group/series" or, without groups, as `suite.experiment.cell.Cell.series` does. Nothing here imports numpy or scipy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, asdict, dataclass
from typing import Any, ClassVar, Literal, TypeAlias

Kind = Literal["lower", "higher", "comparable", "distinguishable", "present", "at most", "always at least", "always at most"]
Better = Literal["lower", "higher"]
ALONE: tuple[Kind, ...] = ("present", "at most", "always at least", "always at most")
"""What is said of a row against a bound, not against another row."""


@dataclass(frozen=True)
class WithinLoss:
    """Judged on the best that a series reaches along its path while the metric `guard` (the higher the better) stays within `loss` of
    its best: see `suite.judging.path.reached`."""

    guard: str
    loss: float

    def kind(self, of: Kind) -> str:
        return "best within a loss" if of in ("lower", "higher") else "reaches"


@dataclass(frozen=True)
class AtLevel:
    """Judged where the path of a series passes a `level` of the metric `along`: see `suite.judging.path.at_level`."""

    along: str
    level: float

    def kind(self, of: Kind) -> str:
        return "better at matched level"


@dataclass(frozen=True)
class Given:
    """A hypothesis of the claim: `metric` is at least, or at most, so much in a run. Runs that do not meet it are left out and counted.

    text    the hypothesis in words
    """

    text: str
    metric: str
    at_least: float = float("-inf")
    at_most: float = float("inf")

    def met(self, run: Mapping[str, Any]) -> bool:
        """Whether a run, its metrics by name, meets the hypothesis; one without the metric does not."""
        value = run.get(self.metric)
        return isinstance(value, (int, float)) and self.at_least <= value <= self.at_most


@dataclass(frozen=True)
class Statement:
    """Base of all claims: of a row or series `a`, and of `others` where it is compared, by `metric`. Each has a `kind` besides.

    margin    in the unit of the metric
    text      the sentence a reader sees
    source    where the paper makes the claim
    ours      whether it is a control of ours: the paper does not say it
    given     what the claim presupposes of a run
    """

    a: str
    others: tuple[str, ...]
    metric: str
    _: KW_ONLY
    margin: float = 0.0
    text: str = ""
    source: str = ""
    ours: bool = False
    given: Given | None = None

    @property
    def rows(self) -> tuple[str, ...]:
        return (self.a, *self.others)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every metric that the claim is about."""
        return (self.metric, *self._also, *([self.given.metric] if self.given else []))

    @property
    def _also(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Claim(Statement):
    """`a` stands in the relation `relation` to each of `others`.

    The relations of ALONE hold between `a`, or any one of `a` and `others`, and the bound `margin`: present and at most of the mean,
    the other two of every single run.

    at    where it is judged: None, in every run of the rows; else along the paths of series, one value a seed
    """

    relation: Kind
    at: WithinLoss | AtLevel | None = None

    def __post_init__(self) -> None:
        if self.at and self.given:
            raise ValueError("a hypothesis is asked of single runs, not of a path")

    @property
    def kind(self) -> str:
        """What a reader is told about how the claim is decided."""
        return self.at.kind(self.relation) if self.at else self.relation

    @property
    def better(self) -> Better:
        """Which end the claim is about."""
        return "lower" if self.relation in ("lower", "at most", "always at most") else "higher"

    @property
    def _also(self) -> tuple[str, ...]:
        match self.at:
            case WithinLoss(guard):
                return (guard,)
            case AtLevel(along):
                return (along,)
        return ()

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
    def _also(self) -> tuple[str, ...]:
        return (self.other_metric,)

    @property
    def details(self) -> dict[str, Any]:
        return {"better": self.better, "other_metric": self.other_metric, "other_better": self.other_better}


AnyClaim: TypeAlias = Claim | RankClaim | WinnersClaim
