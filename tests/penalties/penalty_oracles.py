"""Independent definitions of the penalties (plain formulas on floats) and brute-force minimisers of their proximal problems."""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy.optimize import minimize

from suite.penalties import (
    CGES,
    L0,
    L1,
    MCP,
    SCAD,
    CappedL1,
    ExclusiveLasso,
    GroupLasso,
    IntegratedTL1,
    L1MinusL2,
    LogSum,
    Lp,
    Ridge,
    SparseGroup,
    TransformedL1,
)

ELEMENTWISE = [
    L0(),
    L1(),
    Ridge(),
    Lp(1 / 2),
    Lp(2 / 3),
    TransformedL1(0.01),
    TransformedL1(1.0),
    TransformedL1(50.0),
    SCAD(3.7),
    SCAD(1.2),
    SCAD(3.7, knot=0.3),
    MCP(0.4),
    MCP(3.0),
    LogSum(0.05),
    LogSum(2.0),
    CappedL1(0.3),
    CappedL1(2.0),
]
VECTOR = [L1MinusL2(0.0), L1MinusL2(0.6), L1MinusL2(1.0)]
GROUPED = [
    GroupLasso(),
    GroupLasso(scale_by_size=False),
    ExclusiveLasso(),
    SparseGroup(L1(), GroupLasso()),
    SparseGroup(L1(), ExclusiveLasso()),
    SparseGroup(L0(), GroupLasso()),
    CGES(0.0),
    CGES(0.4),
    CGES(1.0),
    CGES(0.4, exclusive="authors"),
    IntegratedTL1(0.0, 1.0),
    IntegratedTL1(0.3, 0.01),
    IntegratedTL1(1.0, 1.0),
]
EVERY = [*ELEMENTWISE, *VECTOR, *GROUPED]
EXACT_GROUPED = [GROUPED[i] for i in (0, 1, 2, 3, 4, 6, 8, 10, 12)]


def scalar(penalty, r):
    """The penalty of one weight of magnitude r (an array: of each)."""
    r = np.asarray(r, dtype=np.float64)
    match penalty:
        case L0():
            return (r != 0) * 1.0
        case L1():
            return r
        case Ridge():
            return r**2 / 2
        case Lp(p=p, floor=c):
            return np.where(r < c, p * c ** (p - 1) * r, r**p - (1 - p) * c**p) if c else r**p
        case TransformedL1(a=a):
            return (a + 1) * r / (a + r)
        case SCAD(a=a, knot=k):
            middle = (2 * a * k * r - r**2 - k**2) / (2 * k * (a - 1))
            return np.select([r <= k, r <= a * k], [r, middle], k * (a + 1) / 2)
        case MCP(gamma=gamma):
            return np.where(r <= gamma, r - r**2 / (2 * gamma), gamma / 2)
        case LogSum(eps=eps):
            return np.log1p(r / eps)
        case CappedL1(a=a):
            return np.minimum(r, a)
    raise TypeError(penalty)


def row_value(penalty, row):
    """The penalty of one group (or of one vector, for a penalty that is no sum over groups), by loops."""
    one = sum(abs(float(x)) for x in row)
    two = math.sqrt(sum(float(x) ** 2 for x in row))
    match penalty:
        case L1MinusL2(alpha=alpha):
            return one - alpha * two
        case GroupLasso(scale_by_size=scale):
            return (math.sqrt(len(row)) if scale else 1.0) * two
        case ExclusiveLasso():
            return one**2 / 2
        case SparseGroup(elementwise=elementwise, group=group):
            return row_value(elementwise, row) + row_value(group, row)
        case CGES(mu=mu):
            return (1 - mu) * two + mu / 2 * one**2
        case IntegratedTL1(mu=mu, a=a):
            return mu * row_value(TransformedL1(a), row) + (1 - mu) * two
    return sum(float(scalar(penalty, abs(float(x)))) for x in row)


def value(penalty, w):
    """The penalty of an array of any shape; a grouped one is summed over rows."""
    w = np.asarray(w, dtype=np.float64)
    if penalty in GROUPED:
        return sum(row_value(penalty, row) for row in w)
    return row_value(penalty, w.reshape(-1))


def row_objective(penalty, w, step, z):
    return step * row_value(penalty, z) + sum((float(a) - float(b)) ** 2 for a, b in zip(z, w, strict=True)) / 2


def scalar_objective(penalty, w, step, z):
    return step * scalar(penalty, np.abs(z)) + (z - w) ** 2 / 2


def best_scalar(penalty, w, step, points=20_001):
    """A minimiser of the scalar problem and its objective: a dense grid over both signs and beyond |w|, then finer grids."""
    reach = 1.2 * abs(w) + 1e-3
    z = np.concatenate([np.linspace(-reach, reach, points), [0.0, w]])
    spacing = 2 * reach / (points - 1)
    for _ in range(3):
        z = np.concatenate([z, [0.0, w]])
        best = z[np.argmin(scalar_objective(penalty, w, step, z))]
        z = np.linspace(best - spacing, best + spacing, 401)
        spacing /= 200
    z = np.concatenate([z, [best]])
    objective = scalar_objective(penalty, w, step, z)
    return z[np.argmin(objective)], objective.min()


def best_row(penalty, w, step):
    """Smallest objective found for one row: for each set of non-zero weights a bounded quasi-Newton search from several starts.

    Every penalty here depends on |z| only, so a minimiser has the signs of w: the search is over magnitudes.
    """
    size, r = len(w), np.abs(np.asarray(w, dtype=np.float64))
    best, argmin = row_objective(penalty, r, step, [0.0] * size), np.zeros(size)
    for count in range(1, size + 1):
        for support in itertools.combinations(range(size), count):

            def embed(x, support=support):
                z = np.zeros(size)
                z[list(support)] = x
                return z

            for share in (1.0, 0.5, 0.05):
                start = share * r[list(support)] + 1e-6
                found = minimize(
                    lambda x, embed=embed: row_objective(penalty, r, step, embed(x)),
                    start,
                    method="L-BFGS-B",
                    bounds=[(1e-9, 2 * r.max() + 1)] * count,
                    options={"ftol": 1e-15, "gtol": 1e-10},
                )
                if found.fun < best:
                    best, argmin = found.fun, embed(found.x)
    return argmin * np.sign(w), best
