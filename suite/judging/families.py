"""The claims of a table are many questions asked of the same runs: Holm's correction over them, and what chance alone would decide.

There are two families, what the paper says and our controls, so that what we add takes nothing from the paper. A claim with a p counts;
of "in every run" a counterexample or none is seen, and no p is there to correct.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from suite.experiment.statements import AnyClaim
from suite.judging.claims import judge
from suite.judging.orders import ClaimVerdict
from suite.judging.sources import left_out, runs_of
from suite.records.results import Results
from suite.stats.comparisons import ALPHA, holm

DECIDED = ("holds", "does not hold")


def judge_table(results: Results, plans: bool = True) -> list[ClaimVerdict]:
    """A verdict on each claim of the table, in order, corrected for the others; `plans` as of `judge`."""
    claims = results.reproduction.claims
    found = []
    for claim in claims:
        verdict, remark = judge(claim, runs_of(results, claim), plans), left_out(results, claim)
        found.append(replace(verdict, reason=f"{verdict.reason}; {remark}") if remark else verdict)
    return corrected(claims, found)


def corrected(claims: Sequence[AnyClaim], verdicts: Sequence[ClaimVerdict]) -> list[ClaimVerdict]:
    """The verdicts with Holm's p over their family; one that is decided alone but not among the others is open."""
    found = list(verdicts)
    for ours in (False, True):
        family = [i for i, claim in enumerate(claims) if claim.ours == ours and verdicts[i].p is not None]
        for i, p in zip(family, holm([verdicts[i].p or 0.0 for i in family]), strict=True):
            found[i] = _held(verdicts[i], p, len(family))
    return found


def _held(verdict: ClaimVerdict, p_holm: float, k: int) -> ClaimVerdict:
    found = replace(verdict, p_holm=p_holm)
    if verdict.verdict not in DECIDED or p_holm <= ALPHA:
        return found
    p, corrected_p = (f"{p:.3g}".removeprefix("0") for p in (verdict.p or 0.0, p_holm))
    alone = f"decided alone (p = {p}), but not after Holm over {k} claims (corrected p = {corrected_p})"
    return replace(found, verdict="open", reason=f"{alone}; {verdict.reason}")


def expected_false(asked: Iterable[tuple[bool, float | None]], ours: bool = False) -> tuple[int, float]:
    """How many claims of the family have a p, and how many of them chance would decide, uncorrected, if nothing differed: the sum of
    their levels. With the correction any at all is decided with a chance of at most .05. asked: of each claim whether it is ours, and p."""
    k = sum(own == ours and p is not None for own, p in asked)
    return k, k * ALPHA


def family_note(asked: Sequence[tuple[bool, float | None]]) -> str:
    """The families in a sentence for below a table; empty where no claim has a p."""
    parts = []
    for ours, whose in ((False, "of the paper's claims"), (True, "of our controls")):
        k, expected = expected_false(asked, ours)
        parts += [
            f"{k} {whose} have a p, of which {expected:.2g} would be decided by chance if nothing differed and nothing were corrected"
        ] * (k > 0)
    return "; ".join(parts)
