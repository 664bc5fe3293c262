"""What may lie where a record should: by name, how it is made of a whole record, and a word of the reason that is given."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

Make = Callable[[Path, dict[str, Any]], None]
Broken = dict[str, tuple[Make, str]]


def text(content: str | bytes) -> Make:
    """A file with this content."""
    return lambda path, record: _place(path, content)


def cut(share: float) -> Make:
    return lambda path, record: _place(path, (whole := json.dumps(record))[: int(len(whole) * share)])


def edited(*place: str, value: Any) -> Make:
    """The record with another value in one place."""

    def make(path: Path, record: dict[str, Any]) -> None:
        changed = part = deepcopy(record)
        for name in place[:-1]:
            part = part[name]
        part[place[-1]] = value
        _place(path, json.dumps(changed))

    return make


def without(field: str) -> Make:
    return lambda path, record: _place(path, json.dumps({name: value for name, value in record.items() if name != field}))


def replaced(old: str, new: str) -> Make:
    """The record's text with something in it exchanged, as JSON writers cannot."""
    return lambda path, record: _place(path, json.dumps(record).replace(old, new, 1))


def other(how: Callable[[Path], Any]) -> Make:
    """Something else than a file."""

    def make(path: Path, record: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        how(path)

    return make


def _place(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


ERROR = '"test_error": 1.0'

TEXTS: Broken = {
    "empty": (text(""), "EOF"),
    "a brace": (text("{"), "EOF"),
    "cut in the middle": (cut(0.5), "EOF"),
    "cut before its end": (cut(0.99), "EOF"),
    "zeros": (text("\0" * 100), "expected value"),
    "no UTF-8": (text(b'{"label": "\x80"}'), "invalid unicode"),
    "nested": (text("[" * 100_000), "recursion limit"),
    "nested in a field": (replaced('"views": {}', '"views": ' + '{"a":' * 5000 + "1" + "}" * 5000), "recursion limit"),
    "nested below the limit": (replaced('"views": {}', '"views": ' + '{"a":' * 150 + "1" + "}" * 150), "views.a"),
    "two records": (lambda path, record: _place(path, json.dumps(record) * 2), "trailing characters"),
    "a number": (text("7"), "no object"),
    "null": (text("null"), "no object"),
    "a list": (text("[]"), "no object"),
    "an object": (text("{}"), "schema"),
    "foreign": (text('{"name": "package", "version": "1.0.0"}'), "schema"),
    "NaN": (replaced(ERROR, '"test_error": NaN'), "expected value"),
    "infinity": (replaced(ERROR, '"test_error": -Infinity'), "line 1"),
    "a number beyond all": (replaced(ERROR, '"test_error": 1e999'), "test_error"),
    "an integer of 5000 digits": (replaced(ERROR, f'"test_error": {"9" * 5000}'), "number out of range"),
    "an integer of 400 digits": (replaced(ERROR, f'"test_error": {"9" * 400}'), "test_error"),
    "a seed of 400 digits": (replaced('"seed": ', f'"seed": {"9" * 400}'), "seed"),
    "epochs of 30 digits": (replaced('"epochs": ', f'"epochs": {"9" * 30}'), "epochs"),
    "half a surrogate": (replaced('"label": "', '"label": "\\ud800'), "hex escape"),
}
FIELDS = ("schema", "key", "method", "label", "seed", "dataset", "model", "profile", "status", "epochs", "spec", "metrics", "views",
          "layers", "curves", "data", "cost", "environment")  # fmt: skip
TYPES: Broken = {
    **{f"no {field}": (without(field), field) for field in FIELDS},
    **{f"{field} is {value!r}": (edited(field, value=value), field) for field in FIELDS for value in (None, True, 1.5, [1], [])},
    "filters of no form": (edited("filters", value=[1]), "filters"),
    "filters of several sizes": (edited("filters", value=[[[[1.0], [1.0, 2.0]]]]), "one size"),
    "a view is a list": (edited("views", value={"V": []}), "views.V"),
    "a view without metrics": (edited("views", value={"V": {"label": "V"}}), "views.V.metrics"),
    "a curve is a number": (edited("curves", "test_error", value=1.0), "curves.test_error"),
    "a curve with a text": (edited("curves", "test_error", value=[1.0, "2"]), "curves.test_error"),
    "no curve of seconds": (edited("curves", value={}), "curves.seconds"),
    "seconds without end": (replaced('"seconds": [3.0', '"seconds": [1e999'), "curves.seconds"),
    "negative cost": (edited("cost", "wall_seconds", value=-1.0), "cost.wall_seconds"),
    "packages are a list": (edited("environment", "packages", value=[]), "environment.packages"),
    "a layer of 120 %": (edited("layers", value={"fc1": 120.0}), "layers.fc1"),
    "a method without a name": (edited("spec", "method", value={}), "spec.method.name"),
}
EDITS: Broken = {
    "another seed": (edited("seed", value=10**6), "its seed"),
    "another seed in the spec": (edited("spec", "seed", value=10**6), "key"),
    "another schedule": (edited("spec", "schedule", value={"epochs": 2}), "key"),
    "another key": (edited("key", value="0" * 16), "another run"),
    "another method": (edited("method", value="l1"), "its method"),
    "another option": (edited("method", value="dense[lam=1]"), "its method"),
    "another data set": (edited("dataset", value="cifar10"), "its dataset"),
    "another model": (edited("model", value="lenet_300_100x"), "its model"),
    "another status": (edited("status", value="finished"), "status"),
    "more epochs": (edited("epochs", value=200), "200 epochs"),
    "a newer schema": (edited("schema", value=2), "schema"),
    "a short checksum": (edited("data", "checksum", value="0"), "data.checksum"),
    "a checksum in capitals": (edited("data", "checksum", value="A" * 64), "data.checksum"),
    "a checksum of other data": (edited("data", "checksum", value="0" * 64), "checksum"),
    "no checksum": (edited("data", value={"n_train": 1, "n_test": 1}), "what data"),
    "a negative error": (edited("metrics", "test_error", value=-5), "test_error"),
    "an error of 250 %": (edited("metrics", "test_error", value=250.0), "test_error"),
    "an error of 1e308": (edited("metrics", "test_error", value=1e308), "test_error"),
    "an error as text": (edited("metrics", "test_error", value="1.0"), "test_error"),
    "an error that is true": (edited("metrics", "test_error", value=True), "test_error"),
    "an error that is a list": (edited("metrics", "test_error", value=[1.0]), "test_error"),
    "an error that was not finite": (edited("metrics", "test_error", value=None), "no test error"),
    "no error": (edited("metrics", value={"weight_sparsity": 5.0}), "no test error"),
    "a latency of 1e308": (edited("metrics", "latency_dense_ms", value=1e308), "latency_dense_ms"),
    "a negative count": (edited("metrics", "compact_disagreements", value=-1), "compact_disagreements"),
    "an architecture that is a number": (edited("metrics", "architecture", value=5), "architecture"),
    "a metric that nobody knows, out of all range": (edited("metrics", "odd", value=1e200), "odd"),
    "a view's error of 250 %": (edited("views", value={"V": {"label": "V", "metrics": {"test_error": 250}}}), "test_error@V"),
    "a curve above 100 %": (edited("curves", "test_error", value=[1.0, 101.0]), "curve test_error"),
    "a negative loss": (edited("curves", "train_loss", value=[1.0, -1.0]), "curve train_loss"),
    "a short curve": (edited("curves", "test_error", value=[1.0]), "its curve"),
}
PLACES: Broken = {
    "a folder": (other(lambda path: path.mkdir()), "no regular file"),
    "a folder with something in it": (other(lambda path: (path / "inner").mkdir(parents=True)), "no regular file"),
    "a link to nothing": (other(lambda path: path.symlink_to("nothing")), "link to nothing"),
    "a link to itself": (other(lambda path: path.symlink_to(path.name)), "symbolic links"),
    "a device": (other(lambda path: path.symlink_to("/dev/zero")), "no regular file"),
    "a pipe": (other(os.mkfifo), "no regular file"),
}
BROKEN: Broken = TEXTS | TYPES | EDITS | PLACES
