"""Everything a run needs to go on where it stopped."""

from __future__ import annotations

import logging
import os
import pickle
from pathlib import Path

import torch

log = logging.getLogger(__name__)


def save(path: Path, state: dict) -> None:
    """Write a checkpoint under a temporary name and rename it: a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        torch.save(state, scratch)
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def load(path: Path, device: str | torch.device = "cpu") -> dict | None:
    """The checkpoint, or None when there is none that can be read (training then starts anew)."""
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except FileNotFoundError:
        return None
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, pickle.UnpicklingError) as error:
        log.warning("checkpoint %s cannot be read (%s); the run starts anew", path.name, error)
        return None
