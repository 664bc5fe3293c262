"""What a page of the documentation may quote of the committed records: the words of its expressions (`suite.app.docs`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from suite.app.known import fullest, numbers_tested
from suite.base.places import reference, reproductions
from suite.experiment.metrics import every_metric
from suite.report.text import escape


def root() -> Path:
    """The checkout."""
    return reproductions().parent


class Table:
    """What is stored of one table in one profile. `table[row, metric]` is the mean over the seeds."""

    def __init__(self, id: str, profile: str) -> None:
        from suite.app.catalogue import get
        from suite.app.results import Results

        self.results = Results.load(get(id), profile, reference())
        self.seeds, self.verdicts = self.results.seeds, self.results.verdicts

    def __getitem__(self, asked: tuple[str, str]) -> float:
        values = self.results.values(*asked)
        if not values:
            raise LookupError("no run of {} has {}".format(*asked))
        return sum(values) / len(values)

    @property
    def rows(self) -> list[str]:
        return [row.key for row in self.results.rows]

    @property
    def records(self) -> list[dict]:
        return list(self.results.records.values())

    def claim(self, start: str) -> dict:
        """The verdict on the one claim whose text starts like this."""
        return only(claim for claim in self.verdicts["claims"] if claim["text"].startswith(start))

    def verdict(self, start: str) -> str:
        return self.claim(start)["verdict"]

    def count(self, verdict: str = "") -> int:
        """How many of the paper's own claims have this verdict; all of them without one."""
        of_paper = [claim["verdict"] for claim in self.verdicts["claims"] if not claim["ours"]]
        return of_paper.count(verdict) if verdict else len(of_paper)

    def number(self, row: str, metric: str) -> dict:
        """The verdict on a published number."""
        return only(n for n in self.verdicts["numbers"] if (n["row"], n["metric"]) == (row, metric))

    def ranks(self, metric: str) -> dict:
        return only(n for n in self.verdicts["ranks"] if n["metric"] == metric)

    @property
    def matched(self) -> dict[tuple[str, float, str], dict]:
        """What the series have at matched levels, by metric, level and label."""
        return {(m["metric"], m["level"], m["label"]): m for m in self.verdicts["matched"]}


def only(found: Iterable[dict]) -> dict:
    """The one that there is; ValueError where there are several or none."""
    (one,) = found
    return one


@cache
def table(id: str, profile: str = "quick") -> Table:
    return Table(id, profile)


def minutes(records: Iterable[dict]) -> float:
    """Minutes of processor time that the runs took."""
    return sum(record["cost"]["cpu_seconds"] for record in records) / 60


def markdown(header: list[str], rows: Iterable[Iterable[str]], align: str = "---") -> str:
    """A table in Markdown between empty lines, as it stands between two markers."""
    lines = [header, [align] * len(header), *rows]
    return "\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n\n"


def excerpt(record: dict, *names: str) -> str:
    """Fields of a record as a block of JSON; `a.b` is the field b of the object a."""
    found: dict[str, Any] = {}
    for name in names:
        outer, _, inner = name.partition(".")
        found[outer] = found.get(outer, {}) | {inner: record[outer][inner]} if inner else record[outer]
    return f"\n\n```json\n{json.dumps(found, indent=2)}\n```\n\n"


def metrics() -> str:
    """The definition of every metric, from the registry."""
    rows = ([f"`{m.key}`", m.title, m.unit, m.better or "neither", escape(m.meaning)] for m in every_metric())
    return markdown(["key", "title", "unit", "better", "how it follows from the record"], rows)


def scales() -> str:
    """What was tested at the papers' own scale, a line for each table with published numbers or claims."""
    rows: list[list[str]] = []
    for id, found in at_paper_scale():
        of = found.verdicts["scale"]
        claims = [f"{count} {word}" for word in ("holds", "does not hold", "open") if (count := found.count(word))]
        seeds = [str(n) for n in sorted({len(row.runs) for row in found.results.rows if row.runs})] or ["none yet"]
        n = " to ".join(dict.fromkeys((seeds[0], seeds[-1])))
        tested, own = numbers_tested(found.results.reproduction, found.verdicts)
        shown = [str(of[word]) if tested else "" for word in ("as expected", "not as expected", "reproduced", "not reproduced")]
        rows.append([f"`{id}`", n, f"{tested} of {own}" if own else "", *shown, ", ".join(claims)])
    rows.append(["**all**", "", f"**{in_all()}**", "", "", "", "", ""])
    head = ["table", "n", "numbers tested", "as expected", "not as expected", "reproduced", "not reproduced", "claims of the paper"]
    return markdown(head, rows)


def in_all() -> str:
    """How many published numbers were tested at the papers' own scale, of how many."""
    counts = [numbers_tested(found.results.reproduction, found.verdicts) for _, found in at_paper_scale()]
    return f"{sum(tested for tested, _ in counts)} of {sum(published for _, published in counts)}"


def at_paper_scale() -> Iterator[tuple[str, Table]]:
    """The tables with something of a paper to test, each in the profile at the paper's scale that has the most runs."""
    from suite.app.catalogue import get, ids

    for id in ids():
        of = get(id)
        if (of.published or of.claims) and (profile := fullest(of, reference())):
            found = table(id, profile)
            if numbers_tested(of, found.verdicts)[1] or (found.records and of.claims):
                yield id, found


def tested(id: str) -> str:
    """The published numbers of a table that were tested at the paper's scale, one by one."""
    from suite.report.numbers import numbers

    found = numbers(table(id, "paper").results)
    return markdown(found.head, [[escape(cell.text) for cell in line] for line in found.body]) if found else "none yet"


NAMES = {
    "table": table,
    "minutes": minutes,
    "markdown": markdown,
    "excerpt": excerpt,
    "metrics": metrics,
    "scales": scales,
    "in_all": in_all,
    "tested": tested,
}
