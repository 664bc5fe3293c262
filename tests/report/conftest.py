"""Synthetic records of a small table with everything in it that a table must cope with."""

import json
import os
import re
import shutil
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from suite.app.results import Results
from suite.data.checksum import KNOWN
from suite.experiment.claims import best_average_rank, comparable, lower, lowest
from suite.experiment.metrics import Column
from suite.experiment.reproduction import Cell, Profile, Reproduction, Scatter, grid
from suite.judging import published
from suite.methods import method
from suite.methods.base import Method
from suite.methods.schedule import Schedule
from suite.records.store import Store

SPECIAL = r"a_b & 50 % <x> | #1 {y} $z^2 ~ \end *c* β"


@dataclass(unsafe_hash=True, kw_only=True)
class Special(Method):
    title = SPECIAL

    @property
    def name(self) -> str:
        return "special"


PUBLISHED = """
[numbers]
source = "Some & Paper 2019, Table 1"
status = "exact"
n = 5
warning = "All of it is made up."

[numbers.rows.group_lasso]
weight_sparsity = { value = 89.5, sd = 0.2 }
neuron_sparsity = { value = 60.0, sd = 0.5 }
test_error = { value = 0.5, sd = 0.02 }

[numbers.rows.special]
warning = "50 % of this_row."
weight_sparsity = { value = 50.0, sd = "<0.01" }
test_error = { status = "not found" }

[numbers.rows."hard_concrete@gates ignored in the count"]
weight_sparsity = { value = 0.02, sd = 0.0 }

[picture]
source = "Some & Paper 2019, Figure 1"
status = "not found"
"""

error = Column("test_error", "test error", better="lower", tolerance=0.2)
weights = Column("weight_sparsity", "weight sparsity", better="higher", tolerance=1.5)
neurons = Column("neuron_sparsity", "neuron sparsity", better="higher")

PAPER = Schedule(epochs=200, milestones=(40, 80))
METHODS = [
    method("dense"),
    method("group_lasso"),
    method("sgl0"),
    method("sgl0", grow="all"),
    method("cges"),
    method("l1"),
    method("hard_concrete"),
    Special(),
]

TABLE = Reproduction(
    id="demo/table",
    title="A demonstration: 100 % synthetic",
    source="Some & Paper 2019, Table 1",
    cells=grid(dataset="mnist", model="lenet5_caffe", method=METHODS),
    settings={
        "paper": Profile(PAPER),
        "quick": Profile(PAPER.squeezed(4, penalty_factor=20.0), departures=("Shortened for `two` cores.",)),
        "smoke": Profile(PAPER.squeezed(1), dataset="digits"),
    },
    columns=(weights, neurons, error, Column("best_test_error", "best-on-test error", better="lower")),
    extra=(
        Column("flops_left", "FLOPs left", digits=1),
        Column("latency_ratio", "latency ratio", unit=""),
        Column("architecture", "compact network", unit=""),
    ),
    baseline="group_lasso",
    published="demo.toml#numbers",
    claims=(
        lower("sgl0", "group_lasso", "test_error", source="text"),
        comparable("sgl0", "group_lasso", "weight_sparsity", 0.1, source="text", ours=True),
        lowest("sgl0", ["group_lasso", "l1"], "test_error", text="sgl0 has the lowest | error", source="text"),
    ),
    figures=(Scatter(y=error, x=(weights, neurons)),),
    departures=("The penalty is not the paper's.",),
    stand_in="digits",
    seeds=3,
    notes=("A note with 5 % and a_b.",),
)

# By row: weight sparsity, neuron sparsity, test error, best error of each seed; a word in place of a run that gave none.
VALUES = {
    "dense": [(0.0, 0.0, 1.0, 0.9), (0.0, 0.0, 1.1, 1.0), (0.0, 0.0, 1.2, 1.1)],
    "group_lasso": [(88.0, 60.0, 1.0, 0.95), (89.0, 62.0, 1.1, 1.0), (90.0, 64.0, 1.2, 1.05)],
    "sgl0": [(88.5, 61.0, 0.8, 0.75), (88.6, 61.5, 0.81, 0.8), (88.7, 62.0, 0.82, 0.8)],
    "sgl0[grow=all]": [(87.0, 55.0, 0.9, 0.85), "absent", "absent"],
    "cges": [(94.0, 39.0, 0.7, 0.7), "diverged", "failed"],
    "l1": ["failed", "failed", "failed"],
    "hard_concrete": [(40.0, 30.0, 1.3, 1.2), (41.0, 31.0, 1.4, 1.3), (42.0, 32.0, 1.5, 1.4)],
    "special": [(50.1, None, 0.9, 0.9), (50.2, 20.0, 0.9, 0.9), (50.3, 21.0, 0.9, 0.9)],
}
VIEWS = {
    "sgl0": ("V", "sparse group l0asso, V", (99.9, 98.0, 90.0)),
    "sgl0[growth=2.0]": ("V", "sparse group l0asso, V", (99.9, 98.0, 90.0)),
    "hard_concrete": ("gates ignored in the count", "hard-concrete L0, gates ignored in the count", (0.02, 0.0, 1.4)),
}


def scores(weight, neuron, error, best=None):
    basic = {"weight_sparsity": weight, "neuron_sparsity": neuron, "test_error": error, "flops_left": 100 - weight / 2}
    if best is None:
        return basic
    more = {"best_test_error": best, "architecture": "20-50-800-500", "latency_dense_ms": 16.0, "latency_compact_ms": 4.0}
    return basic | more


