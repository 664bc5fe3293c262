"""Runs that can stop and go on: their checkpoints, and the loop over their epochs."""

from __future__ import annotations

import logging
import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import torch

from suite.base.files import replaced

log = logging.getLogger(__name__)

SECONDS = 30.0
"""About so often a run writes one."""


def save(path: Path, state: dict) -> None:
    """Write a checkpoint, whole or not at all."""
    with replaced(path) as scratch:
        torch.save(state, scratch)


def load(path: Path, device: str | torch.device = "cpu") -> dict | None:
    """The checkpoint, or None when there is none that can be read (training then starts anew)."""
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except FileNotFoundError:
        return None
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, pickle.UnpicklingError) as error:
        log.warning("checkpoint %s cannot be read (%s); the run starts anew", path.name, error)
        return None


class Resumable(Protocol):
    """A run that goes epoch by epoch. epoch: how many are done. device: where its tensors lie."""

    epoch: int
    device: Any

    def advance(self) -> bool:
        """One more epoch; False where what is computed is not finite any more."""

    def last_error(self) -> float:
        """Test error in percent after the last epoch; NaN where there is none."""

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next epoch depends on."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there, bit for bit."""


def to_the_end(
    run: Resumable, epochs: int, path: Path | None = None, on_epoch: Callable[[int, float], None] = lambda epoch, error: None
) -> str:
    """Advance to the last epoch, from the checkpoint at `path` if there is one: "done", or "diverged" where an epoch was not finite.

    About every `SECONDS` the state is written to `path`.
    """
    state = load(path, run.device) if path else None
    if state:
        run.load_state_dict(state)
    saved = time.monotonic()
    while run.epoch < epochs:
        finite = run.advance()
        on_epoch(run.epoch, run.last_error())
        if not finite:
            return "diverged"
        if path and time.monotonic() - saved > SECONDS:
            save(path, run.state_dict())
            saved = time.monotonic()
    return "done"
