"""A method that fails, dies, diverges, dawdles or waits on demand; a module of its own, so that worker processes find it too."""

from __future__ import annotations

import math
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from suite.base import checkpoint
from suite.methods.base import Method


@dataclass(unsafe_hash=True, kw_only=True)
class Misbehaving(Method):
    """how: "fails" and "dies" do so in the second epoch unless the file `folder`/again exists; "diverges"; "dawdles"; "waits" at the end
    of an epoch, counted from 0, such as the fourth for as long as the file `folder`/wait3 exists."""

    title = "misbehaving"

    how: str
    folder: str = ""

    def prepare(self, model, context):
        super().prepare(model, context)
        if self.how in ("dies", "dawdles", "waits"):
            checkpoint.SECONDS = -1.0  # in a worker process of its own

    def penalty(self):
        return math.nan * self.model.fc3.bias.sum() if self.how == "diverges" else None

    def after_step(self):
        if self.how == "dawdles":
            time.sleep(0.1)

    def after_epoch(self, epoch):
        if not self.folder:
            return
        folder = Path(self.folder)
        with open(folder / "epochs", "a") as file:
            print(epoch, file=file)
        (folder / "pid").write_text(str(os.getpid()))
        while (folder / f"wait{epoch}").exists():
            time.sleep(0.02)
        if epoch != 1 or (folder / "again").exists():
            return
        (folder / "again").touch()
        if self.how == "fails":
            raise ArithmeticError("out of luck")
        if self.how == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
