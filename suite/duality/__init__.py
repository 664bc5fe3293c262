"""The duality of adaptive dropout and regularisation (LeJeune, Javadi and Baraniuk 2021): penalties with their eta-trick.

A pair is called after its penalty or its dropout, `LogSumDual`, and is not the penalty of that name in `suite.penalties`.
"""

from suite.duality.ard import ARDDual
from suite.duality.base import LOG_ETA, Dual, Separable, keep_level, scale_of
from suite.duality.closed import Log2SumDual, LogSumDual, LpDual, MCPDual, SCADDual, StandoutDual
from suite.duality.dropout import ExactVarDropDual, HardConcreteDual, VarDropDual, approximate_kl
from suite.duality.linear import adaptive_dropout, dropout_loss, normalised, reweighted_ridge
from suite.duality.numeric import FromEtaHat, FromF, FromOmega

__all__ = [
    "LOG_ETA",
    "ARDDual",
    "Dual",
    "ExactVarDropDual",
    "FromEtaHat",
    "FromF",
    "FromOmega",
    "HardConcreteDual",
    "Log2SumDual",
    "LogSumDual",
    "LpDual",
    "MCPDual",
    "SCADDual",
    "Separable",
    "StandoutDual",
    "VarDropDual",
    "adaptive_dropout",
    "approximate_kl",
    "dropout_loss",
    "keep_level",
    "normalised",
    "reweighted_ridge",
    "scale_of",
]
