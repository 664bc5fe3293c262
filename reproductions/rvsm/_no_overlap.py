"""The cells of the one-layer no-overlap network with the ReLU: RVSM and ADMM with three penalties along six strengths each."""

from suite.experiment.reproduction import Cell
from suite.methods.schedule import Schedule
from suite.theory.starts import Starts

GROUP = "no-overlap ReLU"
LABELS = {"l1": "l1", "l0": "l0", "tl1": "TL1"}
METHODS = {"rvsm": "RVSM", "admm": "ADMM"}

FULL = Schedule(epochs=40, epoch_steps=50, batch_size=10_000, optimizer="sgd", learning_rate=1.0)
QUICK = FULL.squeezed(40, batch_size=100)
SMOKE = FULL.squeezed(4, batch_size=20)

BETA = 0.05
"""1 / k: the curvature of f at w* along the sphere, so that w and u meet halfway."""
STRENGTHS = {  # with each penalty they take weights up to 0.01, 0.03, 0.1, 0.2, 0.3 and 0.6 to zero
    "l1": (5e-4, 1.5e-3, 5e-3, 0.01, 0.015, 0.03),
    "l0": (2.5e-6, 2.25e-5, 2.5e-4, 1e-3, 2.25e-3, 9e-3),
    "tl1": (2.5e-4, 7.5e-4, 2.5e-3, 5e-3, 7.5e-3, 0.015125),
}


def cell(name: str, penalty: str, lam: float) -> Cell:
    chosen = Starts(algorithm=name, threshold=penalty, lam=lam, beta=BETA, k=20, d=50, support=10, magnitudes="normal")
    title = f"{METHODS[name]}, {LABELS[penalty]}, λ = {lam:g}"
    return Cell.of("", "no_overlap", chosen, group=GROUP, name=f"{name} {penalty} lam={lam:g}", title=title)


DESCENT = Starts(algorithm="rvsm", lam=0.0, beta=0.0, magnitudes="normal")

CELLS = (
    Cell.of("", "no_overlap", DESCENT, group=GROUP, name="gd", title="gradient descent (λ = β = 0)"),
    *(cell(name, penalty, lam) for name in METHODS for penalty, lams in STRENGTHS.items() for lam in lams),
)
SERIES = {(name, penalty): f"{GROUP}/{cell(name, penalty, lams[0]).series}" for name in METHODS for penalty, lams in STRENGTHS.items()}
