"""Holm over the claims of a table, in two families."""

import pytest

from suite.experiment.claims import lower, never
from suite.judging.families import corrected, expected_false, family_note
from suite.judging.orders import ClaimVerdict

PAPER, OURS, RUNS = lower("a", "b", "m"), lower("a", "c", "m", ours=True), never("a", "m")


def found(p, verdict="holds"):
    return ClaimVerdict(verdict, -1.0, -2.0, -0.1, (3, 3), p, "seen", "b")


def test_a_claim_that_is_decided_alone_must_be_decided_among_all():
    """.01 * 3, then .02 * 2 = .04, and .3 of a claim that was open anyway."""
    one, two, three = corrected([PAPER] * 3, [found(0.02), found(0.01, "does not hold"), found(0.3, "open")])
    assert [v.verdict for v in (one, two, three)] == ["holds", "does not hold", "open"]
    assert [v.p_holm for v in (one, two, three)] == pytest.approx([0.04, 0.03, 0.3])
    assert [v.p for v in (one, two, three)] == [0.02, 0.01, 0.3]
    lost, kept = corrected([PAPER] * 2, [found(0.03), found(0.01)])
    assert (lost.verdict, kept.verdict) == ("holds", "holds")
    lost, kept = corrected([PAPER] * 2, [found(0.03), found(0.026)])
    assert (lost.verdict, kept.verdict) == ("open", "open")
    assert lost.reason == "decided alone (p = .03), but not after Holm over 2 claims (corrected p = .052); seen"
    assert three.reason == "seen"


def test_what_we_ask_besides_takes_nothing_from_the_paper():
    verdicts = corrected([PAPER, OURS, OURS], [found(0.04), found(0.03), found(0.02)])
    assert [v.verdict for v in verdicts] == ["holds", "holds", "holds"]
    assert [v.p_holm for v in verdicts] == pytest.approx([0.04, 0.04, 0.04])


def test_what_has_no_p_does_not_count():
    counted, seen = corrected([PAPER, RUNS], [found(0.04), found(None)])
    assert (counted.p_holm, seen.p_holm, seen.verdict) == (0.04, None, "holds")


def test_what_chance_would_decide_is_the_sum_of_the_levels():
    asked = [(False, 0.2), (False, 0.01), (True, 0.5), (False, None)]
    assert expected_false(asked) == (2, 0.1)
    assert expected_false(asked, ours=True) == (1, 0.05)
    end = "would be decided by chance if nothing differed and nothing were corrected"
    assert family_note(asked) == f"2 of the paper's claims have a p, of which 0.1 {end}; 1 of our controls have a p, of which 0.05 {end}"
    assert family_note([(False, None)]) == ""
