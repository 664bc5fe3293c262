"""The strengths that the rule of `integrated-tl1/selection` chooses from its records, by data set and method; a test holds them to it.

SDD has none of its own, since its data was not there: the middle of the grid stands in.
"""

SCRIPT = {("mnist", "integrated_tl1"): 3e-4}
"""What the apparent authors' script has: profile `paper` takes it in place of a choice."""

AT_PAPER_SCALE: dict[str, dict[str, float]] = {}
"""What the rule chooses from runs in profile `paper`, of which there are none yet but those of DIGITS, alike in both profiles."""

CHOSEN: dict[str, dict[str, float]] = {
    "mnist": {
        "l1_proximal": 1e-05,
        "sparse_group_lasso_proximal": 1e-05,
        "cges_proximal[absolute=True,step_ratio=1.0,exclusive=authors]": 3e-06,
        "integrated_tl1": 1e-06,
    },
    "fashion-mnist": {
        "l1_proximal": 1e-05,
        "sparse_group_lasso_proximal": 1e-05,
        "cges_proximal[absolute=True,step_ratio=1.0,exclusive=authors]": 1e-05,
        "integrated_tl1": 3e-06,
    },
    "sdd": {
        "l1_proximal": 3e-05,
        "sparse_group_lasso_proximal": 3e-05,
        "cges_proximal[absolute=True,step_ratio=1.0,exclusive=authors]": 3e-05,
        "integrated_tl1": 3e-05,
    },
    "pendigits": {
        "l1_proximal": 3e-05,
        "sparse_group_lasso_proximal": 3e-05,
        "cges_proximal[absolute=True,step_ratio=1.0,exclusive=authors]": 1e-05,
        "integrated_tl1": 0.0001,
    },
    "cifar10": {
        "l1_proximal": 1e-05,
        "sparse_group_lasso_proximal": 1e-05,
        "cges_proximal[absolute=True,step_ratio=1.0,exclusive=authors]": 1e-05,
        "integrated_tl1": 3e-06,
    },
    "digits": {
        "group_lasso_proximal[scale_by_size=False]": 3e-05,
        "transformed_l1": 3e-06,
        "integrated_tl1[a=0.001]": 3e-05,
        "integrated_tl1": 1e-05,
        "integrated_tl1[a=0.1]": 3e-05,
        "integrated_tl1[a=1.0]": 3e-05,
        "integrated_tl1[a=10.0]": 3e-05,
        "integrated_tl1[a=100.0]": 3e-05,
    },
}
"""What it chooses from runs in profile `quick`."""
