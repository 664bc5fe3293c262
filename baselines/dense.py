"""Training without a penalty."""

from __future__ import annotations

from suite.methods.base import Method


class Dense(Method):
    """The loss alone: the accuracy that a sparse method is measured against."""

    title = "dense"
