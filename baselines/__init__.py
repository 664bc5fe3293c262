"""Reimplemented baselines, one file each; the same shape as `suite/proposed/`."""
