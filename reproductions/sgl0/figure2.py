"""Figure 2: WRN-28-10 on CIFAR-100, sparsity and error against alpha."""

from reproductions.sgl0._cifar import TEXT, alike, best, neuron_sparsity, settled, sweep, test_error, unstable, weight_sparsity
from suite.experiment.claims import highest, lowest

SOURCE = "section 3.2, text on Figure 2"

CLAIMS = (
    *best(highest, "cges", weight_sparsity, [0.01, 0.05, 0.1], "has the highest weight sparsity", SOURCE),
    *best(lowest, "cges", neuron_sparsity, [0.2, 0.5], "has the lowest neuron sparsity", SOURCE),
    *settled(TEXT, SOURCE),
    *best(highest, "sparse_group_lasso", weight_sparsity, [0.2, 0.5], "has the highest weight sparsity", SOURCE),
    *best(highest, "sparse_group_lasso", neuron_sparsity, [0.2, 0.5], "has the highest neuron sparsity", SOURCE),
    *alike(TEXT, SOURCE),
    *best(lowest, "sgl0", test_error, [0.05, 0.1, 0.2], "has the lowest test error", SOURCE),
    *unstable(TEXT),
)

TABLE = sweep(
    "figure2",
    "cifar100",
    "WRN-28-10 on CIFAR-100: sparsity and error against alpha",
    "Figure 2, with the alphas of the text",
    TEXT,
    CLAIMS,
    published="sgl0.toml#figure2",
)
