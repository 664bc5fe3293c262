"""Magnitude pruning after training (Han et al. 2015), one shot."""

from __future__ import annotations

from dataclasses import dataclass

from suite.methods.pruning import Pruning


@dataclass(unsafe_hash=True, kw_only=True)
class Magnitude(Pruning):
    """Remove the weights that are smallest in absolute value."""

    title = "magnitude pruning"

    def scores(self, name, weight):
        return weight.abs()
