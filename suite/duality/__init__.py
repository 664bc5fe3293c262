"""The duality of adaptive dropout and regularisation (LeJeune, Javadi and Baraniuk 2021): penalties with their eta-trick."""

from suite.duality.ard import ARD
from suite.duality.base import LOG_ETA, Dual, Separable, keep_level, scale_of
from suite.duality.closed import MCP, SCAD, Log2Sum, LogSum, Lp, Standout
from suite.duality.dropout import ExactVarDrop, HardConcrete, VarDrop
from suite.duality.linear import adaptive_dropout, dropout_loss, normalised, reweighted_ridge
from suite.duality.numeric import FromEtaHat, FromF, FromOmega

__all__ = [
    "ARD",
    "LOG_ETA",
    "MCP",
    "SCAD",
    "Dual",
    "ExactVarDrop",
    "FromEtaHat",
    "FromF",
    "FromOmega",
    "HardConcrete",
    "Log2Sum",
    "LogSum",
    "Lp",
    "Separable",
    "Standout",
    "VarDrop",
    "adaptive_dropout",
    "dropout_loss",
    "keep_level",
    "normalised",
    "reweighted_ridge",
    "scale_of",
]
