"""The LogSum penalty (Candes, Wakin and Boyd 2008), as LeJeune, Javadi and Baraniuk (2021) set it against adaptive dropout."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.subgradient import Subgradient
from suite.penalties import LogSum
from suite.proposed._adaptive import Adaptive


@dataclass(unsafe_hash=True, kw_only=True)
class LogSumTraining(Adaptive, Subgradient):
    """Loss + lambda sum log(|w| + eps), by automatic differentiation inside the optimiser.

    The value is that of `suite.penalties.LogSum`, sum log(1 + |w| / eps), which is less by the constant log(eps) a weight.
    """

    title = "LogSum"

    def regularizer(self, layer: int, layers: int) -> LogSum:
        return LogSum(self.eps)
