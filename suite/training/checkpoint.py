"""Everything a run needs to go on where it stopped."""

from __future__ import annotations

import logging
import pickle
from pathlib import Path

import torch

from suite.files import replaced

log = logging.getLogger(__name__)


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
