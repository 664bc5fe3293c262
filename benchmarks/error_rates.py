"""How often a verdict is wrong where nothing is there to be found: python benchmarks/error_rates.py [--repetitions 4000] [--seed 0]

Every kind of verdict is simulated where it would be wrong, at the edge of what it claims (rows alike, a difference that is the margin), and
the share of wrong verdicts is held against the level that is stated for it. Exit status 1 if one exceeds its level by more than three
standard errors of the simulation. A further kind is a function (rng, n) -> outcome and an entry in KINDS.
"""

from __future__ import annotations

import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import click
import numpy as np

from suite.experiment import claims as words
from suite.experiment.statements import AnyClaim
from suite.judging.claims import judge
from suite.judging.families import corrected
from suite.judging.numbers import Verdict as NumberVerdict
from suite.judging.numbers import number_verdict, tolerance_of
from suite.judging.orders import ClaimVerdict, Runs
from suite.judging.path import best_of, crossing
from suite.judging.published import Number
from suite.stats.replication import pocock

NS = (1, 3, 5, 10)
Rng = np.random.Generator


@dataclass(frozen=True)
class Kind:
    """simulate   (rng, n) to what came out for n runs of each row
    levels     how often each wrong outcome may come out
    share      of the repetitions that are made, less than 1 for what takes long"""

    simulate: Callable[[Rng, int], str]
    levels: Mapping[str, float]
    share: float = 1.0


@dataclass(frozen=True)
class Rate:
    """How often an outcome came out, and how often it may."""

    rate: float
    level: float
    repetitions: int

    @property
    def standard_error(self) -> float:
        return math.sqrt(self.level * (1 - self.level) / self.repetitions)

    @property
    def exceeded(self) -> bool:
        return self.rate > self.level + 3 * self.standard_error


def rates(kinds: Mapping[str, Kind], repetitions: int, seed: int, ns: tuple[int, ...] = NS) -> dict[tuple[str, str, int], Rate]:
    """By kind, wrong outcome and n; every kind has random numbers of its own, so that a further one changes no other."""
    found = {}
    for name, kind in kinds.items():
        times = max(1, int(repetitions * kind.share))
        for n in ns:
            rng = np.random.default_rng([seed, n, *name.encode()])
            seen = Counter(kind.simulate(rng, n) for _ in range(times))
            found |= {(name, outcome, n): Rate(seen[outcome] / times, level, times) for outcome, level in kind.levels.items()}
    return found


def decided(claim: AnyClaim, rows: Mapping[str, object], **more: object) -> ClaimVerdict:
    """The verdict on rows that have one metric, or are called (row, metric)."""
    values = Runs(lambda row, metric: rows.get(row, rows.get((row, metric))), **more)  # type: ignore[arg-type, call-overload]
    return judge(claim, values, plans=False)


def normal(rng: Rng, n: int, mean: float = 0.0, sd: float = 1.0) -> list[float]:
    return rng.normal(mean, sd, n).tolist()


def order(rng: Rng, n: int, sd: float = 1.0) -> str:
    """Two rows alike in the mean, one with another spread."""
    return decided(words.lower("a", "b", "m"), {"a": normal(rng, n), "b": normal(rng, n, sd=sd)}).verdict


def the_lowest(rng: Rng, n: int, ahead: float = 0.0) -> str:
    """Of five alike; ahead: how far the three last are behind the two first."""
    rows = {name: normal(rng, n, ahead * (i > 1)) for i, name in enumerate("abcde")}
    return decided(words.lowest("a", rows, "m"), rows).verdict


def at_margin(rng: Rng, n: int, claim: AnyClaim, difference: float) -> str:
    return decided(claim, {"a": normal(rng, n, difference), "b": normal(rng, n)}).verdict


def bound(rng: Rng, n: int) -> str:
    return decided(words.present("a", "m", 5.0), {"a": normal(rng, n, 5.0)}).verdict


