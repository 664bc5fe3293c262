"""The form of a record of schema 1, checked by pydantic: which fields there are, and of what type. docs/architecture.md says what each is.

A field that not all records have has a default here; fields that are not named here are let through.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0, lt=2**63)]
Amount = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=100)]
Curve = list[float | None]
Filters = list[list[list[list[float | None]]]]

SCHEMA = 1


class Part(BaseModel):
    """Types are taken as they are, so that 1 is no text and true no number; no number is infinite."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class Named(Part):
    name: str


class Spec(Part):
    """What is asked of a run's identity here; its key is the hash of all of it."""

    dataset: str
    model: str
    method: Named
    schedule: dict[str, Any]
    seed: Count = 0
    validation: float = 0.0


class View(Part):
    label: str
    metrics: dict[str, Any]


class Curves(Part):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Curve]

    seconds: list[Amount]


class Data(Part):
    checksum: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    n_train: Count | None = None
    n_test: Count | None = None
    n_validation: Count | None = None
    epoch_steps: Count | None = None
    starts: Count | None = None


class Cost(Part):
    wall_seconds: Amount
    cpu_seconds: Amount
    training_seconds: Amount
    peak_memory_mb: Amount
    peak_gpu_memory_mb: Amount | None = None


class Environment(Part):
    device: str
    cpu: str | None
    threads: Count
    python: str
    packages: dict[str, str | None]
    git_commit: str | None = None
    git_dirty: bool | None = None
    gpu: str | None = None
    suite: str | None = None
    cpu_kind: str | None = None


class Record(Part):
    """All but `schema` itself."""

    key: str
    method: str
    label: str
    seed: Count
    dataset: str
    model: str
    profile: str
    status: Literal["done", "diverged"]
    epochs: Count
    spec: Spec
    metrics: dict[str, Any]
    views: dict[str, View]
    layers: dict[str, Share]
    curves: Curves
    filters: Filters | None = None
    network: dict[str, Count] | None = None
    data: Data
    cost: Cost
    environment: Environment
    rescored: list[dict[str, Any]] = []
