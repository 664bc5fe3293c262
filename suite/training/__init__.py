"""The one training loop, its schedule, seeds, checkpoints and evaluation."""
