"""What a run costs: seconds and memory, over all the parts that it was computed in."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

PROCESS = Path("/proc/self")


class Meter:
    """Measures from when it is made. `add` counts what an earlier part of the same run took, whose work this one goes on with."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        self.earlier: dict[str, Any] = {}
        with suppress(OSError):
            (PROCESS / "clear_refs").write_text("5")  # the highest memory of this process is that from now on

    def add(self, earlier: dict[str, Any]) -> None:
        self.earlier = earlier

    def cost(self) -> dict[str, Any]:
        """So far. parts: how many there were, where the run was resumed."""
        before = self.earlier
        found = {
            "wall_seconds": time.perf_counter() - self.wall + before.get("wall_seconds", 0.0),
            "cpu_seconds": time.process_time() - self.cpu + before.get("cpu_seconds", 0.0),
            "peak_memory_mb": max(peak_memory_mb(), before.get("peak_memory_mb", 0.0)),
        }
        return found | ({"parts": before.get("parts", 1) + 1} if before else {})


def peak_memory_mb() -> float:
    """Highest memory in MiB: on Linux since the last `Meter` was made, elsewhere of the process so far, 0 where it is not known."""
    with suppress(OSError, StopIteration):
        lines = (PROCESS / "status").read_text().splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:"))) / 1024
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
