"""The agenda as commands: few, in order, quoted; and what is not on it, as it was decided in another profile."""

import shlex
from collections import Counter

import pytest

from suite.app.catalogue import get
from suite.app.commands import Command, joined
from suite.app.known import Tally, fullest, settled, tally
from suite.base.places import reference


def command(rows, seeds, table="demo/table"):
    return Command(table, tuple(rows), seeds, 1, 0.5, Counter({"test of a number": 1}))


@pytest.mark.parametrize(
    ("asked", "fewer"),
    [
        ([("a", 1), ("b", 1)], [("ab", 1)]),  # the same seeds of other rows
        ([("a", 1), ("a", 3)], [("a", 3)]),  # more seeds of the same rows
        ([("a", 1), ("b", 1), ("a", 3), ("b", 3)], [("ab", 3)]),
        ([("a", 1), ("b", 3), ("c", 1)], [("a", 1), ("b", 3), ("c", 1)]),  # only what follows one another
        ([("ab", 1), ("a", 3)], [("ab", 1), ("a", 3)]),  # b has its one run alone
    ],
)
def test_commands_that_compute_the_same_are_joined(asked, fewer):
    found = joined([command(*one) for one in asked])
    assert [("".join(one.rows), one.seeds) for one in found] == fewer
    assert sum(one.runs for one in found) == len(asked)
    assert sum(one.hours for one in found) == pytest.approx(0.5 * len(asked))
    assert sum((one.decides for one in found), Counter()) == {"test of a number": len(asked)}


def test_commands_of_two_tables_stay_apart():
    asked = [command("a", 1), command("a", 1, "demo/other")]
    assert joined(asked) == asked


def test_a_command_is_quoted_for_the_shell():
    row = "no-overlap ReLU/rvsm l1 lam=0.005"
    line = command(["sgl0[grow=all]", row], 2).line("paper", "--out", "my runs")
    assert "'sgl0[grow=all]'" in line
    assert shlex.split(line)[6:] == ["paper", "--method", "sgl0[grow=all]", "--method", row, "--seeds", "2", "--out", "my runs"]


def test_words_count_what_is_decided():
    decides = Counter({"verdict on a claim": 1, "test of a number": 3})
    assert Command("demo/table", (), 1, 1, 1.0, decides).words == "tests 3 published numbers, verdicts on 1 claim"


def test_what_another_profile_at_the_papers_scale_has_is_settled(tmp_path):
    """Figure 4 of RVSCGD differs in `quick` by its number of starts alone, and the reference has all its planned runs there."""
    table = get("rvscgd/figure4")
    assert fullest(table, tmp_path, reference()) == "quick"
    assert settled(table, "paper", reference())
    assert not settled(table, "quick", reference())
    assert not settled(table, "paper", tmp_path)
    assert not settled(get("sgl0/table1"), "paper", reference())  # its quick profile tests nothing
    assert tally(table, tmp_path) == Tally(0, 0, 27, 27)


def test_a_table_whose_paper_cannot_be_tested_counts_nothing(tmp_path):
    assert tally(get("sgl0/calibration"), tmp_path) == Tally()
