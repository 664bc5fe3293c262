"""Ridge regression on all weights, or weight decay (Hoerl and Kennard 1970)."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.proximal import Proximal
from suite.penalties import Ridge


@dataclass(unsafe_hash=True, kw_only=True)
class WeightDecay(Proximal):
    """Loss + lambda / 2 ||W||_2^2: a step on the loss, then w <- w / (1 + gamma lambda). No weight becomes zero: the control.

    "l2" in Figure 4 of Ma et al. 2019. The decay is outside the optimiser, so that Adam does not rescale it (compare Loshchilov
    and Hutter 2019).
    """

    title = "l2"

    lam: float = 3e-4
    absolute: bool = True

    def regularizer(self, layer: int, layers: int) -> Ridge:
        return Ridge()
