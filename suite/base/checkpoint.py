"""Runs that can stop and go on: their checkpoints, and the loop over their epochs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Protocol

from suite.base.bound import Bound, copied
from suite.base.meter import Meter

log = logging.getLogger(__name__)

SECONDS = 30.0
"""About so often a run writes one."""
COPY_SECONDS = 1.0
"""At most so often, besides, it copies its state in memory."""


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
        """Go on from there, bit for bit. An exception where that is no state of such a run, or not a finite one."""


class Checkpoint:
    """The file that a run goes on from, a copy of its last state in memory that goes there when it is stopped, and what it has cost."""

    def __init__(self, file: Bound) -> None:
        self.file, self.meter = file, Meter()
        self.copy: dict[str, Any] | None = None
        self.copied = self.written = time.monotonic()

    def resume(self, run: Resumable) -> None:
        """Bring a run that has not begun to where the file says; where that cannot be, it stays as it was."""
        state = self.file.load(run.device)
        if state is None:
            return
        fresh = copied(run.state_dict(), run.device)
        try:
            self.copy = copied(state)
            run.load_state_dict(state)
            self.meter.add(state["cost"])
        except Exception as error:
            self.copy = None
            self.file.refuse(error)
            run.load_state_dict(fresh)

    def keep(self, run: Resumable, last: bool) -> None:
        """To be told of every epoch: copies the state, and writes it, as time passes; after the last epoch if more than a second is new."""
        now, often = time.monotonic(), min(COPY_SECONDS, SECONDS)
        due = now - self.written > (often if last else SECONDS)
        if due or now - self.copied > often:
            self.copy, self.copied = copied(run.state_dict()), now
        if due:
            self.write()

    def write(self) -> None:
        """The copy goes into the file, with what the run has cost by now."""
        if self.copy is not None:
            self.file.save(self.copy | {"cost": self.meter.cost()})
            self.written = time.monotonic()


def to_the_end(
    run: Resumable,
    epochs: int,
    checkpoint: Checkpoint | None = None,
    on_epoch: Callable[[int, float], None] = lambda epoch, error: None,
) -> str:
    """Advance to the last epoch, from the checkpoint if there is one: "done", or "diverged" where an epoch was not finite.

    Whatever ends it, at most an epoch and a second are lost.
    """
    if checkpoint:
        checkpoint.resume(run)
    try:
        while run.epoch < epochs:
            finite = run.advance()
            if finite and checkpoint:
                checkpoint.keep(run, last=run.epoch == epochs)
            on_epoch(run.epoch, run.last_error())
            if not finite:
                return "diverged"
    except BaseException:
        if checkpoint:
            put_away(checkpoint)
        raise
    return "done"


def put_away(checkpoint: Checkpoint) -> None:
    """Write the file, as the run is stopped by something that matters more than a full disk."""
    try:
        checkpoint.write()
    except Exception as error:
        log.warning("%s", error)
