"""LeJeune, Javadi and Baraniuk 2021, "The Flip Side of the Reweighted Coin: Duality of Adaptive Dropout and Regularization",
NeurIPS 34, arXiv 2106.07769."""

SOURCE = "LeJeune et al. 2021 (arXiv 2106.07769)"
