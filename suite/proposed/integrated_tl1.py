"""Integrated transformed L1: group sparsity and TL1, weighed against each other layer by layer (Ma, Miao, Niu and Zhang 2019)."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.proximal import Proximal, growing
from suite.penalties import IntegratedTL1


@dataclass(unsafe_hash=True, kw_only=True)
class IntegratedTransformedL1(Proximal):
    """min_W Loss(W) + lambda sum_l [ mu_l sum_ij rho_a(w_ij) + (1 - mu_l) sum_g ||w_g||_2 ], rho_a(x) = (a+1)|x| / (a+|x|).

    Equations 11 to 17. Stochastic proximal gradient (21 and 22), with the learning rate as its step gamma:
        W   <- W - gamma grad Loss(W)                                        on a mini-batch, by the optimiser
        w_g <- (1 - gamma lambda (1 - mu_l) / ||w_g||_2)_+ w_g               group by group (23)
        w   <- argmin_x  gamma lambda mu_l rho_a(x) + 1/2 (x - w)^2          weight by weight (24 to 36): `TransformedL1`
    so that weights and groups become exactly zero. A group holds the weights that leave one input unit or, in a convolution, one
    input channel at one kernel position (`convention`). Biases are free.

    a         shape of rho_a: the number of weights as a -> 0, their L1 norm as a -> inf
    mu_low    m, the least weight of the TL1 term: mu_l = m + (1 - 2m) l / (L - 1), so that group sparsity leads in the lower
              layers and TL1 in the upper ones
    mu        one mu for all layers in place of the growing one; 0 is group lasso without the size factor, 1 is TL1 alone

    lam, a and mu_low are those of the script for MNIST that appears to be the authors', which also has the factors 1, 1, 1/15
    and 1/144. Departures from it: it chooses the branch of the threshold (33) once, at the first learning rate, and here the
    branch follows the schedule; it gives NaN for a group of zeros (0 times infinity) and for a strength that takes the arccos of
    (30) out of its domain, and neither happens here.
    """

    title = "integrated TL1"

    lam: float = 3e-4
    absolute: bool = True
    a: float = 0.01
    mu_low: float = 0.2
    mu: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.mu = None if self.mu is None else float(self.mu)

    def regularizer(self, layer: int, layers: int) -> IntegratedTL1:
        mu = growing(self.mu_low, layer, layers) if self.mu is None else self.mu
        return IntegratedTL1(mu=mu, a=self.a)