def record(spec, profile, values):
    method = spec.method
    name, label, seen = VIEWS.get(method.row, ("", "", ()))
    done = values != "diverged"
    return {
        "schema": 1,
        "key": spec.key,
        "method": method.row,
        "label": method.label,
        "seed": spec.seed,
        "dataset": spec.dataset,
        "model": spec.model,
        "profile": profile,
        "status": "done" if done else "diverged",
        "epochs": spec.schedule.epochs,
        "spec": spec.identity(),
        "metrics": (values if isinstance(values, dict) else scores(*values)) if done else {},
        "views": {name: {"label": label, "metrics": scores(*seen)}} if name else {},
        "layers": {},
        "curves": {"seconds": [0.35] * spec.schedule.epochs},
        "data": {"checksum": KNOWN.get(spec.dataset, "0" * 64), "n_train": 60000, "n_test": 10000}
        | ({"n_validation": 5000} if spec.setup.validation else {}),
        "cost": {"wall_seconds": 90.0, "cpu_seconds": 80.0, "training_seconds": 70.0, "peak_memory_mb": 500.0},
        "environment": {
            "git_commit": "0123456789abcdef",
            "git_dirty": False,
            "python": "3.11.7",
            "packages": {"torch": "2.15.0"},
            "cpu": "A CPU",
            "gpu": None,
            "device": "cpu",
            "threads": 1,
            "suite": "0.1.0",
        },
    }


accuracy = Column("test_accuracy", "accuracy", better="higher")
flops = Column("flops_left", "FLOP share", better="lower")
NETWORKS = {"mnist": "conv2_fc2", "fashion-mnist": "lenet5_caffe", "pendigits": "fc3", "sdd": "conv3_fc2"}
NAMES = {"l1": "l1_proximal", "cges": "cges_proximal", "integrated_tl1": "integrated_tl1"}

GROUPED = Reproduction(
    id="demo/groups",
    title="Four data sets",
    source="Some & Paper 2019, Table 2",
    cells=tuple(
        Cell.of(group, model, method(file), group=group, name=name, title=name.upper())
        for group, model in NETWORKS.items()
        for name, file in NAMES.items()
    ),
    settings={"paper": Profile(PAPER), "quick": Profile(PAPER.squeezed(4)), "smoke": Profile(PAPER.squeezed(1), dataset="digits")},
    columns=(accuracy, flops),
    extra=(Column("weights_left", "parameter share"),),
    baseline="l1",
    claims=(
        best_average_rank("integrated_tl1", NAMES, "test_accuracy", NETWORKS, "higher", source="text"),
        lower("mnist/integrated_tl1", "mnist/l1", "flops_left", source="text"),
    ),
    ranked=(accuracy, flops),
    seeds=3,
)

# Mean accuracy and FLOP share of each row; the three seeds lie 0.1 apart. No run of sdd but one of l1.
GROUPED_MEANS = {
    "mnist/l1": (98.0, 40.0),
    "mnist/cges": (98.5, 60.0),
    "mnist/integrated_tl1": (97.9, 20.0),
    "fashion-mnist/l1": (88.0, 50.0),
    "fashion-mnist/cges": (87.0, 70.0),
    "fashion-mnist/integrated_tl1": (89.0, 30.0),
    "pendigits/l1": (95.0, 30.0),
    "pendigits/cges": (94.0, 80.0),
    "pendigits/integrated_tl1": (97.0, 10.0),
}


def spread(accuracy, flops):
    """The metrics of three seeds with these means and an SD of 0.1."""
    return [
        {"test_error": 100 - accuracy - step, "flops_left": flops + step, "weight_sparsity_exact": 100 - flops} for step in (-0.1, 0.0, 0.1)
    ]


GROUPED_VALUES = {row: spread(*means) for row, means in GROUPED_MEANS.items()} | {"sdd/l1": [*spread(80.0, 50.0)[:1], "diverged"]}


@pytest.fixture(autouse=True)
def papers(tmp_path, monkeypatch):
    """The folder of the published numbers."""
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "demo.toml").write_text(PUBLISHED, encoding="utf-8")
    monkeypatch.setattr(published, "root", lambda: folder)
    return folder


@pytest.fixture
def stored(tmp_path):
    """Makes the results of a reproduction from records on disk, as `report` reads them."""

    def make(profile="paper", seeds=3, stand_in=False, table=TABLE, values=VALUES) -> Results:
        store = Store.of(tmp_path / "out", table.id, profile)
        shutil.rmtree(store.folder, ignore_errors=True)
        for line, seed in product(table.at(profile, 3, stand_in).lines, range(3)):
            spec = line.run(seed)
            value = (values.get(line.cell.row, values.get(spec.method.row, [])) + ["absent"] * 3)[seed]
            if value == "failed":
                store.write_failure(spec.key, {"method": spec.method.row, "seed": spec.seed, "error": "out of memory"})
            elif value != "absent":
                store.write(json.loads(json.dumps(record(spec, profile, value))))
        return Results.load(table, profile, tmp_path / "out", seeds)

    return make


@pytest.fixture
def golden():
    """Compares a text, without the keys of its runs, with a file in tests/report/golden; SUITE_UPDATE_GOLDEN=1 writes the file."""

    def check(name: str, text: str) -> None:
        text = re.sub(r"\b[0-9a-f]{16}\b", "KEY", text)
        path = Path(__file__).parent / "golden" / name
        if os.environ.get("SUITE_UPDATE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), f"{name} has changed; SUITE_UPDATE_GOLDEN=1 accepts the change"

    return check


@pytest.fixture
def grouped(stored):
    """Makes the results of a table of several data sets, one of which has hardly a run."""

    def make(profile="paper", table=GROUPED, values=GROUPED_VALUES, **options) -> Results:
        return stored(profile, table=table, values=values, **options)

    return make
