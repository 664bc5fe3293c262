"""Any penalty as a term of the loss, by automatic differentiation."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.anypenalty import AnyPenalty
from suite.methods.subgradient import Subgradient
from suite.penalties import L0, Penalty, SparseGroup


@dataclass(unsafe_hash=True, kw_only=True)
class Subgradients(AnyPenalty, Subgradient):
    """Loss + lambda sum_l P(W_l), W_l a matrix whose rows are neurons; at a kink the subgradient that `suite.penalties` gives, 0 at 0.

    `method("subgradient", penalty=...)` is `l1`, `group_lasso`, `sparse_group_lasso` where the penalty has such a name of its own.
    ValueError for L0, whose gradient is 0 wherever it exists: nothing would be penalised.
    """

    title = "subgradient"

    def __post_init__(self) -> None:
        super().__post_init__()
        parts = (self.regulariser.elementwise, self.regulariser.group) if isinstance(self.regulariser, SparseGroup) else (self.regulariser,)
        if any(isinstance(part, L0) for part in parts):
            raise ValueError("l0 has no gradient to train with; use it with `proximal` or `splitting`")

    def regularizer(self, layer: int, layers: int) -> Penalty:
        return self.regulariser
