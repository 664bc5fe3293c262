"""Figure 2 with the values of alpha in its caption, where 0.02 stands in place of the text's 0.05. The other runs are Figure 2's."""

from reproductions.sgl0._cifar import CAPTION, sweep

TABLE = sweep(
    "figure2_caption",
    "cifar100",
    "WRN-28-10 on CIFAR-100: sparsity and error against alpha, as captioned",
    "Figure 2, with the alphas of its caption",
    CAPTION,
    (),
    runs_in="sgl0/figure2",
    notes=("The claims of the text are judged with the alphas of the text, in sgl0/figure2.",),
)
