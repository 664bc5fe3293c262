"""The digest of the code that computes a run: what counts as code, and whose code it is."""

from __future__ import annotations

import os
import sys
import time

import pytest

from suite.base import sources
from suite.base.sources import closure, code_of

SOURCE = '''
"""A module."""

def half(x):
    """Half of it."""
    return x / 2  # by two
'''


def forget():
    for function in (sources.located, sources.source, code_of):
        function.cache_clear()


@pytest.fixture
def digest(tmp_path, monkeypatch):
    """digest(source): that of a module with this source."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def of(source, changed=0.0):
        (tmp_path / "some_module.py").write_text(source)
        os.utime(tmp_path / "some_module.py", (changed, changed))
        sys.path_importer_cache.clear()
        forget()
        return code_of("some_module")

    yield of
    forget()


def test_words_do_not_count_and_code_does(digest):
    before = digest(SOURCE)
    assert (
        digest(SOURCE.replace("A module.", "One.").replace("Half of it.", "x / 2").replace("by two", "two").replace("x / 2  #", "x / 2 #"))
        == before
    )
    assert digest("\n\n" + SOURCE) == before
    assert digest(SOURCE.replace("x / 2  #", "x / 3  #")) != before
    assert digest(SOURCE.replace("half", "third")) != before


def test_a_file_that_was_changed_under_a_process_is_not_the_code_it_computes_with(digest):
    assert digest(SOURCE, time.time() + 1) not in (digest(SOURCE), digest(SOURCE, time.time() + 2))


def test_what_is_imported_counts_wherever_that_is_written(digest):
    alone = digest("def f():\n    pass")
    assert digest("def f():\n    from suite.theory import nearness") != alone
    assert "suite.theory.geometry" in closure(("some_module",))


@pytest.mark.parametrize("program", ["suite.training.program", "suite.theory.program"])
def test_a_run_depends_on_its_method_and_on_what_trains_but_on_no_other_method(program):
    found = closure((program, "suite.proposed.ada_prox")).keys()
    packages = {name.rpartition(".")[0] for name in found}
    assert {"suite.penalties", "suite.methods", program.rpartition(".")[0]} <= packages
    assert {"suite.proposed.ada_prox", "suite.proposed._adaptive", "suite.base.seeding", "suite.base.checkpoint"} <= found
    assert {name for name in found if name.startswith(("suite.proposed", "baselines"))} == {
        "suite.proposed.ada_prox",
        "suite.proposed._adaptive",
    }
    assert not packages & {"suite.app", "suite.report", "suite.runs", "suite.judging", "suite.records"}
    if program == "suite.training.program":
        assert {"suite.models.lenet", "suite.data.mnist", "suite.metrics.compact", "suite.training.loop"} <= found
        assert "suite.theory.program" not in found
