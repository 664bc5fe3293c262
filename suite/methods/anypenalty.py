"""One penalty of one's choice, the same in every layer: what `proximal`, `subgradient` and `splitting` share."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from functools import partial
from typing import Any, Self

from suite.methods.base import Method
from suite.penalties import MCP, Penalty, named


@dataclass(unsafe_hash=True, kw_only=True)
class AnyPenalty(Method):
    """A method that takes its penalty as the option `penalty`, by a name that `suite.penalties.named` knows or as an instance.

    penalty    "l1", "tl1", "mcp", "group_lasso", ... or an instance such as SCAD(3.0); its class and parameters are part of the run's key

    Raises ValueError for an unknown name, for what is no penalty, and for a penalty whose parameters are not all fields of a
    dataclass: two of them that differ would have one key.
    """

    regulariser: Penalty = field(default_factory=partial(MCP, 3.0), metadata={"option": "penalty"})  # `penalty` is a hook

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[misc]  # of the method beside which this stands
        check(self.regulariser)

    @classmethod
    def made(cls, penalty: str | Penalty | None = None, **options: Any) -> Self:
        given = {} if penalty is None else {"regulariser": named(penalty) if isinstance(penalty, str) else penalty}
        return cls(**given, **options)


def check(penalty: Any) -> None:
    """ValueError unless it is a penalty that its class and the fields of its dataclass describe in full."""
    if not isinstance(penalty, Penalty):
        raise ValueError(f"penalty must be a name or an instance of a Penalty, not {penalty!r}")
    known: dict[str, Any] = {f.name: getattr(penalty, f.name) for f in fields(penalty)} if is_dataclass(penalty) else {}
    if loose := sorted(getattr(penalty, "__dict__", {}).keys() - known.keys()):
        raise ValueError(f"{type(penalty).__name__}.{loose[0]} is no field of a dataclass, so it would not be part of the run's key")
    for name, value in known.items():
        if isinstance(value, Penalty):
            check(value)
        elif not isinstance(value, bool | int | float | str | None):
            raise ValueError(f"{type(penalty).__name__}.{name} must be a number, a text or a penalty, not {type(value).__name__}")
