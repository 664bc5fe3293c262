"""A new penalty, a new method and a new table are one file each, and one line that exports the penalty: no other file knows of them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

PENALTY = '''
"""A penalty."""

from suite.penalties.base import Elementwise, soft_threshold


class Demo(Elementwise):
    """sum |w|, under another name."""

    def _scalar(self, r):
        return r

    def _shrink(self, r, step):
        return soft_threshold(r, step)
'''

METHOD = '''
"""Demo training."""

from dataclasses import dataclass

from suite.methods.proximal import Proximal
from suite.penalties import Demo


@dataclass(unsafe_hash=True, kw_only=True)
class DemoTraining(Proximal):
    """A step on the loss, then the proximal map of the penalty."""

    title = "demo"

    def regularizer(self, layer, layers):
        return Demo()
'''

TABLE = '''
"""Table 1."""

from suite.experiment.claims import higher
from suite.experiment.metrics import column
from suite.experiment.reproduction import Profile, Reproduction, grid
from suite.methods import method
from suite.methods.schedule import Schedule

TABLE = Reproduction(
    id="demo/table1",
    title="A demonstration",
    source="nobody",
    cells=grid(dataset="digits", model="lenet_300_100", method=[method("demo", lam=300.0), method("dense")]),
    settings={"smoke": Profile(Schedule(2, batch_size=50))},
    columns=(column("weight_sparsity_exact"), column("test_error")),
    claims=(higher("demo[lam=300.0]", "dense", "weight_sparsity_exact"),),
    baseline="dense",
)
'''


def test_three_files_and_a_line_are_a_penalty_a_method_and_a_table(tmp_path):
    for package in ("suite", "baselines", "reproductions"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in {"suite/penalties/demo": PENALTY, "baselines/demo": METHOD, "reproductions/demo/table1": TABLE}.items():
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    with open(tmp_path / "suite" / "penalties" / "__init__.py", "a") as exports:
        exports.write("\nfrom suite.penalties.demo import Demo as Demo\n")
    command = [sys.executable, "-m", "suite", "reproduce", "demo/table1", "--profile", "smoke", "--seeds", "2", "--jobs", "1"]
    options = ["--no-tracking", "--json", "--data-root", str(tmp_path / "data")]
    found = subprocess.run(
        [*command, *options], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["counts"] == {"computed": 4, "reused": 0, "failed": 0, "diverged": 0}
    records = [json.loads(path.read_text()) for path in (tmp_path / "results/runs/demo/table1/smoke/runs").glob("*.json")]
    zeros = {record["method"]: record["metrics"]["weight_sparsity_exact"] for record in records}
    assert zeros["demo[lam=300.0]"] > 1 > zeros["dense"]
    assert "demo (lam=300.0)" in (tmp_path / "results/runs/demo/table1/smoke/table.md").read_text()
