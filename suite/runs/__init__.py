"""Runs: what identifies one, where its record is kept, and who computes it."""
