"""Does the regression test see a change of the mathematics? python benchmarks/mutations.py [NAME ...]

Each proximal map, threshold, step and rate in turn is made half as large again, the runs that use it are computed as `tox -e regression`
does, and `verify` holds them against the reference with what it allows another machine. A table says what moved; exit code 1 if a
mutation passed, 2 if numbers move without any.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import tempfile
import textwrap
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "regression"))
import first_steps

from suite.app.catalogue import get
from suite.experiment.reproduction import Reproduction
from suite.judging import verify
from suite.metrics import savings

REFERENCE = Path(__file__).parents[1] / "results" / "reference"


@dataclass(frozen=True)
class Mutation:
    """A piece of a function's text that another takes the place of, and rows that use it.

    target    "module:function" or "module:Class.method"
    table     the rows' table; the first steps where nothing is said
    """

    name: str
    target: str
    old: str
    new: str
    rows: tuple[str, ...]
    table: str = first_steps.TABLE.id

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The function with the other text, for all who have taken hold of it. ValueError unless the piece is there once."""
        function = located(self.target)
        before = function.__code__
        function.__code__ = rewritten(function, self.old, self.new)
        try:
            yield
        finally:
            function.__code__ = before


def located(target: str) -> Any:
    module, _, names = target.partition(":")
    found: Any = importlib.import_module(module)
    for name in names.split("."):
        found = getattr(found, name)
    return found


def rewritten(function: Any, old: str, new: str) -> Any:
    """The code of a function whose text has `new` in place of `old`."""
    text = textwrap.dedent(inspect.getsource(function))
    if text.count(old) != 1:
        raise ValueError(f"{function.__qualname__} has {old!r} {text.count(old)} times")
    names = ", ".join(function.__code__.co_freevars)
    around = f"def around({names}):\n{textwrap.indent(text.replace(old, new), '    ')}\n    return {function.__name__}\n"
    scope = dict(vars(sys.modules[function.__module__]))
    exec(compile(f"from __future__ import annotations\n{around}", function.__code__.co_filename, "exec"), scope)
    return scope["around"](*function.__code__.co_freevars).__code__


VALUED = ("subgradient", "l1", "group_lasso", "sparse_group_lasso")
"""The methods by which a penalty is part of the loss."""


def of_penalties() -> list[Mutation]:
    """The proximal map, the step of it and the value of every penalty, by its class."""
    found = []
    for penalty in first_steps.PENALTIES:
        name, rows = type(penalty).__name__, {made.name: made.row for made in first_steps.uses(penalty)}
        by_map = tuple(row for use, row in rows.items() if use not in VALUED)
        factor = f"(1.5 if type(self).__name__ == {name!r} else 1)"
        shown = f"{name}{getattr(penalty, 'p', '')}{getattr(penalty, 'gamma', '')}{getattr(penalty, 'exclusive', '')}"
        prox, value = "suite.penalties.base:Penalty.prox", "suite.penalties.base:Penalty.value"
        found.append(Mutation(f"{shown}: map", prox, "self._prox(w, step)", f"self._prox(w, step) * {factor}", by_map))
        found.append(Mutation(f"{shown}: step", prox, "self._prox(w, step)", f"self._prox(w, step * {factor})", by_map))
        by_value = tuple(row for use, row in rows.items() if use in VALUED)
        if by_value and penalty != first_steps.MCP(5e-4):  # flat but for weights that are almost zero; MCP(0.05) has the same value
            found.append(Mutation(f"{shown}: value", value, "self._value(w)", f"self._value(w) * {factor}", by_value))
    return found


def all_of_them() -> list[Mutation]:
    """Those of the penalties, and those that `mutations.toml` lists."""
    listed = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["mutation"]
    return [*of_penalties(), *(Mutation(**{**line, "rows": tuple(line["rows"])}) for line in listed)]


def table_of(mutation: Mutation) -> tuple[Reproduction, Path]:
    """The mutation's rows alone, and where their reference is."""
    ours = mutation.table == first_steps.TABLE.id
    whole, root = (first_steps.TABLE, first_steps.REFERENCE) if ours else (get(mutation.table), REFERENCE)
    return whole.with_methods(mutation.rows), root


def moved(mutation: Mutation) -> verify.Verified:
    """What `verify` says of the mutation's rows as the code computes them now, held to what another machine may differ by."""
    table, root = table_of(mutation)
    with tempfile.TemporaryDirectory() as scratch:
        first_steps.compute(Path(scratch), table)
        return verify.verify(table, "smoke", Path(scratch), root, exact=False)


@click.command()
@click.argument("names", nargs=-1, metavar="NAME...")
def main(names) -> None:
    savings._latencies = lambda networks, batch: [1.0] * len(networks)
    wanted = [mutation for mutation in all_of_them() if not names or any(name in mutation.name for name in names)]
    for table in dict.fromkeys(mutation.table for mutation in wanted):
        rows = dict.fromkeys(row for mutation in wanted if mutation.table == table for row in mutation.rows)
        if lines := moved(Mutation("none", "", "", "", tuple(rows), table)).lines:
            click.echo(f"without a mutation: {lines[0].text()}")
            sys.exit(2)
    passed = 0
    for mutation in wanted:
        with mutation.at_work():
            found = moved(mutation)
        passed += not found.lines
        first = max(found.lines, key=lambda line: line.ratio, default=None)
        click.echo(
            f"{mutation.name:44} {len(found.lines):4} of {found.compared:4} moved   {first.text() if first else 'NOT NOTICED'}", nl=True
        )
    click.echo(f"{len(wanted) - passed} of {len(wanted)} mutations noticed")
    sys.exit(1 if passed else 0)


if __name__ == "__main__":
    main()
