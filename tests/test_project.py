"""The project's files agree with each other, and what is committed as a result is what its records give."""

import configparser
import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import suite
from suite.app.catalogue import get, ids
from suite.app.publish import publish
from suite.app.results import Results
from suite.records.store import Store
from suite.runs.orchestrate import with_needs

ROOT = Path(__file__).parents[1]
RENDERED = (".md", ".tex", ".csv", ".json")
MEASURED = {"noise.json"}
MACHINE_PATH = re.compile(r"(?<![\w.}>-])/(?:root|home|Users|tmp|work|mnt)/")
SHARED = re.compile(r"\.\./shared")
MAKES_DATA = ".ci/run"

REFERENCE = sorted(path for path in (ROOT / "results" / "reference").glob("*/*/*") if path.is_dir())


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def tracked() -> list[str]:
    """Files of the project, as git sees them: those that are tracked or would be."""
    line = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [name for name in names if (ROOT / name).is_file()]


def commands() -> list[str]:
    """The shell lines of the README that make a virtual environment."""
    return [line for line in text("README.md").splitlines() if line.startswith("python3 -m venv")]


def test_constraints_are_names_and_exact_versions_in_order():
    lines = text("constraints.txt").splitlines()
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.]*", line) for line in lines)
    names = [line.partition("==")[0] for line in lines]
    assert names == sorted(set(names))


def test_constraints_satisfy_what_the_package_asks_for():
    pinned = dict(line.split("==") for line in text("constraints.txt").splitlines())
    project = tomllib.loads(text("pyproject.toml"))["project"]
    extras = project["optional-dependencies"].values()
    for requirement in map(Requirement, sum(extras, project["dependencies"])):
        version = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement} is pinned to {version}"


def test_readme_has_two_commands_of_one_line_with_constraints():
    first, second = commands()
    for line in (first, second):
        assert "pip install -q -c constraints.txt -e" in line
        assert "index" not in line, "no other index than the registry's: torch and torchvision must match"
    assert "-m suite reproduce table1 --seeds 5" in first
    assert "'.[dev]'" in second
    assert "-m pytest" in second


def test_tests_are_run_alike_by_readme_ci_and_tox():
    _, second = commands()
    assert second in text(".ci/run").splitlines()
    tox = configparser.ConfigParser(interpolation=None)
    tox.read_string(text("tox.ini"))
    assert "py311" in tox["tox"]["env_list"]
    assert tox["testenv"]["commands"] == f"{second.rpartition('-m ')[2]} {{posargs}}"
    assert {"testenv:lint", "testenv:regression", "testenv:bench"} <= set(tox.sections())


def test_ci_can_be_executed():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_no_file_names_a_machine():
    found = []
    for name in tracked():
        try:
            content = text(name)
        except UnicodeDecodeError:
            continue
        found += [f"{name}: {match[0]}" for match in MACHINE_PATH.finditer(content)]
        if name != MAKES_DATA:
            found += [f"{name}: {match[0]}" for match in SHARED.finditer(content)]
    assert found == []


def test_citation_is_whole():
    citation = yaml.safe_load(text("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["authors"] == [{"name": "The suite contributors"}]
    assert citation["version"] == suite.__version__
    assert citation["license"] == tomllib.loads(text("pyproject.toml"))["project"]["license"]


def records(folder: Path) -> list[dict]:
    return list(Store(folder).read_all().values())


def table_of(folder: Path):
    paper, item, profile = folder.parts[-3:]
    return get(f"{paper}/{item}"), profile


KEPT = [folder for folder in REFERENCE if (folder / "runs.jsonl").exists()]


def name_of(folder: Path) -> str:
    return "/".join(folder.parts[-3:])


@pytest.mark.parametrize("folder", KEPT, ids=name_of)
def test_reference_records_are_named_by_todays_identity(folder):
    """A change of what identifies a run would orphan these records. A folder may keep the runs of several tables."""
    home, profile = table_of(folder)
    tables = [table for table in map(get, ids()) if table.home == home.id and profile in table.settings]
    found = records(folder)
    assert found
    seeds = 1 + max(record["seed"] for record in found)
    specs = {s.key: s for table in tables for stand_in in (False, True) for s in with_needs(table.at(profile, seeds, stand_in).runs)}
    for record in found:
        spec = specs.get(record["key"])
        assert spec is not None, f"{record['method']} seed {record['seed']} is no run of {home.id} {profile}"
        assert (record["method"], record["seed"], record["profile"]) == (spec.method.row, spec.seed, profile)
        assert record["spec"] == json.loads(json.dumps(spec.identity()))


@pytest.mark.parametrize("folder", KEPT, ids=name_of)
def test_reference_records_are_lines_as_publish_writes_them(folder, tmp_path):
    """Sorted by key, each key once, no filters that nothing draws; published again they are the same bytes."""
    home, profile = table_of(folder)
    committed = (folder / "runs.jsonl").read_bytes()
    keys = [json.loads(line)["key"] for line in committed.splitlines()]
    assert keys == sorted(set(keys))
    assert not list(folder.glob("runs/*"))
    published = publish(home, profile, ROOT / "results" / "reference", tmp_path)
    assert (published.new, published.changed, published.there) == (len(keys), 0, 0)
    assert (tmp_path / home.home / profile / "runs.jsonl").read_bytes() == committed


@pytest.mark.parametrize("folder", REFERENCE, ids=name_of)
def test_reference_tables_are_what_their_records_render_to(folder, tmp_path, sketched):
    table, profile = table_of(folder)
    home = folder.parents[2] / table.home / profile
    if home in KEPT:
        (tmp_path / table.home / profile).mkdir(parents=True)
        shutil.copy(home / "runs.jsonl", tmp_path / table.home / profile)
    rendered = tmp_path.joinpath(*folder.parts[-3:])
    rendered.mkdir(parents=True, exist_ok=True)
    if (folder / "looks.json").exists():  # what was looked at before is known from here alone
        shutil.copy(folder / "looks.json", rendered)
    results = Results.load(table, profile, tmp_path)
    assert results.records or not table.cells
    results.write()
    committed, again = (
        {p.name: p.read_bytes() for p in place.iterdir() if p.suffix in RENDERED and p.name not in MEASURED} for place in (folder, rendered)
    )
    assert committed.keys() == again.keys()
    for name, content in committed.items():
        assert again[name].decode() == content.decode(), f"{name}: render it again with `python -m suite report`"


def test_reference_records_hold_no_path_and_no_host_name():
    for folder in REFERENCE:
        for record in records(folder):
            environment = json.dumps(record["environment"])
            assert "host" not in environment
            assert not re.search(r'"/[a-z]', environment)
