"""Penalties by the short names that the papers and our tables use."""

from __future__ import annotations

from collections.abc import Callable

from suite.penalties.base import Penalty
from suite.penalties.composite import SparseGroup
from suite.penalties.elementwise import L0, L1, MCP, SCAD, Ridge, TransformedL1
from suite.penalties.grouped import ExclusiveLasso, GroupLasso
from suite.penalties.l1_minus_l2 import L1MinusL2
from suite.penalties.lp import Lp

NAMED: dict[str, tuple[Callable[..., Penalty], float | None]] = {
    "l0": (L0, None),
    "l1": (L1, None),
    "tl1": (TransformedL1, 1.0),
    "l1-l2": (L1MinusL2, 1.0),
    "scad": (SCAD, 3.7),
    "mcp": (MCP, 3.0),
    "lp": (Lp, 0.5),
    "l2": (Ridge, None),
    "group_lasso": (GroupLasso, None),
    "exclusive_lasso": (ExclusiveLasso, None),
    "sparse_group_lasso": (lambda: SparseGroup(L1(), GroupLasso()), None),
}
"""The penalty, and the shape where none is given (None: it has none): that of the code of Bui et al. (2021);
for MCP that of Zhang (2010), for Lp 1/2 (Xu et al. 2012)."""


def named(name: str, shape: float | None = None) -> Penalty:
    """The penalty called `name`, with its shape (a of TL1 and SCAD, alpha of L1 - alpha L2, gamma of MCP, p of Lp) or the usual one.

    Raises ValueError for an unknown name, for the shape of a penalty that has none, and for one out of range.
    """
    if name not in NAMED:
        raise ValueError(f"penalty must be one of {', '.join(NAMED)}, got {name!r}")
    made, usual = NAMED[name]
    if usual is None:
        if shape is not None:
            raise ValueError(f"{name} has no shape, got {shape}")
        return made()
    return made(usual if shape is None else shape)
