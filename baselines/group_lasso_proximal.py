"""Group lasso on neurons by proximal gradient (Yuan and Lin 2006)."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.proximal import Proximal
from suite.penalties import GroupLasso


@dataclass(unsafe_hash=True, kw_only=True)
class GroupLassoProximal(Proximal):
    """Loss + lambda sum_g c ||w_g||_2: a step on the loss, then w_g <- (1 - gamma lambda c / ||w_g||_2)_+ w_g; whole groups die.

    scale_by_size    True: c = sqrt(|g|); False: c = 1, the group term of Ma et al. 2019 (equation 23) alone

    "Group sparsity" in their study of DIGITS. `group_lasso` is the same penalty by subgradient.
    """

    title = "group lasso (proximal)"

    lam: float = 3e-4
    absolute: bool = True
    scale_by_size: bool = True

    def regularizer(self, layer: int, layers: int) -> GroupLasso:
        return GroupLasso(scale_by_size=self.scale_by_size)
