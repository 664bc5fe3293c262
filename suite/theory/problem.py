"""Learning a sparse weight of a no-overlap network by relaxed variable splitting, for many starts and settings at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suite.base.lazy import torch
from suite.penalties import Elementwise
from suite.theory.geometry import unit

if TYPE_CHECKING:
    from torch import Tensor

    from suite.theory.no_overlap import NoOverlap


class Problem:
    """L(u, w) = f(w) + lambda P(u) + beta/2 ||w - u||^2 (Dinh and Xin 2020, equation 9), and the step size eta for it.

    network        BinarizedNoOverlap(k) or ReLUNoOverlap(k): f and its coarse gradient
    penalty        P, a sum over the weights such as L1, L0 or TransformedL1
    w_star         the teacher, (d,) or one for each start (n, d), norm 1; its dtype and device are those of the computation
    lam, beta, eta numbers, or tensors of n, one for each start. Put starts with equal lam / beta next to each other: the proximal map
                   is called once for each run of equal steps.

    Raises ValueError if a number is out of range: lam, beta >= 0 and finite, eta > 0, and beta > 0 wherever lam > 0, since without
    the quadratic the penalty on u does not reach w.
    """

    def __init__(
        self,
        network: NoOverlap,
        penalty: Elementwise,
        w_star: Tensor,
        *,
        lam: float | Tensor,
        beta: float | Tensor,
        eta: float | Tensor,
    ) -> None:
        if not isinstance(penalty, Elementwise):
            raise ValueError(f"the penalty must be a sum over single weights, not {penalty!r}")
        self.network, self.penalty, self.w_star = network, penalty, unit(w_star)
        self.lam, self.beta, self.eta = (self._column(name, x) for name, x in (("lam", lam), ("beta", beta), ("eta", eta)))
        self.eta_beta = self.eta * self.beta
        lam_, beta_ = torch.broadcast_tensors(self.lam, self.beta)
        if not bool((self.eta > 0).all()):
            raise ValueError("eta must be positive")
        if bool(((beta_ == 0) & (lam_ > 0)).any()):
            raise ValueError("beta must be positive where lam is: without the quadratic the penalty does not reach w")
        ratios = torch.where(lam_ == 0, 0, lam_.double() / beta_.double()).flatten()
        values, counts = torch.unique_consecutive(ratios, return_counts=True)
        self._steps, self._sizes = values.tolist(), counts.tolist()

    def _column(self, name: str, x: float | Tensor) -> Tensor:
        """`x` as a tensor of shape (1, 1) or (n, 1)."""
        column = torch.as_tensor(x, dtype=self.w_star.dtype, device=self.w_star.device).reshape(-1, 1)
        if not bool(((column >= 0) & column.isfinite()).all()):
            raise ValueError(f"{name} must be finite and not negative")
        return column

    def check(self, w0: Tensor) -> None:
        """Raise ValueError unless `w0` is (n, d) in the dtype of `w_star`, with n and d those of all that was given per start."""
        if w0.dim() != 2 or w0.dtype != self.w_star.dtype or w0.shape[1] != self.w_star.shape[-1]:
            wanted = f"(n, {self.w_star.shape[-1]}) and {self.w_star.dtype}"
            raise ValueError(f"w0 must be {wanted}, not {tuple(w0.shape)} and {w0.dtype}")
        per_start = [x for x in (self.lam, self.beta, self.eta, self.w_star) if x.dim() == 2 and len(x) > 1]
        if any(len(x) != len(w0) for x in per_start) or self.w_star.dim() > 2:
            raise ValueError(f"lam, beta, eta and w_star must be one for all or one for each of the {len(w0)} starts")

    def threshold(self, w: Tensor) -> Tensor:
        """argmin_u L(u, w): the proximal map of P with step lambda / beta, a copy of `w` where lambda = 0."""
        if len(self._steps) == 1:
            return self._prox(w, self._steps[0])
        return torch.cat([self._prox(part, step) for part, step in zip(w.split(self._sizes), self._steps, strict=True)])

    def _prox(self, w: Tensor, step: float) -> Tensor:
        return self.penalty.prox(w, step) if step else w.clone()

    def penalties(self, u: Tensor) -> Tensor:
        """P of every row of `u`, (n,)."""
        return self.penalty._scalar(u.abs()).sum(-1)

    def tie(self, u: Tensor, w: Tensor, y: Tensor | None = None) -> Tensor:
        """||w - u||^2, and 2 <y, w - u> for scaled multipliers `y`; (n,)."""
        gap = w - u
        return (gap.square() if y is None else gap * (gap + 2 * y)).sum(-1)

    def augmented(self, loss: Tensor, penalties: Tensor, tie: Tensor) -> Tensor:
        """`loss` + lambda `penalties` + beta/2 `tie`, each (..., n)."""
        return loss + self.lam[:, 0] * penalties + self.beta[:, 0] / 2 * tie

    def lagrangian(self, u: Tensor, w: Tensor) -> Tensor:
        """L(u, w) of every start, (n,)."""
        return self.augmented(self.network.loss(w, self.w_star), self.penalties(u), self.tie(u, w))
