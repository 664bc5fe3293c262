"""Results with the verdicts on them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

from suite.judging.verdicts import verdicts
from suite.records.results import Results


@dataclass(frozen=True)
class Judged(Results):
    """`Results` that carry their verdicts, made when they are first asked for."""

    @classmethod
    def of(cls, results: Results) -> Self:
        """The same results, with verdicts."""
        return cls(**{f.name: getattr(results, f.name) for f in fields(results)})

    @cached_property
    def verdicts(self) -> dict[str, Any]:
        """Verdicts on the published numbers and on the claims, as plain data: see `suite.judging.verdicts.verdicts`."""
        return verdicts(self)
