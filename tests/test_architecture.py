"""docs/architecture.md agrees with the code and with the committed records: what a stranger reads there is so."""

from __future__ import annotations

import importlib
import re
import tomllib
from operator import attrgetter

import pytest

from suite.app.catalogue import get
from suite.app.docs import root
from suite.experiment.metrics import METRICS, derived
from suite.records.results import Results

TEXT = (root() / "docs" / "architecture.md").read_text(encoding="utf-8")
TABLES = ("sgl0/table1", "sgl0/figure1", "flip-side/table1", "rvscgd/figure4", "integrated-tl1/figure6", "flip-side/figure1_distances")
NEVER_COMMITTED = {"cost.parts", "cost.peak_gpu_memory_mb"}
YOUNGER = {"splitting_gap", "channels_left", "emptied_layers"}
"""Metrics that no committed training has, being older."""
BY_NAME = ("views", "layers")
WHOLE = ("spec", "metrics")
TYPES = {"integer": int, "number": (int, float), "text": str, "list": list, "object": dict, "true or false": bool}
MAY_BE_NULL = {"filters", "environment.git_commit", "environment.git_dirty", "environment.gpu", "environment.suite"}


@pytest.fixture(scope="module")
def records() -> list[dict]:
    loaded = [Results.load(get(name), "quick", root() / "results" / "reference") for name in TABLES]
    return [record for results in loaded for record in results.records.values()]


def lines(start: str, end: str) -> list[list[str]]:
    """The cells of the table between two marks, its head apart."""
    part = TEXT[TEXT.index(start) : TEXT.index(end, TEXT.index(start))]
    found = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in found[2:]]


def described() -> dict[str, str]:
    """The type of every field that the page describes."""
    table = lines("<!-- record fields", "<!-- end of the record fields")
    return {field: line[1] for line in table for field in re.findall(r"`([^`]+)`", line[0])}


def fields(record: dict) -> dict[str, object]:
    """The fields of a record as the page names them, each with a value."""
    found: dict[str, object] = {}
    for name, value in record.items():
        if not isinstance(value, dict) or name in WHOLE:
            found[name] = value
        for key, inner in value.items() if isinstance(value, dict) and name not in WHOLE else ():
            if name in BY_NAME:
                found |= {f"{name}.*.{k}": v for k, v in inner.items()} if isinstance(inner, dict) else {f"{name}.*": inner}
            else:
                found[f"{name}.{key}"] = inner
    return found


def test_every_field_of_a_record_is_described_and_every_described_field_exists(records):
    found = {name for record in records for name in fields(record)}
    assert found == described().keys() - NEVER_COMMITTED


def test_fields_have_the_types_that_the_page_gives(records):
    types = described()
    for record in records:
        for name, value in fields(record).items():
            if value is None:
                assert name in MAY_BE_NULL, name
            else:
                assert isinstance(value, TYPES[types[name]]), name


def test_every_metric_is_defined_and_every_defined_metric_exists(records):
    defined = {re.sub(r"<\w+>", "#", key) for line in lines("<!-- metrics", "<!--/-->") for key in re.findall(r"`([^`]+)`", line[0])}
    metrics = {name for record in records for name in (*derived(record), *(set(record["curves"]) & set(METRICS)))}
    numbered = {re.sub(r"^(layer_sparsity|steps_to)_\d+$", r"\1_#", name) for name in metrics}
    assert numbered == defined - YOUNGER
    assert not numbered & YOUNGER


def test_every_file_and_function_on_the_way_of_a_number_exists():
    way = [line for line in lines("## One number", "## Glossary") if line[0].isdigit()]
    assert len(way) == 10
    for _, file, function, happens in way:
        others = re.findall(r"`((?:suite|reproductions)/[^`]+)`", happens)
        assert all((root() / other).exists() for other in others), others
        module = importlib.import_module(file.strip("`").removesuffix(".py").replace("/", "."))
        attrgetter(function.strip("`"))(module)


def test_the_floors_are_those_of_the_import_contract():
    contracts = tomllib.loads((root() / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    drawn = re.findall(r"^ (\d)  (.+?)(?:   |  (?=[a-z]+,))", TEXT, flags=re.MULTILINE)
    floors = [{name.strip() for name in names.split("|")} for _, names in drawn]
    assert [int(number) for number, _ in drawn] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert floors == [{name.strip().removeprefix("suite.") for name in layer.split("|")} for layer in layers]
