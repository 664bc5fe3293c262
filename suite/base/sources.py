"""Which code computes something: a digest of the sources of modules and of what they import, in which words do not count."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import time
from collections.abc import Iterator
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path

BEGUN = time.time()
OURS = ("suite", "baselines")
APART = ("suite.base", "suite.experiment", "suite.proposed", "baselines")
"""Packages whose files have nothing to do with each other. Of any other of ours all files count, as it may find them by their names."""


@cache
def code_of(*modules: str) -> str:
    """A digest of the code of these modules and of all of the project that they import, without comments and docstrings."""
    return hashlib.sha256(repr(sorted(closure(modules).items())).encode()).hexdigest()


def closure(modules: tuple[str, ...]) -> dict[str, str]:
    """Digests of the code of the modules, and of what they import of the project, by name."""
    found: dict[str, str] = {}
    left = list(modules)
    while left:
        for name in together(left.pop()):
            if name not in found and (read := source(name)):
                found[name], imported = read
                left += imported
    return found


@cache
def source(name: str) -> tuple[str, list[str]] | None:
    """A digest of a module's code, and what of the project it imports. A file that has changed since this process began is no longer
    what it computes with, and equals no other."""
    spec = located(name)
    if not spec or not spec.origin or not spec.origin.endswith(".py"):
        return None
    path = Path(spec.origin)
    tree, changed = bare(ast.parse(path.read_bytes())), path.stat().st_mtime
    code = f"{ast.dump(tree)} {changed if changed > BEGUN else ''}"
    return hashlib.sha256(code.encode()).hexdigest(), list(imports(tree))


def together(name: str) -> list[str]:
    """A module, with all the others of its package if it is of one whose files may find each other."""
    spec = located(name)
    folders = spec.submodule_search_locations if spec else None
    package = name if folders else name.rpartition(".")[0]
    if package in APART or package.partition(".")[0] not in OURS:
        return [name]
    where = located(package)
    paths = (path for folder in (where and where.submodule_search_locations) or [] for path in Path(folder).glob("*.py"))
    return [package, *(f"{package}.{path.stem}" for path in paths if path.stem != "__init__")]


@cache
def located(name: str) -> ModuleSpec | None:
    """Where a module is; None for what is none."""
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None


def imports(tree: ast.Module) -> Iterator[str]:
    """Names of the modules of the project that some code imports, wherever in it."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        yield from (name for name in names if name.partition(".")[0] in OURS and name not in OURS and located(name))


def bare(tree: ast.Module) -> ast.Module:
    """The tree without docstrings, and without other strings that stand for themselves."""
    for node in ast.walk(tree):
        for body in (getattr(node, field, None) for field in ("body", "orelse", "finalbody")):
            if isinstance(body, list):
                body[:] = [part for part in body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    return tree