def in_every_run(rng: Rng, n: int) -> str:
    """Runs fail as often as the verdict on n of them says that they do not."""
    failed = rng.random(n) < 1 - 0.05 ** (1 / n)
    return decided(words.never("a", "m"), {"a": failed.astype(float).tolist()}).verdict


def ranked(rng: Rng, n: int, ahead: float = 0.0) -> str:
    """Four methods on four data sets; ahead: how far, in SD, the two first are ahead of the rest. They share the best average rank."""
    rows = {f"{b}/{m}": normal(rng, n, ahead * (i > 1)) for b in "wxyz" for i, m in enumerate("abcd")}
    return decided(words.best_average_rank("a", "abcd", "m", "wxyz", "lower"), rows).verdict


def one_block_in_doubt(rng: Rng, n: int) -> str:
    """Two methods lead on a data set each, and are alike on the third, which decides."""
    means = {"x/a": 0.0, "x/b": 50.0, "y/a": 50.0, "y/b": 0.0, "z/a": 0.0, "z/b": 0.0}
    rows = {row: normal(rng, n, mean) for row, mean in means.items()}
    return decided(words.best_average_rank("a", "ab", "m", "xyz", "lower"), rows).verdict


def two_winners(rng: Rng, n: int, means: Mapping[str, tuple[float, float]]) -> str:
    rows = {(row, metric): normal(rng, n, mean) for row, of in means.items() for mean, metric in zip(of, "mo", strict=True)}
    return decided(words.distinct_winners(list(means), "m", "lower", "o", "lower"), rows).verdict


ALIKE = dict.fromkeys("abcd", (0.0, 0.0))
ONE_WINS = {"a": (0.0, 0.0), "b": (0.0, 0.0), "c": (50.0, 50.0), "d": (50.0, 50.0)}
"""a is the best in both by nothing, or b is, or each in one."""
TWO_WIN = {"a": (0.0, 0.0), "b": (50.0, 0.0), "c": (50.0, 50.0)}


Path = list[tuple[float, float]]


def seeds_of(rng: Rng, n: int, apart: float) -> list[Path]:
    """Zeros and error in percent at strengths so far apart, the first wherever it falls, with a little noise: every method is on the same
    curve."""
    strength = np.arange(-4, 4, apart) + rng.uniform(0, apart)
    zeros = 100 / (1 + np.exp(-1.5 * strength))
    error = 1 + 0.5 * (zeros / 100) ** 2 + 40 * (zeros / 100) ** 20
    size = (n, len(strength))
    noisy = (zeros + rng.normal(0, 0.1, size)).tolist(), (error + rng.normal(0, 0.02, size)).tolist()
    return [list(zip(x, y, strict=True)) for x, y in zip(*noisy, strict=True)]


def at_level(rng: Rng, n: int, apart: float) -> str:
    rows = {name: [s for path in seeds_of(rng, n, apart) if (s := crossing(path, 90.0)) is not None] for name in "ab"}
    return decided(words.at_matched("a", "b", "error", "zeros", 90.0), rows).verdict


def bounded_loss(rng: Rng, n: int, apart: float) -> str:
    rows = {name: [best_of([(x, y <= 2.0) for x, y in path], "higher") for path in seeds_of(rng, n, apart)] for name in "ab"}
    return decided(words.within_path("a", "b", "zeros", "accuracy", 1.0, "higher"), rows).verdict


def any_reaches(rng: Rng, n: int, behind: float = 0.0) -> str:
    """Four series, of which the first just reaches the bound; behind: how far the others are from it."""
    rows = {name: normal(rng, n, 50 - behind * (i > 0)) for i, name in enumerate("abcd")}
    return decided(words.reaches(list("abcd"), "m", 50.0, "accuracy", 1.0), rows).verdict


def small_test_set(rng: Rng, n: int) -> str:
    """Errors of half a percent on 1,000 images, which move in steps of .1 and often do not vary."""
    rows = {name: (rng.binomial(1000, 0.005, n) / 10).tolist() for name in "ab"}
    return decided(words.lower("a", "b", "error"), rows, step=lambda row, metric: 0.1).verdict


