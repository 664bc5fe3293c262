"""The machine and the software a run was computed with. No host name, no path."""

from __future__ import annotations

import platform
import subprocess
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("torch", "torchvision", "numpy", "scipy", "pandas", "scikit-learn", "fvcore")


def git(*arguments: str) -> str | None:
    """What git says about the checkout this package lies in; None outside a checkout or without git."""
    try:
        folder = Path(__file__).resolve().parent
        return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


@cache
def processor() -> str:
    """The processor's model name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


@cache
def processor_kind() -> str:
    """Family, model and stepping of the processor and the vector instructions that torch takes: what rounding can depend on.

    A name such as "AMD EPYC" is that of several, which sum in different orders.
    """
    import torch

    numbers = []
    with suppress(OSError):
        lines = dict(line.replace("\t", "").split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
        numbers = [f"{name} {lines[name].strip()}" for name in ("cpu family", "model", "stepping") if name in lines]
    return ", ".join([*numbers, torch.backends.cpu.get_cpu_capability()])


@cache
def installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@cache
def code_state() -> dict:
    """Commit and whether tracked files differ from it; None where the checkout around the package is somebody else's."""
    if git("ls-files", "--error-unmatch", Path(__file__).name) is None:
        return {"git_commit": None, "git_dirty": None}
    status = git("status", "--porcelain", "--untracked-files=no")
    return {"git_commit": git("rev-parse", "HEAD"), "git_dirty": None if status is None else bool(status)}


def environment(device: str) -> dict:
    """Software versions, hardware and threads of this process."""
    import torch

    return {
        **code_state(),
        "python": platform.python_version(),
        "packages": {name: installed(name) for name in PACKAGES},
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": processor(),
        "cpu_kind": processor_kind(),
        "gpu": torch.cuda.get_device_name(device) if device.startswith("cuda") else None,
        "device": device,
        "threads": torch.get_num_threads(),
        "flush_denormal": True,
        "suite": installed("suite"),
        "byteorder": sys.byteorder,
    }
