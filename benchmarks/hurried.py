"""A method that has a checkpoint written after every epoch, for what is killed again and again; a module of its own, for the workers."""

from __future__ import annotations

from dataclasses import dataclass

from baselines.group_lasso import GroupLassoTraining
from suite.base import checkpoint


@dataclass(unsafe_hash=True, kw_only=True)
class Hurried(GroupLassoTraining):
    """Group lasso, in a hurry."""

    title = "hurried"

    def prepare(self, model, context):
        super().prepare(model, context)
        checkpoint.SECONDS = -1.0
