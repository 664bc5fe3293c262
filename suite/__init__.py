"""A benchmark and reproducibility suite for sparsity-inducing training."""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["__version__", "reproduce"]


def __getattr__(name: str):
    if name == "reproduce":
        from suite.app.api import reproduce

        return reproduce
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
