"""Figure 1: WRN-28-10 on CIFAR-10, sparsity and error against alpha."""

from reproductions.sgl0._cifar import TEXT, alike, best, neuron_sparsity, settled, sweep, test_error, unstable, weight_sparsity
from suite.experiment.claims import highest, lowest

SOURCE = "section 3.2, text on Figure 1"

CLAIMS = (
    *best(highest, "cges", weight_sparsity, [0.01], "has the highest weight sparsity", SOURCE),
    *best(highest, "cges", neuron_sparsity, [0.01], "has the highest neuron sparsity", SOURCE),
    *best(lowest, "cges", test_error, [0.01], "has the lowest test error", SOURCE),
    *settled(TEXT, SOURCE),
    *best(highest, "sparse_group_lasso", weight_sparsity, TEXT, "has the highest weight sparsity", SOURCE),
    *best(highest, "sparse_group_lasso", neuron_sparsity, TEXT, "has the highest neuron sparsity", SOURCE),
    *alike(TEXT, SOURCE),
    *best(lowest, "sgl0", test_error, [alpha for alpha in TEXT if alpha >= 0.05], "has the lowest test error", SOURCE),
    *unstable(TEXT),
)

TABLE = sweep(
    "figure1",
    "cifar10",
    "WRN-28-10 on CIFAR-10: sparsity and error against alpha",
    "Figure 1, with the alphas of the text",
    TEXT,
    CLAIMS,
    published="sgl0.toml#figure1",
    notes=("At alpha = 0.01 the text calls both CGES and sparse group lasso the sparsest: at most one of these claims can hold.",),
)
