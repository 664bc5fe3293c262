"""Tables of a few runs on the embedded digits, for tests and the processes that they start."""

from __future__ import annotations

from suite.experiment.reproduction import Profile, Reproduction, grid
from suite.methods import method
from suite.methods.schedule import Schedule


def make_table(*methods, epochs: int = 1) -> Reproduction:
    methods = tuple(method(m) if isinstance(m, str) else m for m in methods)
    return Reproduction(
        id="fake/table",
        title="A table",
        source="nobody",
        cells=grid(dataset="digits", model="lenet_300_100", method=methods),
        settings={"smoke": Profile(Schedule(epochs, batch_size=500))},
        columns=(),
    )
