"""Metrics that finished runs lack, as they are older than the metric, from their final weights: nothing is trained."""

from __future__ import annotations

import importlib
from pathlib import Path

from suite.experiment.reproduction import Reproduction
from suite.experiment.task import Task
from suite.records.results import Results
from suite.records.store import Store
from suite.runs.environment import code_state
from suite.runs.worker import prepare_process


def rescore(table: Reproduction, profile: str, out: Path, data_root: str | None, device: str) -> dict[str, list[str]]:
    """Add to the stored records of a table's finished runs what they lack; what they have stays. By key, the metrics added.

    A record says under "rescored" which metrics were added, and by which code, each time. Runs whose program has no `rescored`, as it
    keeps no weights, are passed over. Raises SuiteError where there are no runs, or the weights of one are gone.
    """
    stored, store = Results.there(table, profile, out), Store.of(out, table.home, profile)
    prepare_process()
    added: dict[str, list[str]] = {}
    for key, record in stored.records.items():
        program = importlib.import_module(stored.specs[key].method.program)
        if record["status"] != "done" or not hasattr(program, "rescored"):
            continue
        found = program.rescored(Task(stored.specs[key], profile, store.folder, data_root, device))
        if new := {name: value for name, value in found.items() if name not in record["metrics"]}:
            added[key] = list(new)
            notes = [*record.get("rescored", []), {"metrics": list(new), **code_state()}]
            store.write(record | {"metrics": record["metrics"] | new, "rescored": notes})
    return added
