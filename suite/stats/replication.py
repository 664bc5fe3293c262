"""Our runs against a published mean: where a replication would fall, whether the two are equal, and with what chance that shows.

Notation: the paper has m1, s1, n1, printed in steps of `step`; ours are m2, s2, n2. A number printed in steps adds step^2 / 12 to the
variance of m1, and no spread counts as less than step / sqrt(12): values that are equal as printed may differ.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.special import chdtri, ndtr, stdtrit

from suite.stats.intervals import Difference, Summary, from_published

UNLIKE = 3.0
"""SDs that differ by more than this factor are not pooled."""
UNKNOWN_DF = 2.0
"""Degrees of freedom of a printed SD whose number of runs is not said: those of three runs, the fewest of which papers print one."""
POCOCK = {1: 0.05, 2: 0.0294, 3: 0.0221, 4: 0.0182, 5: 0.0158}
"""Nominal two-sided level of each of so many equally spaced looks that holds 5 % over all (Pocock 1977)."""
NODES = (np.arange(200) + 0.5) / 200


def pocock(looks: int) -> float:
    """The nominal level of each of `looks` looks; beyond the table .05 over their number (Bonferroni)."""
    return POCOCK.get(looks) or 0.05 / looks


def floored(found: Summary, step: float) -> Summary:
    """The summary with an SD of at least step / sqrt(12), that of rounding; one without an SD as it is."""
    return replace(found, sd=max(found.sd, step / math.sqrt(12))) if found.has_spread else found


def prediction(ours: Summary, theirs: Summary, step: float) -> Difference:
    """m2 - m1 with the standard error of a replication (Patil, Peng and Leek 2016; Spence and Stanley 2016).

    n2 = 1         s2 taken for s1:  s1 sqrt(1/n1 + 1), df n1 - 1
    n2 >= 2        pooled: s sqrt(1/n1 + 1/n2), df n1 + n2 - 2; where the SDs differ by more than a factor of 3, Welch's if it is wider
                   (two runs of a paper may lie near each other by chance: Welch's alone misses 12 % at n1 = 2, n2 = 10)
    n1 not said    (`theirs.n` 1 and an SD) s1^2 + s2^2 / n2, Welch's, s1 with two degrees of freedom

    NaN for the standard error without a printed SD.
    """
    estimate = ours.mean - theirs.mean
    if math.isnan(theirs.sd) or not ours.n:
        return Difference(estimate, math.nan, math.nan)
    rounding = step**2 / 12
    s1 = max(theirs.sd, math.sqrt(rounding))
    s2 = floored(ours, step).sd if ours.has_spread else s1
    df1 = theirs.n - 1 if theirs.n > 1 else UNKNOWN_DF
    if not ours.has_spread:
        return Difference(estimate, math.sqrt(s1**2 / theirs.n + s1**2 + rounding), df1)
    apart = _welch(estimate, s1**2 / theirs.n, df1, s2**2 / ours.n, ours.n - 1, rounding)
    if theirs.n < 2:
        return apart
    df = theirs.n + ours.n - 2
    pooled = ((theirs.n - 1) * s1**2 + (ours.n - 1) * s2**2) / df
    together = Difference(estimate, math.sqrt(pooled * (1 / theirs.n + 1 / ours.n) + rounding), df)
    alike = 1 / UNLIKE <= s1 / s2 <= UNLIKE
    return together if alike else max(together, apart, key=lambda found: found.interval()[1])


def equivalence(ours: Summary, theirs: Summary, step: float) -> Difference:
    """m2 - m1 with Welch's standard error, for two one-sided tests (Schuirmann 1987).

    Without a printed SD the number counts as the mean of n1 runs that vary as ours (`from_published`). NaN for the standard error
    where ours have no spread, that is below two runs.
    """
    ours = floored(ours, step)
    rounding = step**2 / 12 if theirs.n < math.inf else 0.0
    if math.isnan(theirs.sd):
        found = from_published(ours, theirs)
        return replace(found, standard_error=math.sqrt(found.standard_error**2 + rounding))
    if not ours.has_spread:
        return Difference(ours.mean - theirs.mean, math.nan, math.nan)
    s1, df1 = max(theirs.sd, math.sqrt(rounding)), theirs.n - 1 if theirs.n > 1 else UNKNOWN_DF
    return _welch(ours.mean - theirs.mean, s1**2 / theirs.n, df1, ours.sd**2 / ours.n, ours.n - 1, rounding)


def _welch(estimate: float, v1: float, df1: float, v2: float, df2: float, rounding: float) -> Difference:
    """A difference of two means of variances v1, v2 (of the means), by Satterthwaite; the rounding is known, so it costs no df."""
    variance = v1 + v2 + rounding
    return Difference(estimate, math.sqrt(variance), variance**2 / (v1**2 / df1 + v2**2 / df2))


def attainable_power(error: float, df: float, tolerance: float, alpha: float = 0.05) -> float:
    """P(the 1 - 2 alpha interval lies within the tolerance | no difference in truth), for a difference with such a standard error.

    Over the distribution of the estimated error, error sqrt(chi^2_df / df), at 200 of its quantiles.
    """
    if not error:
        return 1.0
    seen = error * np.sqrt(chdtri(df, NODES) / df)
    room = np.clip(tolerance - stdtrit(df, 1 - alpha) * seen, 0, None)
    return float(np.mean(2 * ndtr(room / error) - 1))


def chance_of_definite(now: Difference, later: Difference, sampling: float, tolerance: float, alpha: float = 0.05) -> float:
    """P(within or outside the tolerance) of a later look, if the means differ in truth by what is seen now.

    later       its standard error and df; `sampling` the standard error of the mean of ours then, which alone is drawn anew
    """
    inside = tolerance - float(stdtrit(later.df, 1 - alpha)) * later.standard_error
    outside = tolerance + float(stdtrit(later.df, 1 - alpha / 2)) * later.standard_error

    def between(half: float) -> float:
        """P(|difference| <= half)."""
        if half <= 0:
            return 0.0
        return (
            float(ndtr((half - now.estimate) / sampling) - ndtr((-half - now.estimate) / sampling))
            if sampling
            else 1.0 * (abs(now.estimate) <= half)
        )

    return between(inside) + 1 - between(outside)