def first_look(rng: Rng, n: int) -> str:
    """Both are there by the first look, or just not, after 120 steps on the average, and looks are 128 steps apart."""
    rows = {name: (128 * np.ceil(rng.normal(120, 10, n) / 128)).tolist() for name in "ab"}
    return decided(words.lower("a", "b", "steps"), rows, step=lambda row, metric: 128.0).verdict


def one_training(rng: Rng, n: int) -> str:
    """Two views of every training, correlated at .95."""
    a, b = rng.multivariate_normal([0, 0], [[1, 0.95], [0.95, 1]], n).T.tolist()
    differences = [x - y for x, y in zip(a, b, strict=True)]
    return decided(words.lower("a", "b", "m"), {"a": a, "b": b}, pairs=lambda one, other, metric: differences).verdict


def family(rng: Rng, n: int) -> str:
    """Ten claims of a table: whether any at all is decided."""
    asked = [words.lower("a", "b", f"m{i}") for i in range(10)]
    found = [decided(claim, {"a": normal(rng, n), "b": normal(rng, n)}) for claim in asked]
    return "any" if any(v.verdict != "open" for v in corrected(asked, found)) else "none"


def either(level: float) -> dict[str, float]:
    return {"holds": level, "does not hold": level}


COMPARABLE, APART = words.comparable("a", "b", "m", 1.0), words.distinguishable("a", "b", "m", 1.0)


def published(rng: Rng, n1: int, n: int, apart: float = 0.0, step: float = 1e-9, said: bool = True) -> NumberVerdict:
    """On the mean of n1 runs of the paper, printed in such steps, and n of ours that are `apart` tolerances from it in truth."""
    theirs = rng.normal(0, 1, n1)
    digits = round(-math.log10(step))
    number = Number(round(theirs.mean(), digits), sd=round(theirs.std(ddof=1), digits), n=n1 if said else None, digits=digits)
    ours = rng.normal(apart * (tolerance_of(number, None) or 0.0), 1, n)
    return number_verdict(np.round(ours, digits), number, None)


def number(rng: Rng, n: int, apart: float = 0.0, step: float = 1e-9) -> str:
    return published(rng, 5, n, apart, step).verdict


def replication(rng: Rng, n: int, n1: int = 5, step: float = 1e-9, said: bool = True) -> str:
    """Whether a replication by the paper's authors is called as expected."""
    return str(published(rng, n1, n, step=step, said=said).expected)


def two_looks(rng: Rng, n: int) -> str:
    """Runs are added once where the first look leaves the number open; the second has Pocock's level."""
    theirs, ours = rng.normal(0, 1, 5), rng.normal(0, 1, 2 * n)
    printed = Number(theirs.mean(), sd=theirs.std(ddof=1), n=5, digits=9)
    first = number_verdict(ours[:n], printed, None).verdict
    return first if first != "open" else number_verdict(ours, printed, None, looks=2).verdict


