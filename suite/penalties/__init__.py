"""Penalties: pure functions of tensors, each with a value and a proximal map; no training here."""

from suite.penalties.base import Elementwise, Grouped, Penalty, hard_threshold, soft_threshold
from suite.penalties.composite import CGES, Composite, IntegratedTL1, SparseGroup
from suite.penalties.elementwise import L0, L1, MCP, SCAD, CappedL1, LogSum, Ridge, TransformedL1
from suite.penalties.grouped import ExclusiveLasso, GroupLasso, cges_authors_exclusive_map, group_norms
from suite.penalties.l1_minus_l2 import L1MinusL2
from suite.penalties.lp import Lp
from suite.penalties.named import named

__all__ = [
    "CGES",
    "L0",
    "L1",
    "MCP",
    "SCAD",
    "CappedL1",
    "Composite",
    "Elementwise",
    "ExclusiveLasso",
    "GroupLasso",
    "Grouped",
    "IntegratedTL1",
    "L1MinusL2",
    "LogSum",
    "Lp",
    "Penalty",
    "Ridge",
    "SparseGroup",
    "TransformedL1",
    "cges_authors_exclusive_map",
    "group_norms",
    "hard_threshold",
    "named",
    "soft_threshold",
]
