"""Computing one run from its spec to its record, in whatever process an executor calls it."""

from __future__ import annotations

import ctypes

from suite.base.bound import Bound
from suite.base.checkpoint import Checkpoint
from suite.experiment.program import program_of
from suite.experiment.spec import PROTOCOL
from suite.experiment.task import OnEpoch, Task


def prepare_process(threads: int = 1) -> None:
    """Settings of a process that trains: thread count, flushed denormals, memory kept between steps; on a GPU, products of float32
    numbers in float32 (by default convolutions round them to TF32, ten bits), and the same sums every time.

    As weights die they turn denormal, and arithmetic on denormals is many times slower. Buffers of a few megabytes that are given
    back to the system and taken again at every step cost a page fault per 4 KiB; glibc is told to keep them.
    """
    import torch

    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.deterministic = True
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(-3, 32 << 20)  # M_MMAP_THRESHOLD, at its greatest
        libc.mallopt(-1, 1 << 30)  # M_TRIM_THRESHOLD
    except (OSError, AttributeError, TypeError):
        pass  # another C library: slower, nothing else


def compute(task: Task, on_epoch: OnEpoch = lambda epoch, error: None) -> dict:
    """The record of a run. Its checkpoint stays until the record is stored, since only then the run cannot be lost.

    The program of its method computes it; what every record has is added here.
    """
    import torch

    from suite.runs.environment import environment

    spec, on_gpu = task.spec, task.device.startswith("cuda")
    if on_gpu:
        torch.cuda.init()  # without it there are no statistics to reset
        torch.cuda.reset_peak_memory_stats(task.device)
    modules = (spec.method.program, type(spec.method).__module__)
    checkpoint = Checkpoint(Bound(task.folder / "checkpoints" / f"{spec.key}.pt", spec.key, PROTOCOL, modules))
    found = program_of(spec.method).compute(task, checkpoint, on_epoch)
    return {
        "schema": 1,
        "key": spec.key,
        "method": spec.method.row,
        "label": spec.method.label,
        "seed": spec.seed,
        "dataset": spec.dataset,
        "model": spec.model,
        "profile": task.profile,
        "status": found.pop("status"),
        "epochs": found.pop("epochs"),
        "spec": spec.identity(),
        **found,
        "cost": {
            **checkpoint.meter.cost(),
            "training_seconds": sum(found["curves"]["seconds"]),
            **({"peak_gpu_memory_mb": torch.cuda.max_memory_allocated(task.device) / 2**20} if on_gpu else {}),
        },
        "environment": environment(task.device),
    }
