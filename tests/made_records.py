"""Whole records with made-up numbers: what a worker writes, without the work."""

from __future__ import annotations

from suite.data.checksum import KNOWN

SHARES = ("weight_sparsity", "weight_sparsity_exact", "neuron_sparsity", "parameters_left", "flops_left", "best_test_error")
ENVIRONMENT = {
    "device": "cpu",
    "cpu": "made up",
    "threads": 1,
    "python": "3.11",
    "packages": {"torch": "2.6"},
    "git_commit": None,
    "git_dirty": None,
}


def made(spec, profile="smoke", status="done", **metrics):
    """The record of a run."""
    epochs = spec.method.schedule(spec.schedule).epochs
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
        "epochs": epochs,
        "spec": spec.identity(),
        "metrics": {"test_error": 1.0, **dict.fromkeys(SHARES, 50.0), **metrics} if status == "done" else {},
        "views": {},
        "layers": {},
        "curves": {"train_loss": [0.5] * epochs, "test_error": [1.0] * epochs, "seconds": [3.0] * epochs},
        "data": {"checksum": KNOWN[spec.dataset], "n_train": 100, "n_test": 10},
        "cost": {"wall_seconds": 7.0, "cpu_seconds": 7.0, "training_seconds": 6.0, "peak_memory_mb": 1.0},
        "environment": dict(ENVIRONMENT),
    }