NOT_EXPECTED = "not as expected"
KINDS: dict[str, Kind] = {
    "number, as in the paper": Kind(number, {"not reproduced": 0.05}, 0.5),
    "number, a tolerance apart": Kind(partial(number, apart=1.0), {"reproduced": 0.05}, 0.5),
    "number, printed in tenths of SD": Kind(partial(number, step=0.1), {"not reproduced": 0.05}, 0.5),
    "number, two looks": Kind(two_looks, {"not reproduced": pocock(1) + pocock(2)}, 0.25),
    "replication of 5 runs": Kind(replication, {NOT_EXPECTED: 0.05}, 0.5),
    "replication of 2 runs": Kind(partial(replication, n1=2), {NOT_EXPECTED: 0.05}, 0.5),
    "replication, printed in tenths of SD": Kind(partial(replication, step=0.1), {NOT_EXPECTED: 0.05}, 0.5),
    "replication of 5 runs, n not said": Kind(partial(replication, said=False), {NOT_EXPECTED: 0.05}, 0.5),
    "lower": Kind(order, either(0.025)),
    "lower, spreads 1 and 3": Kind(partial(order, sd=3.0), either(0.025)),
    "lowest of 5 alike": Kind(the_lowest, either(0.025), 0.5),
    "lowest of 5, two lead": Kind(partial(the_lowest, ahead=50.0), either(0.025), 0.5),
    "comparable, at the margin": Kind(partial(at_margin, claim=COMPARABLE, difference=1.0), {"holds": 0.05, "does not hold": 0.025}),
    "distinguishable, no margin": Kind(partial(at_margin, claim=words.distinguishable("a", "b", "m"), difference=0.0), {"holds": 0.05}),
    "distinguishable, at the margin": Kind(partial(at_margin, claim=APART, difference=1.0), {"holds": 0.025, "does not hold": 0.05}),
    "present, at the bound": Kind(bound, either(0.025)),
    "in every run": Kind(in_every_run, {"holds": 0.05}),
    "best average rank, all alike": Kind(ranked, either(0.05), 0.1),
    "best average rank, two lead": Kind(partial(ranked, ahead=50.0), either(0.05), 0.1),
    "best average rank, one in doubt": Kind(one_block_in_doubt, either(0.05), 0.1),
    "distinct winners, all alike": Kind(partial(two_winners, means=ALIKE), either(0.025), 0.25),
    "distinct winners, two lead": Kind(partial(two_winners, means=ONE_WINS), either(0.025), 0.25),
    "distinct winners, alike in one": Kind(partial(two_winners, means=TWO_WIN), either(0.025), 0.25),
    "at a matched level, 5 strengths": Kind(partial(at_level, apart=1.6), either(0.025), 0.25),
    "at a matched level, 80 strengths": Kind(partial(at_level, apart=0.1), either(0.025), 0.25),
    "best at a bounded loss, 5 strengths": Kind(partial(bounded_loss, apart=1.6), either(0.025), 0.25),
    "best at a bounded loss, 80 strengths": Kind(partial(bounded_loss, apart=0.1), either(0.025), 0.25),
    "one of 4 reaches, all at the bound": Kind(any_reaches, either(0.025), 0.5),
    "one of 4 reaches, one at the bound": Kind(partial(any_reaches, behind=50.0), either(0.025), 0.5),
    "lower, small test set": Kind(small_test_set, either(0.025)),
    "lower, steps to the first look": Kind(first_look, either(0.025)),
    "lower, runs of one training": Kind(one_training, either(0.025)),
    "ten claims, Holm": Kind(family, {"any": 0.05}, 0.25),
}


def table(found: Mapping[tuple[str, str, int], Rate], ns: tuple[int, ...] = NS) -> str:
    lines = [f"{'verdict':38}{'wrong outcome':16}{'level':>7}" + "".join(f"{f'n = {n}':>10}" for n in ns)]
    for name, outcome in dict.fromkeys((name, outcome) for name, outcome, _ in found):
        of = [found[name, outcome, n] for n in ns]
        shown = "".join(f"{f'{rate.rate:.4f}' + ('!' if rate.exceeded else ' '):>10}" for rate in of)
        lines.append(f"{name:38}{outcome:16}{of[0].level:>7.3f}{shown}")
    return "\n".join(lines)


@click.command(help=__doc__)
@click.option("--repetitions", default=4000, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--kind", "wanted", multiple=True, type=click.Choice(list(KINDS)), help="Only these.")
def main(repetitions: int, seed: int, wanted: tuple[str, ...]) -> None:
    started = time.monotonic()
    found = rates({name: kind for name, kind in KINDS.items() if not wanted or name in wanted}, repetitions, seed)
    click.echo(table(found))
    worst = max(rate.standard_error for rate in found.values())
    click.echo(f"\n{repetitions:,} repetitions, a part of them where that takes long; standard error at most {worst:.4f}; seed {seed};")
    click.echo(f"! exceeds its level by more than three standard errors; {time.monotonic() - started:.0f} s")
    sys.exit(any(rate.exceeded for rate in found.values()))


if __name__ == "__main__":
    main()
