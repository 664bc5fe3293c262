"""Dinh and Xin 2020, "Convergence of a relaxed variable splitting coarse gradient descent method for learning sparse weight binarized
activation neural network", Front. Appl. Math. Stat. 6:13, doi 10.3389/fams.2020.00013, arXiv 1901.09731."""

SOURCE = "Dinh and Xin 2020 (Front. Appl. Math. Stat. 6:13)"
