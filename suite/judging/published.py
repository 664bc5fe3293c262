"""The papers' numbers, read from results/published/<paper>.toml. What a paper does not print has no value here."""

from __future__ import annotations

import csv
import logging
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from suite.base.errors import SuiteError
from suite.base.places import results
from suite.experiment.checks import known, known_metric, rows
from suite.experiment.reproduction import Reproduction

log = logging.getLogger(__name__)


SHARED = {"source", "status", "unit", "n", "warning"}
"""What a table or a row may say of all its numbers."""


@dataclass(frozen=True)
class Number:
    """One published number.

    value     None where the paper's number was not found
    sd        spread over the paper's `n` runs, None where none is printed or what is printed is no number
    sd_text   the spread as printed, where it is no number ("<0.01")
    digits    behind the point, as many as value or spread have in the file
    status    "exact", "excerpt", "derived" or "not found"
    """

    value: float | None
    sd: float | None = None
    n: int | None = None
    unit: str = "%"
    status: str = "exact"
    source: str = ""
    warning: str = ""
    sd_text: str = ""
    digits: int = 2

    @property
    def spread(self) -> float | None:
        """The SD as a number; of a bound ("<0.01") the bound."""
        bound = re.fullmatch(r"\s*<\s*([0-9.]+)\s*", self.sd_text)
        return float(bound[1]) if bound else self.sd

    @property
    def step(self) -> float:
        """The step in which value and spread are printed: 0.01 for 88.38."""
        return 10.0**-self.digits

    def text(self, digits: int) -> tuple[str, str]:
        """Value and spread as a reader sees them: "88.38" and " ± 0.49"; the status in place of a value that there is not."""
        if self.value is None:
            return self.status, ""
        spread = f"{self.sd:.{digits}f}" if self.sd is not None else self.sd_text
        return f"{self.value:.{digits}f}", f" ± {spread}" if spread else ""


@dataclass(frozen=True)
class Published:
    """One published table: its numbers by row and metric, where they come from, and what to know about them."""

    numbers: Mapping[tuple[str, str], Number] = field(default_factory=dict)
    source: str = ""
    status: str = ""
    protocol: str = ""
    warnings: Mapping[str, str] = field(default_factory=dict)
    """By row; that of the whole table under ""."""

    def get(self, row: str, metric: str) -> Number | None:
        return self.numbers.get((row, metric))

    @property
    def runs(self) -> int | None:
        """The smallest number of runs behind a published number."""
        return min((number.n for number in self.numbers.values() if number.n), default=None)


def root() -> Path:
    """results/published: in the checkout, or where the project was installed to."""
    return results() / "published"


def load(reference: str | None) -> Published:
    """The table `"<file>.toml#<table>"`; empty without a reference, or (with a warning in the log) where the file is not installed.

    Raises SuiteError for a file that is not TOML, a table that it does not hold, or a number that is none.
    """
    if not reference:
        return Published()
    name, _, table = reference.partition("#")
    path = root() / name
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        log.warning("results/published/%s is not installed: the paper's numbers are not shown", name)
        return Published()
    except (OSError, ValueError) as error:
        raise SuiteError(f"results/published/{name} cannot be read: {error}") from None
    if table not in content:
        raise SuiteError(f"results/published/{name} has no table {table!r}", f"it has {', '.join(content)}")
    return parse(content[table])


def curves(name: str) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """The paper's curves of each row and metric, as (percent of the training, value); empty where there is no file, with a warning.

    The file is CSV with a line a point: row, percent of the training, then a column a metric; lines that begin with # are remarks.
    """
    try:
        lines = (root() / name).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        log.warning("results/published/%s is not installed: the paper's curves are not shown", name)
        return {}
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    try:
        for point in csv.DictReader(line for line in lines if not line.startswith("#")):
            row, place = point.pop("row"), float(point.pop("training"))
            for metric, value in point.items():
                found.setdefault((row, metric), []).append((place, float(value)))
    except (KeyError, TypeError, ValueError) as error:
        raise SuiteError(f"results/published/{name} cannot be read: {error!r}") from None
    return found


def families(table: Reproduction) -> Callable[[str], str]:
    """What a row counts with when it is compared: "the paper's" where the paper printed a number of it, else "ours"; one family, "",
    where it printed none of any."""
    printed = {row.partition("@")[0] for row, _ in load(table.published).numbers}
    return lambda row: ("the paper's" if row.partition("@")[0] in printed else "ours") if printed else ""


def check_published(table: Reproduction) -> None:
    """SuiteError where the published numbers of a reproduction are of rows or metrics that it does not have."""
    for row, key in load(table.published).numbers if table.published else ():
        known(table, f"results/published/{table.published}", row, rows(table))
        known_metric(table, f"results/published/{table.published}, row {row!r}", key)


def parse(table: Mapping[str, Any]) -> Published:
    """A table as TOML gives it; see results/published/sgl0.toml for the form."""
    shared = {k: table[k] for k in ("source", "status", "unit", "n") if k in table}
    numbers, warnings = {}, {"": table["warning"]} if "warning" in table else {}
    for row, entries in table.get("rows", {}).items():
        if not isinstance(entries, dict):
            raise SuiteError(f"published row {row}: {entries!r} is no table of numbers", "write metric = { value = ... } below its name")
        own = {k: v for k, v in entries.items() if not isinstance(v, dict)}
        if strange := sorted(set(own) - SHARED):
            raise SuiteError(f"published number {row}.{strange[0]}: {own[strange[0]]!r} is no table", "write it as { value = ... }")
        if "warning" in own:
            warnings[row] = own["warning"]
        for metric, entry in entries.items():
            if isinstance(entry, dict):
                numbers[row, metric] = _number(f"{row}.{metric}", {**shared, **own, **entry})
    return Published(numbers, table.get("source", ""), table.get("status", ""), table.get("protocol", ""), warnings)


def _number(where: str, entry: dict[str, Any]) -> Number:
    value, sd = entry.pop("value", None), entry.pop("sd", None)
    if not isinstance(value, (int, float, Decimal)) and (value is not None or entry.get("status") != "not found"):
        raise SuiteError(f"published number {where}: {value!r} is not a number", 'one without a value has the status "not found"')
    text = sd if isinstance(sd, str) else ""
    digits = max((_digits(printed) for printed in (value, sd)), default=0)
    try:
        return Number(
            None if value is None else float(value), sd=None if text or sd is None else float(sd), sd_text=text, digits=digits, **entry
        )
    except TypeError as error:
        raise SuiteError(f"published number {where}: {error}") from None


def _digits(printed: Any) -> int:
    """Digits behind the point of a number as the file has it."""
    return -min(int(Decimal(printed).as_tuple().exponent), 0) if isinstance(printed, (int, Decimal)) else 0
