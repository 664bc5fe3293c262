"""Metrics that finished runs lack, as they are older than the metric, from their final weights: nothing is trained."""

from __future__ import annotations

from pathlib import Path

from suite.experiment.program import program_of
from suite.experiment.task import Task
from suite.records.results import Results
from suite.records.store import Store
from suite.runs.environment import code_state
from suite.runs.worker import prepare_process


def rescore(stored: Results, out: Path, data_root: str | None, device: str) -> dict[str, list[str]]:
    """Add to the records of finished runs, stored in `out`, what they lack; what they have stays. By key, the metrics added.

    A record says under "rescored" which metrics were added, and by which code, each time. Runs whose program keeps
    no weights are passed over. Raises SuiteError where the weights of one are gone.
    """
    store = Store.of(out, stored.reproduction.home, stored.profile)
    prepare_process()
    added: dict[str, list[str]] = {}
    for key, record in stored.records.items():
        if record["status"] != "done":
            continue
        spec = stored.experiment.specs[key]
        found = program_of(spec.method).rescored(Task(spec, stored.profile, store.folder, data_root, device))
        if new := {name: value for name, value in found.items() if name not in record["metrics"]}:
            added[key] = list(new)
            notes = [*record.get("rescored", []), {"metrics": list(new), **code_state()}]
            store.write(record | {"metrics": record["metrics"] | new, "rescored": notes})
    return added
