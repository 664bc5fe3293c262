"""Whether what lies in a store is a whole record: its form, that it is of its run, and that its numbers can be what they say they are.

Every reader of records asks here, so that none is believed that was cut off, edited, or made by something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from suite.base.errors import SuiteError
from suite.data import checksum
from suite.experiment.metrics import metric
from suite.experiment.quantity import LARGEST, Metric
from suite.experiment.spec import digest
from suite.records.schema import SCHEMA, Record

AGREEING = ("seed", "dataset", "model")
"""What a record says beside its spec, and as its spec does."""


def checked(record: Any, key: str | None = None) -> dict[str, Any]:
    """The record itself, where it is a whole one, of the run `key` where that is given; ValueError with the reason where it is not."""
    if not isinstance(record, dict):
        raise ValueError("it is no object with the fields of a record")
    if type(version := record.get("schema")) is not int or version != SCHEMA:
        raise ValueError(f"its schema is {str(version)[:20]}, and {SCHEMA} is known here")
    try:
        form = Record.model_validate(record)
        wrong = next(faults(record, form, key), "")
    except ValidationError as error:
        wrong = first(error)
    except RecursionError:
        wrong = "it is nested too deeply"
    if wrong:
        raise ValueError(wrong)
    return record


def first(error: ValidationError) -> str:
    """The first thing that is wrong with the form, in a line."""
    what = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(map(str, what['loc']))}: {what['msg']}"[:200]


def faults(record: dict[str, Any], form: Record, key: str | None) -> Iterator[str]:
    """What is wrong with a record of the right form, if anything."""
    spec = record["spec"]
    if key is not None and form.key != key:
        yield f"it is of another run, {form.key[:20]!r}"
    if digest(spec) != form.key:
        yield "its spec does not give its key"
    if not re.fullmatch(spelled(spec["method"]), form.method):
        yield f"its method {form.method[:60]!r} is not that of its spec"
    for name in AGREEING:
        if getattr(form, name) != getattr(form.spec, name):
            yield f"its {name} {str(record[name])[:60]!r} is not that of its spec"
    for name, values in record["curves"].items():
        if len(values) != form.epochs:
            yield f"it says {form.epochs} epochs, and its curve {name[:60]!r} {len(values)}"
    if form.dataset:
        yield from faults_of_data(form)
    if form.filters and ragged(form.filters):
        yield "its filters are not of one size"
    yield from faults_of_metrics(record, form)


def faults_of_data(form: Record) -> Iterator[str]:
    data = form.data
    if data.checksum is None or data.n_train is None or data.n_test is None:
        yield "it does not say what data it is of"
    elif data.checksum != checksum.KNOWN.get(form.dataset, data.checksum):
        yield f"its data are not {form.dataset}, by their checksum"
    if form.spec.validation > 0 and not data.n_validation:
        yield "it does not say how many examples were held out"


def faults_of_metrics(record: dict[str, Any], form: Record) -> Iterator[str]:
    """A metric out of the range of its definition, in the record, its views and its curves; a finished run without scores."""
    views = {f"@{name}": view["metrics"] for name, view in record["views"].items()}
    for view, metrics in {"": record["metrics"], **views}.items():
        for name, value in metrics.items():
            if not definition(name).admits(value):
                yield f"{name}{view} cannot be {str(value)[:40]}"
    for name, values in record["curves"].items():
        of, numbers = definition(re.sub("_(low|high)$", "", name)), [value for value in values if value is not None]
        for extreme in (min(numbers), max(numbers)) if numbers else ():
            if not of.admits(extreme):
                yield f"the curve {name} cannot reach {extreme}"
    if form.status == "done" and not record["metrics"]:
        yield "it is of a finished run and has no metric"
    if form.status == "done" and form.dataset and record["metrics"].get("test_error") is None:
        yield "it is of a finished run and has no test error"


@lru_cache(maxsize=1000)
def definition(name: str) -> Metric:
    """The metric of that name; of one that a method from elsewhere measures, any number, or a text."""
    try:
        return metric(name)
    except SuiteError:
        return Metric(name, name, "", unit="", low=-LARGEST, types=(int, float, str))


def spelled(value: Any) -> str:
    """How a method's row spells a part of its identity, as a pattern: see `Method.row`.

    Two things the identity does not say: whether an option that is a float was given as a whole number, and how a penalty prints itself.
    """
    match value:
        case {"name": str(name), **options}:
            inner = ",".join(f"{re.escape(str(option))}={spelled(chosen)}" for option, chosen in options.items())
            return re.escape(name) + (rf"\[{inner}\]" if inner else "")
        case {"class": _}:
            return ".*"
        case list():
            inner = ", ".join(re.escape(repr(part)) if isinstance(part, str) else spelled(part) for part in value)
            return rf"\({inner},?\)"
        case float() if value.is_integer():
            return rf"(?:{re.escape(str(value))}|{int(value)})"
        case _:
            return re.escape(str(value))


def ragged(nested: list) -> bool:
    """Whether lists of lists are not all of one length, at some depth."""
    while nested and all(isinstance(part, list) for part in nested):
        if len({len(part) for part in nested}) > 1:
            return True
        nested = [inner for part in nested for inner in part]
    return False
