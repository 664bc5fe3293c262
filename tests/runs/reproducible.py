"""What of records must be the same whoever computes the runs."""

from __future__ import annotations

TIMED = ("latency_dense_ms", "latency_compact_ms")


def reproducible(records: dict[str, dict], but: tuple[str, ...] = ()) -> dict[str, dict]:
    """Records by key without what is timed, and without the fields in `but`."""
    return {key: _reproducible(record, ("cost", *but)) for key, record in records.items()}


def _reproducible(record: dict, but: tuple[str, ...]) -> dict:
    kept = {name: value for name, value in record.items() if name not in but}
    kept["curves"] = {name: values for name, values in record["curves"].items() if name != "seconds"}
    kept["metrics"] = {name: value for name, value in record["metrics"].items() if name not in TIMED}
    return kept
