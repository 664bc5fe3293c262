"""The cells of LeNet-5 on MNIST: RVSM and ADMM with three penalties along four strengths each."""

from suite.experiment.reproduction import Cell
from suite.methods import method
from suite.methods.schedule import Schedule

GROUP = "LeNet-5, MNIST"
LABELS = {"l1": "l1", "l0": "l0", "tl1": "TL1"}
METHODS = {"rvsm": "RVSM", "admm": "ADMM"}

FULL = Schedule(epochs=60, batch_size=100, optimizer="sgd", learning_rate=0.05, momentum=0.9, milestones=(45,))

BETA = 0.2
STRENGTHS = {  # they take weights up to 0.01, 0.02, 0.028, 0.04 to zero with l1 and TL1, up to 0.032, 0.05, 0.071, 0.1 with l0
    "l1": (2e-3, 4e-3, 5.5e-3, 8e-3),
    "l0": (1e-4, 2.5e-4, 5e-4, 1e-3),
    "tl1": (1e-3, 2e-3, 2.75e-3, 4e-3),
}


def cell(name: str, penalty: str, lam: float) -> Cell:
    chosen = method(name, threshold=penalty, lam=lam, beta=BETA)
    title = f"{METHODS[name]}, {LABELS[penalty]}, λ = {lam:g}"
    return Cell.of("mnist", "lenet5_caffe", chosen, group=GROUP, name=f"{name} {penalty} lam={lam:g}", title=title)


CELLS = (
    Cell.of("mnist", "lenet5_caffe", method("rvsm", lam=0.0, beta=0.0), group=GROUP, name="sgd", title="SGD (λ = β = 0)"),
    *(cell(name, penalty, lam) for name in METHODS for penalty, lams in STRENGTHS.items() for lam in lams),
)
SERIES = {(name, penalty): f"{GROUP}/{cell(name, penalty, lams[0]).series}" for name in METHODS for penalty, lams in STRENGTHS.items()}
