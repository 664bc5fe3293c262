"""Other ways of scoring a training: rows of their own, or hidden and still found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from suite.app.results import Results


@pytest.fixture
def record(sgl0_result) -> dict:
    return sgl0_result.record


def results(table, record, views: bool) -> Results:
    made = replace(table("sgl0"), views=views)
    (spec,) = made.at("smoke", 1).runs
    return Results(made.at("smoke", 1), None, {spec.key: record | {"key": spec.key}})


def test_a_view_has_a_row_unless_it_is_hidden(table, record):
    assert [row.key for row in results(table, record, True).rows] == ["sgl0", "sgl0@V"]
    hidden = results(table, record, False)
    assert [row.key for row in hidden.rows] == ["sgl0"]
    assert hidden.values("sgl0@V", "test_error") == [record["views"]["V"]["metrics"]["test_error"]]


def test_a_row_has_the_metrics_of_its_views(table, record):
    found = results(table, record, False)
    error = record["views"]["V"]["metrics"]["test_error"]
    assert found.values("sgl0", "test_error@V") == [error]
    assert found.values("sgl0", "test_accuracy@V") == [100 - error]
    assert found.values("sgl0@V", "test_error@V") == []
    assert found.frame["test_accuracy@V"].tolist() == [100 - error]
