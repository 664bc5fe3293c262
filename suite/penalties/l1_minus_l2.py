"""The difference of the L1 and L2 norms, which does not separate over the weights."""

from __future__ import annotations

from dataclasses import dataclass

from suite.base.lazy import torch
from suite.penalties.base import Penalty, fraction, soft_threshold


@dataclass(frozen=True)
class L1MinusL2(Penalty):
    """||w||_1 - alpha ||w||_2 of the whole tensor as one vector, any shape, 0 <= alpha <= 1 (alpha = 0 is L1).

    prox, with M = max |w_i| and z the soft threshold of w at step:
        M > step                         z (1 + alpha step / ||z||_2)
        (1 - alpha) step < M <= step     one non-zero: sgn(w_i) (M - (1 - alpha) step) at the first i with |w_i| = M
        M <= (1 - alpha) step            0
    Ties: in the middle case each i with |w_i| = M is as good, and the first in index order is taken. At M = step any vector of
    norm alpha step on those i, signed as w, is as good; the same one-sparse vector is taken.
    With alpha = 1 a one-sparse vector is free, so no step removes the last weight.
    Source: Lou and Yan (2018), Lemma 1.
    """

    alpha: float

    def __post_init__(self) -> None:
        fraction(alpha=self.alpha)

    def _value(self, w: torch.Tensor) -> torch.Tensor:
        return w.abs().sum() - self.alpha * torch.linalg.vector_norm(w)

    def _prox(self, w: torch.Tensor, step: float) -> torch.Tensor:
        z = soft_threshold(w, step)
        largest = z.abs().max()
        if largest != 0:
            unit = z / largest  # first to unit maximum: the squares of tiny weights would underflow
            return z + self.alpha * step * (unit / torch.linalg.vector_norm(unit))
        magnitude = w.abs()
        kept = (magnitude.max() - (1 - self.alpha) * step).clamp(min=0)
        first = magnitude.argmax()
        return torch.zeros_like(w).put_(first, torch.copysign(kept, w.take(first)))
