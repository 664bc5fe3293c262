"""What `list --options` says of a method comes from its dataclass and docstrings."""

from __future__ import annotations

import json

import pytest

from suite.methods import method_class, names
from suite.methods.base import Method
from suite.methods.options import entries, listed, options


@pytest.mark.parametrize("name", names())
def test_every_option_of_every_method_has_a_type_a_default_and_a_meaning(name):
    found = options(method_class(name))
    assert [option.name for option in found] == list(method_class(name).options())
    for option in found:
        assert option.type
        assert len(option.meaning.split()) > 1, f"{name}: the docstring of the class or of a base has no line for {option.name}"
        json.dumps(option.as_dict())


def test_the_nearest_class_says_what_an_option_means():
    lam = {name: {o.name: o.meaning for o in options(method_class(name))}["lam"] for name in ("l1", "variational_dropout")}
    assert lam["l1"].startswith("penalty strength")
    assert lam["variational_dropout"].startswith("factor on the KL term")


def test_a_default_is_that_of_the_method_and_not_of_its_base():
    found = {option.name: option.default for option in options(method_class("rvsm"))}
    assert (found["lam"], found["threshold"]) == (1e-6, "l0")


def test_a_line_may_speak_of_two_options_and_go_on_below():
    found = entries("Title.\n\n    low, high    where it\n                 lies\n    other        one\n\n    No option.\n")
    assert found == {"low": "where it lies", "high": "where it lies", "other": "one"}


def test_prose_is_no_option():
    assert entries("One sentence. w = 1    of two\n\nAnother, that has\n    an indented formula.") == {}


def test_a_method_without_options_says_so():
    assert listed(method_class("dense")) == "dense has no options"
    assert issubclass(method_class("dense"), Method)
