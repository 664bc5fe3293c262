"""Dual pairs beside independent definitions of their f and Omega, in numpy and in the constants of the authors' formulas."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import dawsn, expit

from suite.duality import ExactVarDropDual, HardConcreteDual, Log2SumDual, LogSumDual, LpDual, MCPDual, SCADDual, StandoutDual, VarDropDual

LOG_GRID = np.linspace(-45, 45, 18_001)
"""Log eta, so dense that the least value on it is within 4e-6 of the least, relative."""


def lp(p):
    q = p / (2 - p)
    return lambda eta: eta**q / q, lambda r: r**p / p


def log_sum(eps):
    def f(eta):
        root = np.sqrt(eps**2 + 4 * eta)
        return 2 * np.log((root + eps) / 2) - (root - eps) ** 2 / (4 * eta) - 2 * np.log(eps)

    return f, lambda r: np.log(r + eps) - np.log(eps)


def log2_sum(eps):
    def f(eta):
        return np.where(eta < eps / 2, 0, 2 * np.log(2 * eta) + eps / eta - 2 - 2 * np.log(eps))

    return f, lambda r: np.log(r**2 + eps) - np.log(eps)


def mcp(a, lam):
    g = a * lam
    return lambda eta: g * eta / (eta + g), lambda r: np.where(r <= g, r - r**2 / (2 * g), g / 2)


def scad(a, lam):
    def f(eta):
        return np.where(eta <= lam, eta, lam * ((a + 1) * eta - lam) / ((a - 1) * lam + eta))

    def omega(r):
        middle = (2 * a * lam * r - r**2 - lam**2) / (2 * (a - 1) * lam)
        return np.select([r < lam, r <= a * lam], [r, middle], (a + 1) * lam / 2)

    return f, omega


def standout(lam, w2):
    c = w2**2 / lam

    def f(eta):
        s = np.log(np.maximum(c * eta, 1))
        return 2 * c * (1 - (s + 1) * np.exp(-s)) - np.where(s > 0, s**2 / eta, 0)

    return f, lambda r: c * (1 - (r + 1) * np.exp(-r))


def var_drop(lam):
    def f(eta):
        return 2 / lam * (0.63576 * expit(1.48695 * np.log(eta) - 1.8732) + np.log1p(eta) / 2)

    return f, None


@cache
def exact_table():
    """f at exp of LOG_GRID: 4 times the integral of Dawson's function up to sqrt(eta/2), panel by panel."""
    ends = np.concatenate([[0], np.exp(LOG_GRID / 2) / np.sqrt(2)])
    nodes, weights = np.polynomial.legendre.leggauss(4)
    widths = np.diff(ends)[:, None]
    inside = ends[:-1, None] + widths * (nodes + 1) / 2
    return np.cumsum((2 * widths * weights * dawsn(inside)).sum(1))


def exact_var_drop(lam):
    return lambda eta: np.exp(np.interp(np.log(eta), LOG_GRID, np.log(exact_table()))) / lam, None


def hard_concrete(lam, beta, gamma, zeta):
    """On a table over log a, whose moments are Gauss-Legendre sums with other nodes than the suite's."""
    x = LOG_GRID[:, None]
    nodes, weights = np.polynomial.legendre.leggauss(90)
    t, weights = (nodes + 1) / 2, weights / 2
    bend = beta * np.log((t - gamma) / (zeta - t))
    opened, shut = expit(x - bend), expit(bend - x)
    variance = np.where(
        x[:, 0] < 0, opened @ (2 * t * weights) - (opened @ weights) ** 2, shut @ (2 * (1 - t) * weights) - (shut @ weights) ** 2
    )
    log_eta = 2 * np.log(opened @ weights) - np.log(variance) - np.log(lam)
    log_f = np.log(expit(LOG_GRID - beta * np.log(-gamma / zeta)))
    return lambda eta: np.exp(np.interp(np.log(eta), log_eta, log_f)), None


CASES = {
    LpDual(0.5): lp(0.5),
    LpDual(1.0): lp(1.0),
    LpDual(1.5): lp(1.5),
    LogSumDual(0.1): log_sum(0.1),
    LogSumDual(2.0): log_sum(2.0),
    Log2SumDual(0.5): log2_sum(0.5),
    MCPDual(0.5, 2**0.5): mcp(0.5, 2**0.5),
    MCPDual(3.0, 1.0): mcp(3.0, 1.0),
    SCADDual(3.7, 0.8): scad(3.7, 0.8),
    StandoutDual(): standout(1.0, 1.0),
    StandoutDual(0.5, 2.0): standout(0.5, 2.0),
    VarDropDual(): var_drop(1.0),
    VarDropDual(3.0): var_drop(3.0),
    ExactVarDropDual(): exact_var_drop(1.0),
    ExactVarDropDual(0.5): exact_var_drop(0.5),
    HardConcreteDual(): hard_concrete(1.0, 2 / 3, -0.1, 1.1),
    HardConcreteDual(2.0, beta=0.5, gamma=-0.3, zeta=1.2): hard_concrete(2.0, 0.5, -0.3, 1.2),
}
CLOSED = [dual for dual, (_, omega) in CASES.items() if omega is not None]
