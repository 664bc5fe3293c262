"""Transformed L1 on all weights by proximal gradient (Zhang and Xin 2017)."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.proximal import Proximal
from suite.penalties import TransformedL1


@dataclass(unsafe_hash=True, kw_only=True)
class TransformedL1Training(Proximal):
    """Loss + lambda sum (a+1)|w| / (a+|w|): a step on the loss, then the proximal map of TL1 weight by weight; exact zeros.

    a    shape: the number of weights as a -> 0, their L1 norm as a -> inf

    The TL1 term of Ma et al. 2019 (equations 12 to 15 and 29 to 36) without their group term.
    """

    title = "transformed l1"

    lam: float = 3e-4
    absolute: bool = True
    a: float = 0.01

    def regularizer(self, layer: int, layers: int) -> TransformedL1:
        return TransformedL1(self.a)
