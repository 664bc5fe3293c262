"""Records with made-up numbers."""

from __future__ import annotations


def record(spec, profile="smoke", status="done", **metrics):
    """A record as a worker writes it, with made-up numbers."""
    names = ("weight_sparsity", "weight_sparsity_exact", "neuron_sparsity", "parameters_left", "flops_left", "best_test_error")
    return {
        "schema": 1,
        "key": spec.key,
        "method": spec.method.row,
        "label": spec.method.label,
        "seed": spec.seed,
        "dataset": spec.dataset,
        "model": spec.model,
        "profile": profile,
        "status": status,
        "epochs": 2,
        "spec": spec.identity(),
        "metrics": {"test_error": 1.0, **dict.fromkeys(names, 50.0), **metrics} if status == "done" else {},
        "views": {},
        "layers": {},
        "curves": {"train_loss": [1.0, 0.5], "test_error": [2.0, 1.0], "seconds": [3.0, 3.0]},
        "data": {"checksum": "0" * 64, "n_train": 100, "n_test": 10},
        "cost": {"wall_seconds": 7.0, "cpu_seconds": 7.0, "training_seconds": 6.0, "peak_memory_mb": 1.0},
        "environment": {
            "device": "cpu",
            "cpu": "made up",
            "threads": 1,
            "python": "3.11",
            "packages": {"torch": "2.6"},
            "git_commit": None,
            "git_dirty": None,
        },
    }
