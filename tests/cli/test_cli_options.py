"""`list --options METHOD`."""

from __future__ import annotations

import json

from click.testing import CliRunner

from suite.app.cli import main


def run(*arguments: str):
    return CliRunner().invoke(main, ["list", "--options", *arguments])


def test_the_options_of_a_method_are_listed_with_type_default_and_meaning():
    lines = run("sgl0").output.splitlines()
    at = lines.index("beta (float, default 2.5)")
    assert lines[at + 1] == "    strength of the quadratic, in the units of lam"


def test_the_options_are_there_for_machines_too():
    found = {option["name"]: option for option in json.loads(run("sgl0", "--json").output)}
    assert found["grow"]["default"] == "conv"
    assert set(found["grow"]) == {"name", "type", "default", "meaning"}


def test_an_unknown_method_is_one_line_with_near_names():
    found = run("sgl1")
    assert found.exit_code == 2
    assert found.output.startswith("error: unknown method 'sgl1'")
    assert "sgl0" in found.output
    assert len(found.output.splitlines()) == 1
