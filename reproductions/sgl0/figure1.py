"""Figure 1: WRN-28-10 on CIFAR-10, sparsity and error against alpha."""

from reproductions.sgl0._cifar import TEXT, alike, best, neuron_sparsity, settled, superior, sweep, test_error, unstable, weight_sparsity
from suite.experiment.claims import highest, lowest

CGES_FIRST = 'section 3.2: "CGES outperforms the other methods when alpha = 0.01 for both sparsity and test error"'
CGES_SETTLES = 'section 3.2: "sparsity levels stabilize after when alpha = 0.1"'
SGL_SPARSEST = 'section 3.2: "the highest mean weight and neuron sparsity when alpha >= 0.01"'
ALIKE = 'section 3.2: "comparable mean weight and neuron sparsity levels"'
SGL0_BEST = 'section 3.2: "outperforms the other methods in terms of test error when alpha >= 0.05"'

CLAIMS = (
    *best(highest, "cges", weight_sparsity, [0.01], "has the highest weight sparsity", CGES_FIRST),
    *best(highest, "cges", neuron_sparsity, [0.01], "has the highest neuron sparsity", CGES_FIRST),
    *best(lowest, "cges", test_error, [0.01], "has the lowest test error", CGES_FIRST),
    *settled(TEXT, CGES_SETTLES),
    *best(highest, "sparse_group_lasso", weight_sparsity, TEXT, "has the highest weight sparsity", SGL_SPARSEST),
    *best(highest, "sparse_group_lasso", neuron_sparsity, TEXT, "has the highest neuron sparsity", SGL_SPARSEST),
    *alike(TEXT, ALIKE),
    *best(lowest, "sgl0", test_error, [alpha for alpha in TEXT if alpha >= 0.05], "has the lowest test error", SGL0_BEST),
    *superior(TEXT),
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
