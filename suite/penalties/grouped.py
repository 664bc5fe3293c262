"""Penalties of a matrix whose rows are groups of weights."""

from __future__ import annotations

import math
from dataclasses import dataclass

from suite.base.lazy import torch
from suite.penalties.base import Grouped, representable, soft_threshold


def group_norms(w: torch.Tensor) -> torch.Tensor:
    """||w_g||_2 of every row, shape (groups,), with gradient 0 (never NaN) at a zero row."""
    squares = w.square().sum(1)
    zero = squares == 0
    return squares.masked_fill(zero, 1).sqrt().masked_fill(zero, 0)


@dataclass(frozen=True)
class GroupLasso(Grouped):
    """Group lasso: sum_g c ||w_g||_2 over the rows, c = sqrt(members), or 1 when `scale_by_size` is False.

    prox, row by row: w_g (1 - c step / ||w_g||_2)_+; unique, so there are no ties.
    Source: Yuan and Lin (2006). The size factor stands in Scardapane et al. (2017) and Bui et al. (2019), not in Yoon and Hwang
    (2017) nor in Ma et al. (2019), eq 23.
    """

    scale_by_size: bool = True

    def _scale(self, w: torch.Tensor) -> float:
        return math.sqrt(w.shape[1]) if self.scale_by_size else 1.0

    def _value(self, w: torch.Tensor) -> torch.Tensor:
        return self._scale(w) * group_norms(w).sum()

    def _prox(self, w: torch.Tensor, step: float) -> torch.Tensor:
        norms, t = group_norms(w), self._scale(w) * step
        factor = (1 - t / norms).clamp(min=0).masked_fill(norms <= t, 0)
        return w * factor.unsqueeze(1)


@dataclass(frozen=True)
class ExclusiveLasso(Grouped):
    """Exclusive lasso: 1/2 sum_g ||w_g||_1^2 over the rows.

    prox, row by row: the soft threshold of w_g at tau, where tau = step ||prox(w_g)||_1; unique, so there are no ties. With u the
    magnitudes in falling order,
        tau = max_k  (u_1 + ... + u_k) / (1/step + k).
    That maximum needs a sort; the same tau is the root of the convex, piecewise linear sum_i (|w_i| - tau)_+ - tau / step, on
    which Newton's method started at 0 rises to the root in finitely many steps, all rows at once, at a fraction of the time on a CPU.
    Elsewhere the sort is taken: Newton's method must look at numbers to know its end, and a GPU would wait for that.
    `cges_authors_exclusive_map` is another map. Source: Zhou, Jin and Hoi (2010); Kowalski (2009).
    """

    def _value(self, w: torch.Tensor) -> torch.Tensor:
        return w.abs().sum(1).square().sum() / 2

    def _prox(self, w: torch.Tensor, step: float) -> torch.Tensor:
        threshold = _threshold_by_newton if w.device.type == "cpu" else _threshold_by_sorting
        return soft_threshold(w, threshold(w.abs(), step))


def _threshold_by_sorting(r: torch.Tensor, step: float) -> torch.Tensor:
    """tau of every row of magnitudes, shape (groups, 1)."""
    sums = r.sort(dim=1, descending=True).values.cumsum(1, dtype=torch.float64)
    counts = torch.arange(1, r.shape[1] + 1, dtype=torch.float64, device=r.device)
    return (sums / (representable(1 / step, sums) + counts)).amax(1, keepdim=True).to(r.dtype)


def _threshold_by_newton(r: torch.Tensor, step: float) -> torch.Tensor:
    """The same, without a sort."""
    inverse = representable(1 / step, r)
    tau = r.new_zeros(r.shape[0], 1)
    survivors = torch.full_like(tau, math.inf)
    while True:
        excess = (r - tau).clamp(min=0)
        count = excess.sign().sum(1, keepdim=True)
        if not bool((count < survivors).any()):
            return tau
        survivors = count
        newton = tau + (excess.sum(1, keepdim=True) - inverse * tau) / (inverse + count.clamp(min=1))
        tau = torch.maximum(tau, newton)  # equal in exact arithmetic; under rounding it makes the counts fall, hence the end sure


def cges_authors_exclusive_map(w: torch.Tensor, step: float) -> torch.Tensor:
    """sgn(w) (|w| - step ||w_g||_1)_+ on the rows of `w`: the map that stands for the exclusive lasso in Yoon and Hwang (2017).

    It takes the norm of the row before the step where `ExclusiveLasso.prox` takes that after it, so it shrinks more and is not a
    proximal map of 1/2 ||w_g||_1^2; a row with step >= max |w_i| / ||w_g||_1 dies at once.
    """
    return soft_threshold(w, representable(step, w) * w.abs().sum(1, keepdim=True))
