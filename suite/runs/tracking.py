"""MLflow as a view of finished runs: `mlflow ui --backend-store-uri sqlite:///<root>/mlflow.db` shows what the records hold.

The store of records is complete without it. Where MLflow is missing or its database cannot be used, that is said once and the runs go on.
"""

from __future__ import annotations

import logging
import math
import os
import sqlite3
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Any

from suite.base.stopping import held
from suite.data.locks import lock
from suite.experiment.spec import RunSpec
from suite.methods.base import Method
from suite.runs.executors import Result

log = logging.getLogger(__name__)

DATABASE = "mlflow.db"
MOST_PARAMS = 100
LONGEST_TAG = 1000


def optional(call: Callable[..., None]) -> Callable[..., None]:
    """A method of Tracker that gives up tracking, with one warning, where MLflow fails: a view never costs a result."""

    @wraps(call)
    def guarded(self: Tracker, *arguments: Any) -> None:
        if self.broken:
            return
        try:
            with quiet(), held():  # a database that is left in the middle of something stays locked
                call(self, *arguments)
        except Exception as error:
            self.broken = True
            reason = str(error).partition("\n")[0]
            log.warning("MLflow shows nothing of these runs (%s: %s); their records are complete", type(error).__name__, reason)

    return guarded


class Tracker:
    """A watcher that shows the runs of one table in MLflow: one run for this call of the table, one below it for every computed run.

    The database is `root`/mlflow.db, the experiment the reproduction's id. Database and experiment are made by `plan`, that is in the
    parent process before any worker starts. A run is logged when it ends, with one batch of metrics an epoch; reused runs are in the
    database already, and where nothing is to be computed it is not touched.
    """

    def __init__(self, root: Path, id: str, profile: str) -> None:
        self.root, self.id, self.profile = Path(root).resolve(), id, profile
        self.broken = False
        self.client: Any = None
        self.planned = self.recorded = 0

    @property
    def uri(self) -> str:
        return f"sqlite:///{self.root / DATABASE}"

    @optional
    def plan(self, specs: list[RunSpec], known: dict[str, dict]) -> None:
        if not specs:
            return
        self.planned = len(specs)
        self.root.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.root / DATABASE)) as database:
            database.execute("PRAGMA schema_version")  # MLflow tries a database it cannot open ten times, for a minute and a half
        from mlflow.tracking import MlflowClient

        with quiet(), lock(self.root / f".{DATABASE}.lock", timeout=60):  # `quiet` again: importing MLflow sets its log level
            client = MlflowClient(tracking_uri=self.uri)
            found = client.get_experiment_by_name(self.id)
            artifacts = (self.root / "mlartifacts").as_uri()
            self.experiment = found.experiment_id if found else client.create_experiment(self.id, artifact_location=artifacts)
        tags = {"profile": self.profile, "planned": str(len(specs)), "reused": str(len(known))}
        self.parent = client.create_run(self.experiment, run_name=f"{self.id} {self.profile}", tags=tags).info.run_id
        self.client = client

    def epoch(self, key: str, epoch: int, error: float) -> None:
        """Nothing: a run is logged when it ends."""

    @optional
    def result(self, result: Result) -> None:
        if self.client is None:
            return
        spec, record = result.task.spec, result.record
        status = record["status"] if record else "failed"
        tags = {"mlflow.parentRunId": self.parent, "method": spec.method.row, "seed": str(spec.seed), "key": spec.key}
        tags |= {"profile": self.profile, "status": status}
        if result.failure:
            tags["error"] = str(result.failure.get("error", ""))[:LONGEST_TAG]
        now = round(1000 * time.time())
        start = now - round(1000 * record["cost"]["wall_seconds"]) if record else now
        name = f"{spec.method.row} seed {spec.seed}"
        run = self.client.create_run(self.experiment, start_time=start, tags=tags, run_name=name).info.run_id
        self.log(run, now, params=parameters(spec))
        if record:
            self.recorded += 1
            for epoch in range(len(record["curves"]["seconds"])):
                curves = {f"epoch/{name}": values[epoch] for name, values in record["curves"].items()}
                self.log(run, start, curves, step=epoch + 1)
            self.log(run, now, final_metrics(record), step=record["epochs"])
        self.client.set_terminated(run, "FINISHED" if status == "done" else "FAILED", end_time=now)

    @optional
    def close(self) -> None:
        if self.client is not None:
            self.client.set_terminated(self.parent, "FINISHED" if self.recorded == self.planned else "FAILED")

    @optional
    def tell(self, tags: dict[str, str]) -> None:
        """Tags of the run of this call, once there is something to say of its results."""
        for name, text in tags.items() if self.client is not None else ():
            self.client.set_tag(self.parent, name, text[:LONGEST_TAG])

    def log(self, run: str, when: int, metrics: dict[str, Any] | None = None, params: dict[str, str] | None = None, step: int = 0) -> None:
        """One batch; what is no finite number is left out of the metrics."""
        from mlflow.entities import Metric, Param

        numbers = {k: v for k, v in (metrics or {}).items() if isinstance(v, (int, float)) and math.isfinite(v)}
        self.client.log_batch(
            run,
            metrics=[Metric(name, value, when, step) for name, value in numbers.items()],
            params=[Param(name, value) for name, value in (params or {}).items()],
        )


def parameters(spec: RunSpec) -> dict[str, str]:
    """Every field of a spec, defaults included, as "schedule.epochs": "200"; at most the 100 that MLflow takes at once."""
    flat: dict[str, str] = {}

    def add(prefix: str, value: Any) -> None:
        if not is_dataclass(value) or isinstance(value, type):
            flat[prefix] = str(value)
            return
        if isinstance(value, Method):
            flat[prefix] = value.name
        for f in fields(value):
            add(f"{prefix}.{f.name}".lstrip("."), getattr(value, f.name))

    add("", spec.setup)
    add("schedule", spec.schedule)
    add("seed", spec.seed)
    return dict(list(flat.items())[:MOST_PARAMS])


def final_metrics(record: dict) -> dict[str, Any]:
    """Metrics of the scored network, those of each other view as "view/metric", and the costs as "cost/wall_seconds"."""
    views = {f"{view}/{name}": value for view, v in record["views"].items() for name, value in v["metrics"].items()}
    return record["metrics"] | views | {f"cost/{name}": value for name, value in record["cost"].items()}


@contextmanager
def quiet() -> Iterator[None]:
    """MLflow without telemetry, INFO lines and its dependencies' deprecation warnings; settings are put back on leaving."""
    switch = "MLFLOW_DISABLE_TELEMETRY"
    before = os.environ.get(switch)
    loggers = {logger: logger.level for logger in map(logging.getLogger, ("mlflow", "alembic"))}
    os.environ[switch] = "true"
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in loggers.items():
            logger.setLevel(level)
        if before is None:
            os.environ.pop(switch, None)
        else:
            os.environ[switch] = before
