"""Molchanov, Ashukha and Vetrov 2017, "Variational Dropout Sparsifies Deep Neural Networks", ICML, arXiv 1701.05369."""

SOURCE = "Molchanov et al. 2017 (arXiv 1701.05369)"
