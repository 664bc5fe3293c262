"""Figure 2: WRN-28-10 on CIFAR-100, sparsity and error against alpha."""

from reproductions.sgl0._cifar import TEXT, alike, best, neuron_sparsity, settled, superior, sweep, test_error, unstable, weight_sparsity
from suite.experiment.claims import highest, lowest

CGES_WEIGHTS = 'section 3.2: "better weight sparsity when alpha <= 0.1"'
CGES_NEURONS = 'section 3.2: "the least neuron sparsity when alpha >= 0.2"'
CGES_SETTLES = 'section 3.2: "appear to stabilize after when alpha = 0.1"'
SGL_SPARSEST = 'section 3.2: "the highest mean weight and neuron sparsity for alpha >= 0.2"'
ALIKE = 'section 3.2: "comparable weight and neuron sparsity as group lasso"'
SGL0_BEST = 'section 3.2: "the lowest mean test error when alpha in {0.05, 0.1, 0.2}"'

CLAIMS = (
    *best(highest, "cges", weight_sparsity, [0.01, 0.05, 0.1], "has the highest weight sparsity", CGES_WEIGHTS),
    *best(lowest, "cges", neuron_sparsity, [0.2, 0.5], "has the lowest neuron sparsity", CGES_NEURONS),
    *settled(TEXT, CGES_SETTLES),
    *best(highest, "sparse_group_lasso", weight_sparsity, [0.2, 0.5], "has the highest weight sparsity", SGL_SPARSEST),
    *best(highest, "sparse_group_lasso", neuron_sparsity, [0.2, 0.5], "has the highest neuron sparsity", SGL_SPARSEST),
    *alike(TEXT, ALIKE),
    *best(lowest, "sgl0", test_error, [0.05, 0.1, 0.2], "has the lowest test error", SGL0_BEST),
    *superior(TEXT),
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
